#pragma once
// Which complete subtrees a root or a proof of a tree of a given size is made of. Storage keeps the hashes of
// complete subtrees only (they never change); what hangs at the ragged right edge is folded from them.
//
// Pure arithmetic on sizes up to 2^64 - 1; nothing is hashed here.

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace symbolon::ledger {

// A complete subtree: leaves [index * 2^level, (index + 1) * 2^level). Level 0 are the leaf hashes.
struct NodeCoordinate {
  uint8_t level = 0;  // at most 63
  uint64_t index = 0;
  bool operator==(const NodeCoordinate&) const = default;
};

// Number of complete subtrees of a level in a tree of `size` leaves. `level` is at most 63.
constexpr uint64_t CompleteNodes(uint64_t size, uint8_t level) {
  return size >> level;
}

// The hashes of a proof in its order. Each is that of one complete subtree, but for at most one: the nodes
// [edge_begin, edge_end) cover the right edge, largest first, and fold from the right into one hash.
// edge_begin == edge_end when there is nothing to fold.
struct ProofPlan {
  std::vector<NodeCoordinate> nodes;
  size_t edge_begin = 0;
  size_t edge_end = 0;

  // Number of hashes of the finished proof.
  size_t length() const { return nodes.size() - (edge_end > edge_begin ? edge_end - edge_begin - 1 : 0); }
};

// The complete subtrees that cover a tree of `size` leaves, largest first; they fold from the right into its
// root. Empty for size 0.
std::vector<NodeCoordinate> PlanRoot(uint64_t size);

// Path(index, D[size]) of RFC 6962 section 2.1.1, nearest sibling first. OutOfRange when index >= size.
absl::StatusOr<ProofPlan> PlanInclusion(uint64_t index, uint64_t size);

// Proof(size1, D[size2]) of RFC 6962 section 2.1.2. Empty when size1 is 0 or size2. OutOfRange when
// size1 > size2.
absl::StatusOr<ProofPlan> PlanConsistency(uint64_t size1, uint64_t size2);

// The complete subtrees that cover leaves [begin, end) of a subtree of an RFC 6962 tree, appended largest
// first: begin is a multiple of some power of two that is at least end - begin, and begin < end.
void AppendCover(uint64_t begin, uint64_t end, std::vector<NodeCoordinate>& out);

// Number of hashes of an inclusion proof; `index` must be below `size`.
size_t InclusionProofLength(uint64_t index, uint64_t size);

// Number of hashes of a consistency proof; `size1` must be at most `size2`.
size_t ConsistencyProofLength(uint64_t size1, uint64_t size2);

}  // namespace symbolon::ledger
