#include "tests/exploration/state_store.h"

#include <absl/hash/hash.h>

#include <cstring>

namespace symbolon::consensus::exploration {

StateStore::StateStore(size_t width) : width_(width), slots_(size_t{1} << 16, kFree) {}

uint64_t StateStore::HashOf(const uint8_t* record) const {
  return absl::HashOf(std::string_view(reinterpret_cast<const char*>(record), width_));
}

std::pair<uint32_t, bool> StateStore::Add(const uint8_t* record, uint32_t parent) {
  if (size_t{size()} * 10 > slots_.size() * 7) Grow();
  const size_t mask = slots_.size() - 1;
  size_t slot = HashOf(record) & mask;
  for (; slots_[slot] != kFree; slot = (slot + 1) & mask) {
    if (std::memcmp((*this)[slots_[slot]], record, width_) == 0) return {slots_[slot], false};
  }
  const uint32_t id = size();
  if ((id & kChunkMask) == 0) chunks_.push_back(std::make_unique<uint8_t[]>(width_ << kChunkBits));
  std::memcpy(&chunks_[id >> kChunkBits][(id & kChunkMask) * width_], record, width_);
  parents_.push_back(parent);
  slots_[slot] = id;
  return {id, true};
}

void StateStore::Grow() {
  const size_t size_now = slots_.size() * 2;
  std::vector<uint32_t>().swap(slots_);
  slots_.assign(size_now, kFree);
  for (uint32_t id = 0; id < size(); ++id) {
    size_t slot = HashOf((*this)[id]) & (size_now - 1);
    while (slots_[slot] != kFree) slot = (slot + 1) & (size_now - 1);
    slots_[slot] = id;
  }
}

}  // namespace symbolon::consensus::exploration
