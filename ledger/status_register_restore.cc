// StatusRegister::Restore: the register is led once more through the states that its versions remember, so
// that the tree's undo comes out as it was without being stored.

#include <fmt/format.h>

#include <cstring>

#include "base/status_macros.h"
#include "ledger/status_register.h"

namespace symbolon::ledger {
namespace {

using ChunkMap = absl::flat_hash_map<uint64_t, StatusChunk>;

absl::Status Damaged(const std::string& what) {
  return absl::DataLossError(fmt::format("status register: {}: rebuild it from the ledger", what));
}

StatusChunk ChunkFrom(ByteView chunks, uint64_t chunk_number) {
  StatusChunk chunk;
  std::memcpy(chunk.data(), chunks.data() + chunk_number * kStatusChunkSize, kStatusChunkSize);
  return chunk;
}

absl::Status CheckVersions(uint64_t count, const std::vector<StatusVersion>& versions) {
  if (versions.size() > 2) return Damaged("more than two versions are stored");
  for (size_t i = 0; i < versions.size(); ++i) {
    const uint64_t next = i + 1 < versions.size() ? versions[i + 1].count : count;
    if (versions[i].count > next) {
      return Damaged(fmt::format("version {} has more numbers than a later state", versions[i].version));
    }
    if (i > 0 && versions[i - 1].version >= versions[i].version) return Damaged("versions are not in order");
  }
  return absl::OkStatus();
}

// The undo of each version, by chunk number.
absl::StatusOr<std::vector<ChunkMap>> SortUndo(const std::vector<StatusVersion>& versions,
                                               const std::vector<StatusUndo>& undo) {
  std::vector<ChunkMap> sorted(versions.size());
  for (const StatusUndo& row : undo) {
    size_t i = 0;
    while (i < versions.size() && versions[i].version != row.version) ++i;
    if (i == versions.size() || row.chunk_number >= StatusChunkCount(versions[i].count) ||
        !sorted[i].emplace(row.chunk_number, row.chunk).second) {
      return Damaged(
          fmt::format("an undo of version {}, chunk {}, belongs to nothing", row.version, row.chunk_number));
    }
  }
  return sorted;
}

}  // namespace

absl::StatusOr<StatusRegister> StatusRegister::Restore(uint64_t count, ByteView chunks,
                                                       const std::vector<StatusVersion>& versions,
                                                       const std::vector<StatusUndo>& undo) {
  if (chunks.size() % kStatusChunkSize != 0 || chunks.size() / kStatusChunkSize != StatusChunkCount(count)) {
    return Damaged(fmt::format("{} bytes of chunks are stored for {} numbers", chunks.size(), count));
  }
  RETURN_IF_ERROR(CheckVersions(count, versions));
  ASSIGN_OR_RETURN(const std::vector<ChunkMap> undo_of, SortUndo(versions, undo));

  // The chunk as it was in versions[i]; i == versions.size() is the present.
  const auto chunk_in = [&](size_t i, uint64_t chunk_number) {
    for (; i < versions.size(); ++i) {
      if (const auto it = undo_of[i].find(chunk_number); it != undo_of[i].end()) return it->second;
    }
    return ChunkFrom(chunks, chunk_number);
  };

  StatusRegister result;
  for (size_t i = 0; i <= versions.size(); ++i) {
    const bool present = i == versions.size();
    const uint64_t chunks_before = result.chunks_.size();
    if (i > 0) {
      for (const auto& [chunk_number, chunk] : undo_of[i - 1]) {
        result.WillChangeChunk(chunk_number);
        result.chunks_[chunk_number] = chunk_in(i, chunk_number);
      }
    }
    result.count_ = present ? count : versions[i].count;
    for (uint64_t n = chunks_before; n < StatusChunkCount(result.count_); ++n) {
      result.chunks_.push_back(chunk_in(i, n));
      result.unsettled_.insert(n);
    }
    if (present) break;
    result.Capture(versions[i].version);
    if (result.versions_.back().id.root != versions[i].root) {
      return Damaged(fmt::format("version {} leads to another root than was stored", versions[i].version));
    }
  }
  result.TakeChanges();
  return result;
}

}  // namespace symbolon::ledger
