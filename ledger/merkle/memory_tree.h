#pragma once
// A tree in memory with all its complete subtrees: each node is hashed once, when its last leaf is appended.
// For batch trees (1 to 4096 leaves) and as the reference of tests. About 64 bytes per leaf.
//
// Const functions are thread-safe against each other.

#include <absl/status/statusor.h>

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "ledger/merkle/node_source.h"
#include "ledger/merkle/proof.h"

namespace symbolon::ledger {

class MemoryTree : public NodeSource {
 public:
  MemoryTree() = default;
  explicit MemoryTree(std::vector<Digest> leaf_hashes);

  void Append(const Digest& leaf_hash);

  uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  const Digest& leaf_hash(uint64_t index) const { return levels_[0][index]; }

  // The empty root at size 0.
  Digest Root() const { return RootAt(size()); }
  // The root of the first `tree_size` leaves; at most size().
  Digest RootAt(uint64_t tree_size) const;

  // Sizes and indexes out of range are a programming error and abort.
  Proof Inclusion(uint64_t index) const { return InclusionAt(index, size()); }
  // In the tree of the first `tree_size` leaves.
  Proof InclusionAt(uint64_t index, uint64_t tree_size) const;
  Proof Consistency(uint64_t size1, uint64_t size2) const;

  // The inclusion proofs of all leaves, in their order; the right edge is folded once for all.
  std::vector<Proof> InclusionAll() const;

  // OutOfRange when the subtree is not complete.
  absl::StatusOr<Digest> Node(uint8_t level, uint64_t index) const override;

 private:
  std::vector<std::vector<Digest>> levels_;  // complete subtrees only
};

}  // namespace symbolon::ledger
