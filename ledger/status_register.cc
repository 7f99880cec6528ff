#include "ledger/status_register.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/encoding.h"
#include "base/labels.h"
#include "base/status_macros.h"
#include "ledger/merkle/hash.h"

namespace symbolon::ledger {
namespace {

constexpr size_t kMaxVersions = 2;
constexpr uint64_t kNumbersPerByte = 4;

// Nodes of a level over `leaves` leaves: a lone right node moves up, so halves are rounded up.
uint64_t NodesAtLevel(uint64_t leaves, size_t level) {
  for (; level > 0; --level) leaves = leaves / 2 + leaves % 2;
  return leaves;
}

// Level and index of a node in one number; indexes stay far below 2^56.
uint64_t NodeKey(size_t level, uint64_t index) {
  return static_cast<uint64_t>(level) << 56 | index;
}

struct BitPlace {
  size_t byte;  // in its chunk
  int shift;
};

BitPlace PlaceOf(uint64_t attestation_number) {
  return {static_cast<size_t>(attestation_number % kNumbersPerChunk / kNumbersPerByte),
          static_cast<int>(2 * (attestation_number % kNumbersPerByte))};
}

}  // namespace

Status StatusInChunk(const StatusChunk& chunk, uint64_t attestation_number) {
  const BitPlace place = PlaceOf(attestation_number);
  return static_cast<Status>(chunk[place.byte] >> place.shift & 3);
}

Digest StatusLeafHash(uint64_t chunk_number, const StatusChunk& chunk) {
  Writer leaf;
  leaf.Tag(labels::kStatusLeaf).U64(chunk_number).Raw(View(chunk));
  return LeafHash(leaf.bytes());
}

Status StatusRegister::Get(uint64_t attestation_number) const {
  return StatusInChunk(chunks_[StatusChunkOf(attestation_number)], attestation_number);
}

void StatusRegister::WillChangeChunk(uint64_t chunk_number) {
  unsettled_.insert(chunk_number);
  changed_.insert(chunk_number);
  // Only the newest version needs it: an older one without its own copy reads through the newer one.
  if (versions_.empty()) return;
  Version& newest = versions_.back();
  if (chunk_number >= StatusChunkCount(newest.id.count)) return;
  if (newest.chunks.emplace(chunk_number, chunks_[chunk_number]).second) {
    undo_added_.push_back({newest.id.version, chunk_number, chunks_[chunk_number]});
  }
}

void StatusRegister::Set(uint64_t attestation_number, Status status) {
  if (Get(attestation_number) == status) return;
  const uint64_t chunk_number = StatusChunkOf(attestation_number);
  WillChangeChunk(chunk_number);
  const BitPlace place = PlaceOf(attestation_number);
  uint8_t& byte = chunks_[chunk_number][place.byte];
  byte = static_cast<uint8_t>((byte & ~(3 << place.shift)) | static_cast<int>(status) << place.shift);
}

void StatusRegister::Append(uint64_t n, Status status) {
  const uint64_t first = count_;
  count_ += n;
  while (chunks_.size() < StatusChunkCount(count_)) {
    const uint64_t chunk_number = chunks_.size();
    chunks_.emplace_back();
    unsettled_.insert(chunk_number);
    changed_.insert(chunk_number);
  }
  for (uint64_t number = first; number < count_; ++number) Set(number, status);
}

void StatusRegister::SetNode(size_t level, uint64_t index, const Digest& hash) {
  if (levels_.size() <= level) levels_.resize(level + 1);
  std::vector<Digest>& nodes = levels_[level];
  if (index == nodes.size()) {
    nodes.push_back(hash);
    return;
  }
  if (!versions_.empty()) {
    Version& newest = versions_.back();
    if (index < NodesAtLevel(StatusChunkCount(newest.id.count), level)) {
      newest.nodes.emplace(NodeKey(level, index), nodes[index]);
    }
  }
  nodes[index] = hash;
}

void StatusRegister::Settle() {
  if (unsettled_.empty()) return;
  std::vector<uint64_t> dirty(unsettled_.begin(), unsettled_.end());
  std::sort(dirty.begin(), dirty.end());
  unsettled_.clear();
  for (uint64_t chunk_number : dirty) {
    SetNode(0, chunk_number, StatusLeafHash(chunk_number, chunks_[chunk_number]));
  }
  for (size_t level = 0; levels_[level].size() > 1; ++level) {
    for (uint64_t& index : dirty) index /= 2;
    dirty.erase(std::unique(dirty.begin(), dirty.end()), dirty.end());
    for (uint64_t index : dirty) {
      const std::vector<Digest>& below = levels_[level];
      const uint64_t right = 2 * index + 1;
      SetNode(level + 1, index,
              right < below.size() ? NodeHash(below[right - 1], below[right]) : Digest(below[right - 1]));
    }
  }
}

Digest StatusRegister::Root() {
  Settle();
  return levels_.empty() ? EmptyRoot() : levels_.back()[0];
}

void StatusRegister::Capture(uint64_t version) {
  const Digest root = Root();
  if (versions_.size() == kMaxVersions) {
    const uint64_t dropped = versions_.front().id.version;
    versions_.pop_front();
    std::erase_if(undo_added_, [&](const StatusUndo& undo) { return undo.version == dropped; });
    versions_dropped_.push_back(dropped);
  }
  versions_.push_back({{version, count_, root}, {}, {}});
}

std::vector<StatusVersion> StatusRegister::versions() const {
  std::vector<StatusVersion> ids;
  for (const Version& version : versions_) ids.push_back(version.id);
  return ids;
}

StatusChunk StatusRegister::ChunkAt(size_t version_position, uint64_t chunk_number) const {
  for (size_t i = version_position; i < versions_.size(); ++i) {
    const auto it = versions_[i].chunks.find(chunk_number);
    if (it != versions_[i].chunks.end()) return it->second;
  }
  return chunks_[chunk_number];
}

Digest StatusRegister::NodeAt(size_t version_position, size_t level, uint64_t index) const {
  for (size_t i = version_position; i < versions_.size(); ++i) {
    const auto it = versions_[i].nodes.find(NodeKey(level, index));
    if (it != versions_[i].nodes.end()) return it->second;
  }
  return levels_[level][index];
}

absl::StatusOr<StatusProof> StatusRegister::ProofAt(uint64_t version, uint64_t chunk_number) const {
  const auto it = std::find_if(versions_.begin(), versions_.end(),
                               [&](const Version& v) { return v.id.version == version; });
  if (it == versions_.end()) {
    return absl::NotFoundError(fmt::format("status register: version {} is not kept", version));
  }
  const uint64_t leaves = StatusChunkCount(it->id.count);
  if (chunk_number >= leaves) {
    return absl::NotFoundError(fmt::format("status register: version {} has {} chunks and no number {}",
                                           version, leaves, chunk_number));
  }
  const size_t position = static_cast<size_t>(it - versions_.begin());
  StatusProof proof;
  proof.chunk = ChunkAt(position, chunk_number);
  uint64_t index = chunk_number;
  for (size_t level = 0; NodesAtLevel(leaves, level) > 1; ++level, index /= 2) {
    const uint64_t sibling = index ^ 1;
    if (sibling < NodesAtLevel(leaves, level)) proof.path.push_back(NodeAt(position, level, sibling));
  }
  return proof;
}

StatusRegisterChanges StatusRegister::TakeChanges() {
  StatusRegisterChanges changes;
  std::vector<uint64_t> numbers(changed_.begin(), changed_.end());
  std::sort(numbers.begin(), numbers.end());
  for (uint64_t number : numbers) changes.chunks.emplace_back(number, chunks_[number]);
  changes.undo_added = std::move(undo_added_);
  changes.versions_dropped = std::move(versions_dropped_);
  changed_.clear();
  undo_added_.clear();
  versions_dropped_.clear();
  return changes;
}

}  // namespace symbolon::ledger
