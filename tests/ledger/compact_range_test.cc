#include "ledger/merkle/compact_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/merkle/memory_tree.h"
#include "tests/ledger/merkle_reference.h"

namespace symbolon::ledger {
namespace {

using ::testing::HasSubstr;

TEST(CompactRange, HasTheRootOfEverySizeAlsoAfterRestoring) {
  const std::vector<Digest> leaves = reference::Leaves(300);
  CompactRange range;
  for (uint64_t size = 0; size < leaves.size(); ++size) {
    ASSERT_EQ(range.size(), size);
    ASSERT_EQ(range.Root(), reference::Mth(std::span(leaves).first(size)));
    const CompactRange restored = *CompactRange::FromHashes(size, range.hashes());
    ASSERT_EQ(restored, range);
    CompactRange grown = restored;
    grown.Append(leaves[size]);
    range.Append(leaves[size]);
    ASSERT_EQ(grown, range);
  }
}

TEST(CompactRange, StateIsOneHashForEachBitOfTheSize) {
  CompactRange range;
  for (const Digest& leaf : reference::Leaves(1023)) range.Append(leaf);
  EXPECT_EQ(range.hashes().size(), 10u);
  range.Append(LeafHash("the 1024th"));
  EXPECT_EQ(range.hashes().size(), 1u);
}

TEST(CompactRange, ReportsEachSubtreeOnceWhenItIsComplete) {
  const std::vector<Digest> leaves = reference::Leaves(129);
  CompactRange range;
  std::vector<uint64_t> next(9, 0);  // index of the next node of each level
  for (const Digest& leaf : leaves) {
    const MemoryTree tree(
        std::vector<Digest>(leaves.begin(), leaves.begin() + static_cast<long>(range.size()) + 1));
    range.Append(leaf, [&](uint8_t level, uint64_t index, const Digest& hash) {
      ASSERT_EQ(index, next[level]++);
      ASSERT_EQ(hash, *tree.Node(level, index));
    });
  }
  for (uint8_t level = 0; level < 9; ++level) EXPECT_EQ(next[level], CompleteNodes(leaves.size(), level));
}

TEST(CompactRange, TheWrongNumberOfHashesIsRefused) {
  for (const uint64_t size : {uint64_t{0}, uint64_t{1}, uint64_t{6}, ~uint64_t{0}}) {
    const auto right = static_cast<size_t>(__builtin_popcountll(size));
    EXPECT_TRUE(CompactRange::FromHashes(size, std::vector<Digest>(right)).ok());
    EXPECT_FALSE(CompactRange::FromHashes(size, std::vector<Digest>(right + 1)).ok());
    if (right > 0) {
      EXPECT_FALSE(CompactRange::FromHashes(size, std::vector<Digest>(right - 1)).ok());
    }
  }
  EXPECT_THAT(std::string(CompactRange::FromHashes(6, {}).status().message()),
              HasSubstr("6 leaves has 2 complete subtrees, not 0"));
}

}  // namespace
}  // namespace symbolon::ledger
