#include "ledger/merkle/tree_math.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <bit>

namespace symbolon::ledger {
namespace {

constexpr uint64_t ShiftRight(uint64_t v, int by) {
  return by < 64 ? v >> by : 0;
}

// Appends the siblings on the way from a node up to the root.
void AppendPath(uint8_t level, uint64_t index, uint64_t size, ProofPlan& plan) {
  for (; level < 64; ++level, index >>= 1) {
    const uint64_t last = (size - 1) >> level;  // last node of this level, complete or not
    if (last == 0) return;
    const uint64_t sibling = index ^ 1;
    if (sibling > last) continue;  // the edge is carried up as it is
    const size_t begin = plan.nodes.size();
    AppendCover(sibling << level, sibling == last ? size : (sibling + 1) << level, plan.nodes);
    if (plan.nodes.size() - begin > 1) {
      plan.edge_begin = begin;
      plan.edge_end = plan.nodes.size();
    }
  }
}

}  // namespace

void AppendCover(uint64_t begin, uint64_t end, std::vector<NodeCoordinate>& out) {
  while (begin < end) {
    const auto level = static_cast<uint8_t>(std::bit_width(end - begin) - 1);
    out.push_back({level, begin >> level});
    begin += uint64_t{1} << level;
  }
}

std::vector<NodeCoordinate> PlanRoot(uint64_t size) {
  std::vector<NodeCoordinate> nodes;
  AppendCover(0, size, nodes);
  return nodes;
}

absl::StatusOr<ProofPlan> PlanInclusion(uint64_t index, uint64_t size) {
  if (index >= size) {
    return absl::OutOfRangeError(fmt::format("leaf {} is not in a tree of {} leaves", index, size));
  }
  ProofPlan plan;
  AppendPath(0, index, size, plan);
  return plan;
}

absl::StatusOr<ProofPlan> PlanConsistency(uint64_t size1, uint64_t size2) {
  if (size1 > size2) {
    return absl::OutOfRangeError(
        fmt::format("a tree of {} leaves cannot be the beginning of one of {} leaves", size1, size2));
  }
  ProofPlan plan;
  if (size1 == 0 || size1 == size2) return plan;
  // The last complete subtree of the old tree is where both trees' edges part. When it is the whole old tree,
  // the verifier has its hash already: the old root.
  const auto level = static_cast<uint8_t>(std::countr_zero(size1));
  const uint64_t index = (size1 - 1) >> level;
  if (index != 0) plan.nodes.push_back({level, index});
  AppendPath(level, index, size2, plan);
  return plan;
}

size_t InclusionProofLength(uint64_t index, uint64_t size) {
  // Below the level at which the ways to the leaf and to the last leaf meet, each level has a sibling; above
  // it, the way is the right edge, and there is a sibling wherever it turns right.
  const int inner = std::bit_width(index ^ (size - 1));
  return static_cast<size_t>(inner + std::popcount(ShiftRight(index, inner)));
}

size_t ConsistencyProofLength(uint64_t size1, uint64_t size2) {
  if (size1 == 0 || size1 == size2) return 0;
  const size_t from_leaf = InclusionProofLength(size1 - 1, size2);
  const size_t below = static_cast<size_t>(std::countr_zero(size1));
  return from_leaf - below + (std::has_single_bit(size1) ? 0 : 1);
}

}  // namespace symbolon::ledger
