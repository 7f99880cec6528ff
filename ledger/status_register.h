#pragma once
// The status register: two bits for every attestation number, packed as in the IETF Token Status List, and a
// Merkle tree over chunks of 64 bytes (docs/formats.md section 9). About half a byte of memory for each
// number, tree included.
//
// Hashing is put off: changes only mark chunks, and the tree is brought up to date (O(log n) per changed
// chunk) when a version is captured or the root is asked for.
//
// Versions. A seal states the root of an earlier state, so proofs must be served as of that state while the
// register moves on. Capture() remembers the present as a version; at most two live, and a third capture
// drops the older. A version costs memory only for the chunks and nodes changed since.
//
// Not thread-safe; const functions may run at the same time as each other.

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "ledger/entries/status_change.h"

namespace symbolon::ledger {

inline constexpr size_t kStatusChunkSize = 64;
inline constexpr uint64_t kNumbersPerChunk = 256;
using StatusChunk = std::array<uint8_t, kStatusChunkSize>;

constexpr uint64_t StatusChunkOf(uint64_t attestation_number) {
  return attestation_number / kNumbersPerChunk;
}
// Leaves of the status tree for a status count.
constexpr uint64_t StatusChunkCount(uint64_t status_count) {
  return status_count / kNumbersPerChunk + (status_count % kNumbersPerChunk != 0 ? 1 : 0);
}
// The status of a number in its chunk.
Status StatusInChunk(const StatusChunk& chunk, uint64_t attestation_number);
Digest StatusLeafHash(uint64_t chunk_number, const StatusChunk& chunk);

// A chunk and its path to the status root, nearest sibling first.
struct StatusProof {
  StatusChunk chunk{};
  std::vector<Digest> path;
};

// A chunk as it was in a version, replaced since.
struct StatusUndo {
  uint64_t version = 0;  // as given to Capture
  uint64_t chunk_number = 0;
  StatusChunk chunk{};
  bool operator==(const StatusUndo&) const = default;
};

// What identifies a version.
struct StatusVersion {
  uint64_t version = 0;  // the entry index of the seal at which it was captured; 0: genesis
  uint64_t count = 0;
  Digest root{};
  bool operator==(const StatusVersion&) const = default;
};

// What to persist so that Restore() gives the same register: everything that changed since the last
// TakeChanges().
struct StatusRegisterChanges {
  std::vector<std::pair<uint64_t, StatusChunk>> chunks;  // ascending; present contents
  std::vector<StatusUndo> undo_added;                    // of versions that still live
  std::vector<uint64_t> versions_dropped;                // their undo may be deleted
};

class StatusRegister {
 public:
  StatusRegister() = default;
  StatusRegister(StatusRegister&&) = default;
  StatusRegister& operator=(StatusRegister&&) = default;

  // From what was persisted: all chunks one after the other, the living versions, oldest first, and their
  // undo in any order. DataLoss, saying which piece, when sizes do not agree or a version's root comes out
  // differently.
  static absl::StatusOr<StatusRegister> Restore(uint64_t count, ByteView chunks,
                                                const std::vector<StatusVersion>& versions,
                                                const std::vector<StatusUndo>& undo);

  uint64_t count() const { return count_; }
  // `attestation_number` < count().
  Status Get(uint64_t attestation_number) const;
  void Set(uint64_t attestation_number, Status status);
  // Gives the next `n` numbers this status: kValid or kVoid.
  void Append(uint64_t n, Status status);
  // `chunk_number` < StatusChunkCount(count()).
  const StatusChunk& Chunk(uint64_t chunk_number) const { return chunks_[chunk_number]; }

  // Root of the present state. Brings the tree up to date.
  Digest Root();

  // Remembers the present state under `version`, greater than any before. Drops the oldest of three.
  void Capture(uint64_t version);
  // Oldest first; at most two.
  std::vector<StatusVersion> versions() const;
  // The chunk and path as of a version. NotFound when the version is not kept or had no such chunk.
  absl::StatusOr<StatusProof> ProofAt(uint64_t version, uint64_t chunk_number) const;

  StatusRegisterChanges TakeChanges();

 private:
  struct Version {
    StatusVersion id;
    absl::flat_hash_map<uint64_t, StatusChunk> chunks;  // replaced since
    absl::flat_hash_map<uint64_t, Digest> nodes;        // replaced since, by NodeKey
  };

  void SetBits(uint64_t attestation_number, Status status);
  void WillChangeChunk(uint64_t chunk_number);
  void SetNode(size_t level, uint64_t index, const Digest& hash);
  void Settle();
  Digest NodeAt(size_t version_position, size_t level, uint64_t index) const;
  StatusChunk ChunkAt(size_t version_position, uint64_t chunk_number) const;

  uint64_t count_ = 0;
  std::vector<StatusChunk> chunks_;
  std::vector<std::vector<Digest>> levels_;  // levels_[0]: leaves; a lone right node moves up unchanged
  absl::flat_hash_set<uint64_t> unsettled_;  // chunks whose leaf hash is out of date
  std::deque<Version> versions_;
  absl::flat_hash_set<uint64_t> changed_;  // for TakeChanges
  std::vector<StatusUndo> undo_added_;
  std::vector<uint64_t> versions_dropped_;
};

}  // namespace symbolon::ledger
