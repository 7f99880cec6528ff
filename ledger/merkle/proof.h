#pragma once
// Verifying inclusion and consistency proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2).
//
// Sizes and indexes come from the caller, and the caller has them from something signed or fixed: never from
// the proof or from whoever sent it. RFC 6962 inner nodes do not say at which level they are, so a size that
// an attacker may choose lets an inner node pass for a leaf. Given the size, exactly one number of hashes is
// right; proofs with more or fewer are refused.
//
// Error codes, the same everywhere here:
//   OutOfRange          an index at or past the size; a size1 above size2
//   InvalidArgument     spare or missing hashes
//   FailedPrecondition  well-formed, but it leads to another root
// Pure functions, thread-safe.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace symbolon::ledger {

// Hashes of a proof; for inclusion nearest sibling first.
using Proof = std::vector<Digest>;

// The root that the leaf and the path lead to. That it is the right root is for the caller to check.
absl::StatusOr<Digest> RootFromInclusion(const Digest& leaf_hash, uint64_t index, uint64_t size,
                                         std::span<const Digest> proof);

// Whether the leaf is at `index` of the tree of `size` leaves with that root.
absl::Status VerifyInclusion(const Digest& leaf_hash, uint64_t index, uint64_t size,
                             std::span<const Digest> proof, const Digest& root);

// Whether the tree (size1, root1) is the beginning of the tree (size2, root2). Every tree begins with the
// empty one: for size1 == 0 the proof is empty and root1 must be the empty root. For equal sizes the proof is
// empty and the roots must be equal.
absl::Status VerifyConsistency(uint64_t size1, uint64_t size2, const Digest& root1, const Digest& root2,
                               std::span<const Digest> proof);

}  // namespace symbolon::ledger
