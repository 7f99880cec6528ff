#include "ledger/index.h"

#include <gtest/gtest.h>

#include "ledger/merkle/compact_range.h"
#include "tests/ledger/fixtures.h"

namespace symbolon::ledger {
namespace {

// L1: leaf i is entry i + 1, and the tree of size n covers entries 1 to n.
TEST(Index, L1LeafEntryAndSizeAgreeAroundPowersOfTwo) {
  std::vector<uint64_t> sizes = {0, 1, 2};
  for (int k = 2; k < 64; ++k) {
    for (int64_t d : {-1, 0, 1}) sizes.push_back((uint64_t{1} << k) + static_cast<uint64_t>(d));
  }
  for (uint64_t size : sizes) {
    EXPECT_EQ(TreeSizeAfter(LastEntryOf(size)), size);
    if (size == 0) continue;
    EXPECT_EQ(LeafOfEntry(LastEntryOf(size)), size - 1);
    EXPECT_EQ(EntryOfLeaf(LeafOfEntry(size)), size);
  }
  EXPECT_EQ(LastEntryOf(0), kGenesisIndex);
}

TEST(Index, L1TheStateOfEntryNHasATreeOfNLeaves) {
  fixtures::TestLedger ledger;
  EXPECT_EQ(ledger.state().ledger_range().size(), TreeSizeAfter(kGenesisIndex));
  for (uint64_t n = 1; n <= 9; ++n) {
    ledger.AppendNoOp();
    EXPECT_EQ(ledger.state().applied_index(), n);
    EXPECT_EQ(ledger.state().ledger_range().size(), TreeSizeAfter(n));
  }
}

}  // namespace
}  // namespace symbolon::ledger
