#include "ledger/merkle/memory_tree.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "ledger/merkle/hash.h"
#include "ledger/merkle/proof_builder.h"

namespace symbolon::ledger {
namespace {

template <typename T>
T OrAbort(absl::StatusOr<T> value) {
  if (!value.ok()) std::abort();
  return *std::move(value);
}

}  // namespace

MemoryTree::MemoryTree(std::vector<Digest> leaf_hashes) {
  if (leaf_hashes.empty()) return;
  levels_.push_back(std::move(leaf_hashes));
  while (levels_.back().size() > 1) {
    const std::vector<Digest>& below = levels_.back();
    std::vector<Digest> level(below.size() / 2);
    for (size_t i = 0; i < level.size(); ++i) level[i] = NodeHash(below[2 * i], below[2 * i + 1]);
    levels_.push_back(std::move(level));
  }
}

void MemoryTree::Append(const Digest& leaf_hash) {
  Digest hash = leaf_hash;
  for (size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].push_back(hash);
    const std::vector<Digest>& nodes = levels_[level];
    if (nodes.size() % 2 != 0) return;
    hash = NodeHash(nodes[nodes.size() - 2], nodes.back());
  }
}

Digest MemoryTree::RootAt(uint64_t tree_size) const {
  return OrAbort(RootOf(tree_size, *this));
}

Proof MemoryTree::InclusionAt(uint64_t index, uint64_t tree_size) const {
  return OrAbort(BuildInclusion(index, tree_size, *this));
}

Proof MemoryTree::Consistency(uint64_t size1, uint64_t size2) const {
  return OrAbort(BuildConsistency(size1, size2, *this));
}

std::vector<Proof> MemoryTree::InclusionAll() const {
  const uint64_t n = size();
  std::vector<Proof> proofs(n);
  for (uint64_t i = 0; i < n; ++i) proofs[i].reserve(InclusionProofLength(i, n));
  Digest edge{};  // of the last node of the level, when that node is not complete
  for (size_t level = 0; n > 0 && ((n - 1) >> level) > 0; ++level) {
    const std::vector<Digest>& nodes = levels_[level];
    const uint64_t last = (n - 1) >> level;
    for (uint64_t i = 0; i < n; ++i) {
      const uint64_t sibling = (i >> level) ^ 1;
      if (sibling <= last) proofs[i].push_back(sibling < nodes.size() ? nodes[sibling] : edge);
    }
    // The edge of the next level: what this level has left over on the right.
    if (nodes.size() % 2 == 0) continue;
    edge = last < nodes.size() ? nodes.back() : NodeHash(nodes.back(), edge);
  }
  return proofs;
}

absl::StatusOr<Digest> MemoryTree::Node(uint8_t level, uint64_t index) const {
  if (level >= levels_.size() || index >= levels_[level].size()) {
    return absl::OutOfRangeError(
        fmt::format("node {} of level {} is not complete in a tree of {} leaves", index, level, size()));
  }
  return levels_[level][index];
}

}  // namespace symbolon::ledger
