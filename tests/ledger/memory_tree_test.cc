#include "ledger/merkle/memory_tree.h"

#include <gtest/gtest.h>

#include "ledger/merkle/hash.h"
#include "ledger/merkle/proof_builder.h"
#include "tests/ledger/merkle_reference.h"

namespace symbolon::ledger {
namespace {

TEST(MemoryTree, BuiltAtOnceOrLeafByLeafIsTheSame) {
  const std::vector<Digest> leaves = reference::Leaves(70);
  MemoryTree grown;
  EXPECT_EQ(grown.Root(), EmptyRoot());
  EXPECT_EQ(MemoryTree(std::vector<Digest>{}).Root(), EmptyRoot());
  for (uint64_t size = 1; size <= leaves.size(); ++size) {
    grown.Append(leaves[size - 1]);
    const MemoryTree built(std::vector<Digest>(leaves.begin(), leaves.begin() + static_cast<long>(size)));
    ASSERT_EQ(built.size(), grown.size());
    ASSERT_EQ(built.Root(), grown.Root());
    for (uint8_t level = 0; level < 8; ++level) {
      for (uint64_t i = 0; i < 70; ++i) {
        const auto a = built.Node(level, i), b = grown.Node(level, i);
        ASSERT_EQ(a.ok(), i < CompleteNodes(size, level));
        ASSERT_EQ(a.ok(), b.ok());
        if (a.ok()) {
          ASSERT_EQ(*a, *b);
        }
      }
    }
  }
}

TEST(MemoryTree, AllProofsAtOnceAreTheProofsOneByOne) {
  EXPECT_TRUE(MemoryTree().InclusionAll().empty());
  for (const uint64_t size : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 31u, 32u, 33u, 100u, 1023u, 4095u, 4096u}) {
    const MemoryTree tree(reference::Leaves(size));
    const std::vector<Proof> all = tree.InclusionAll();
    ASSERT_EQ(all.size(), size);
    for (uint64_t i = 0; i < size; ++i) ASSERT_EQ(all[i], tree.Inclusion(i)) << i << " of " << size;
  }
}

TEST(MemoryTree, ProofsInEarlierTreesDoNotChangeAsItGrows) {
  MemoryTree tree(reference::Leaves(11));
  const Proof before = tree.Inclusion(6);
  const Digest root = tree.Root();
  for (const Digest& leaf : reference::Leaves(50)) tree.Append(leaf);
  EXPECT_EQ(tree.InclusionAt(6, 11), before);
  EXPECT_EQ(tree.RootAt(11), root);
}

// A source that fails for one node, and counts.
class FailingSource : public NodeSource {
 public:
  FailingSource(const MemoryTree& tree, NodeCoordinate bad) : tree_(tree), bad_(bad) {}
  absl::StatusOr<Digest> Node(uint8_t level, uint64_t index) const override {
    if (NodeCoordinate{level, index} == bad_) return absl::DataLossError("tile 3 is corrupt");
    return tree_.Node(level, index);
  }

 private:
  const MemoryTree& tree_;
  NodeCoordinate bad_;
};

TEST(ProofBuilder, ErrorsOfTheSourceArePassedOnAsTheyAre) {
  const MemoryTree tree(reference::Leaves(13));
  const FailingSource source(tree, {2, 2});
  EXPECT_EQ(RootOf(13, source).status(), absl::DataLossError("tile 3 is corrupt"));
  EXPECT_EQ(BuildInclusion(0, 13, source).status(), absl::DataLossError("tile 3 is corrupt"));
  EXPECT_EQ(BuildConsistency(8, 13, source).status(), absl::DataLossError("tile 3 is corrupt"));
  EXPECT_EQ(*BuildInclusion(0, 11, source), tree.InclusionAt(0, 11));
}

TEST(ProofBuilder, OutOfRangeIsRefused) {
  const MemoryTree tree(reference::Leaves(13));
  EXPECT_EQ(BuildInclusion(13, 13, tree).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(BuildConsistency(14, 13, tree).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(*RootOf(0, tree), EmptyRoot());
}

TEST(ProofBuilder, TheHashOverAnyRangeOfTheTree) {
  const std::vector<Digest> leaves = reference::Leaves(13);
  const MemoryTree tree(leaves);
  EXPECT_EQ(*RootOfRange(8, 13, tree), reference::Mth(std::span(leaves).subspan(8)));
  EXPECT_EQ(*RootOfRange(4, 8, tree), reference::Mth(std::span(leaves).subspan(4, 4)));
  EXPECT_EQ(*RootOfRange(12, 13, tree), leaves[12]);
}

}  // namespace
}  // namespace symbolon::ledger
