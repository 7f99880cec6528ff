#include "ledger/merkle/hash.h"

#include <gtest/gtest.h>

#include "base/sha256.h"

namespace symbolon::ledger {
namespace {

TEST(MerkleHash, LeavesAndNodesHaveTheirOwnPrefixes) {
  Digest left, right;
  left.fill(0x11);
  right.fill(0x22);
  EXPECT_EQ(LeafHash("abc"), Sha256(ByteView("\0abc", 4)));
  EXPECT_EQ(NodeHash(left, right), Sha256("\1" + Bytes(View(left)) + Bytes(View(right))));
  EXPECT_NE(NodeHash(left, right), NodeHash(right, left));
  EXPECT_NE(NodeHash(left, right), LeafHash(Bytes(View(left)) + Bytes(View(right))));
}

TEST(MerkleHash, TheEmptyRootIsTheHashOfNothing) {
  EXPECT_EQ(EmptyRoot(), Sha256(""));
}

TEST(MerkleHash, ALeafInPartsIsTheLeafOfThePartsJoined) {
  EXPECT_EQ(LeafHash({}), LeafHash(""));
  EXPECT_EQ(LeafHash({"abc"}), LeafHash("abc"));
  EXPECT_EQ(LeafHash({"a", "", "bc"}), LeafHash("abc"));
  EXPECT_EQ(LeafHash({"1", "2", "3", "4", "5", "6", "7"}), LeafHash("1234567"));
}

}  // namespace
}  // namespace symbolon::ledger
