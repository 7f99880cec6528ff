#include "ledger/merkle/multiproof.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/status_macros.h"
#include "ledger/merkle/hash.h"

namespace symbolon::ledger {
namespace {

absl::Status CheckIndexes(uint64_t size, std::span<const uint64_t> indexes) {
  if (indexes.empty()) return absl::InvalidArgumentError("a multiproof needs at least one leaf");
  for (size_t i = 0; i < indexes.size(); ++i) {
    if (indexes[i] >= size) {
      return absl::InvalidArgumentError(
          fmt::format("there is no leaf {} in a tree of {} leaves", indexes[i], size));
    }
    if (i > 0 && indexes[i] <= indexes[i - 1]) {
      return absl::InvalidArgumentError(fmt::format(
          "the leaves of a multiproof must ascend; {} comes after {}", indexes[i], indexes[i - 1]));
    }
  }
  return absl::OkStatus();
}

// Where a node over the leaves begin up to end divides (RFC 6962 section 2.1).
uint64_t Middle(uint64_t begin, uint64_t end) {
  return begin + std::bit_floor(end - begin - 1);
}

absl::Status Build(uint64_t begin, uint64_t end, std::span<const uint64_t> indexes, const NodeSource& nodes,
                   std::vector<Digest>& proof) {
  if (indexes.empty()) {
    ASSIGN_OR_RETURN(Digest hash, RootOfRange(begin, end, nodes));
    proof.push_back(hash);
    return absl::OkStatus();
  }
  if (end - begin == 1) return absl::OkStatus();
  const uint64_t middle = Middle(begin, end);
  const size_t left =
      static_cast<size_t>(std::lower_bound(indexes.begin(), indexes.end(), middle) - indexes.begin());
  RETURN_IF_ERROR(Build(begin, middle, indexes.first(left), nodes, proof));
  return Build(middle, end, indexes.subspan(left), nodes, proof);
}

struct Folding {
  std::span<const std::pair<uint64_t, Digest>> leaves;
  std::span<const Digest> proof;

  absl::StatusOr<Digest> Fold(uint64_t begin, uint64_t end) {
    const bool has_leaf = !leaves.empty() && leaves.front().first < end;
    if (!has_leaf) {
      if (proof.empty()) return absl::InvalidArgumentError("multiproof has a hash too few");
      const Digest hash = proof.front();
      proof = proof.subspan(1);
      return hash;
    }
    if (end - begin == 1) {
      const Digest hash = leaves.front().second;
      leaves = leaves.subspan(1);
      return hash;
    }
    const uint64_t middle = Middle(begin, end);
    ASSIGN_OR_RETURN(Digest left, Fold(begin, middle));
    ASSIGN_OR_RETURN(Digest right, Fold(middle, end));
    return NodeHash(left, right);
  }
};

}  // namespace

absl::StatusOr<std::vector<Digest>> BuildMultiproof(uint64_t size, std::span<const uint64_t> indexes,
                                                    const NodeSource& nodes) {
  RETURN_IF_ERROR(CheckIndexes(size, indexes));
  std::vector<Digest> proof;
  RETURN_IF_ERROR(Build(0, size, indexes, nodes, proof));
  return proof;
}

absl::StatusOr<Digest> RootFromMultiproof(uint64_t size, std::span<const std::pair<uint64_t, Digest>> leaves,
                                          std::span<const Digest> proof) {
  std::vector<uint64_t> indexes;
  for (const auto& [index, hash] : leaves) indexes.push_back(index);
  RETURN_IF_ERROR(CheckIndexes(size, indexes));
  Folding folding{leaves, proof};
  ASSIGN_OR_RETURN(Digest root, folding.Fold(0, size));
  if (!folding.proof.empty()) return absl::InvalidArgumentError("multiproof has a hash too many");
  return root;
}

}  // namespace symbolon::ledger
