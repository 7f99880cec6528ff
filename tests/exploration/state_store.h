#pragma once
// The states met, each once, in the order met; and from which other one each was reached first.

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace symbolon::consensus::exploration {

// Keeps whole records of one width, not hashes of them: no two states are ever taken for one.
class StateStore {
 public:
  explicit StateStore(size_t width);

  // The number of the record, and whether it is new.
  std::pair<uint32_t, bool> Add(const uint8_t* record, uint32_t parent);

  const uint8_t* operator[](uint32_t id) const {
    return &chunks_[id >> kChunkBits][(id & kChunkMask) * width_];
  }
  uint32_t parent(uint32_t id) const { return parents_[id]; }
  uint32_t size() const { return static_cast<uint32_t>(parents_.size()); }

 private:
  static constexpr unsigned kChunkBits = 16;
  static constexpr uint32_t kChunkMask = (1u << kChunkBits) - 1;
  static constexpr uint32_t kFree = UINT32_MAX;

  uint64_t HashOf(const uint8_t* record) const;
  void Grow();

  size_t width_;
  std::vector<std::unique_ptr<uint8_t[]>> chunks_;
  std::vector<uint32_t> parents_;
  std::vector<uint32_t> slots_;  // open addressing, a power of two
};

}  // namespace symbolon::consensus::exploration
