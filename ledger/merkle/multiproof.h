#pragma once
// A compact proof for several leaves of one tree: each hash that the verifier lacks, once, depth first and
// left to right. As everywhere, the size of the tree comes from the caller.

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "ledger/merkle/proof_builder.h"

namespace symbolon::ledger {

// `indexes`: at least one, strictly ascending, all < size; else InvalidArgument.
absl::StatusOr<std::vector<Digest>> BuildMultiproof(uint64_t size, std::span<const uint64_t> indexes,
                                                    const NodeSource& nodes);

// The root that the leaves {index, leaf hash} and the proof lead to. InvalidArgument when the indexes are not
// as above, or the proof has a hash too many or too few.
absl::StatusOr<Digest> RootFromMultiproof(uint64_t size, std::span<const std::pair<uint64_t, Digest>> leaves,
                                          std::span<const Digest> proof);

}  // namespace symbolon::ledger
