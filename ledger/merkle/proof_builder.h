#pragma once
// Roots and proofs from the hashes of complete subtrees. A proof costs one look-up in bulk of at most
// 2 * log2(size) nodes, and hashing only at the right edge.
//
// Thread-safe when the source is.

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "ledger/merkle/node_source.h"
#include "ledger/merkle/proof.h"
#include "ledger/merkle/tree_math.h"

namespace symbolon::ledger {

// The root of the first `size` leaves; the empty root for 0.
absl::StatusOr<Digest> RootOf(uint64_t size, const NodeSource& source);

// The hash over leaves [begin, end) of a subtree of an RFC 6962 tree: begin < end, and begin is a multiple of
// some power of two that is at least end - begin.
absl::StatusOr<Digest> RootOfRange(uint64_t begin, uint64_t end, const NodeSource& source);

// OutOfRange when index >= size.
absl::StatusOr<Proof> BuildInclusion(uint64_t index, uint64_t size, const NodeSource& source);

// OutOfRange when size1 > size2. Empty when size1 is 0 or size2.
absl::StatusOr<Proof> BuildConsistency(uint64_t size1, uint64_t size2, const NodeSource& source);

// The proof from its plan and the hashes of the plan's nodes, in their order and of the same number.
Proof AssembleProof(const ProofPlan& plan, std::span<const Digest> hashes);

// Folds adjacent subtrees, largest and leftmost first, into the hash above them; at least one.
Digest FoldFromRight(std::span<const Digest> hashes);

}  // namespace symbolon::ledger
