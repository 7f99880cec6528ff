#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/merkle/compact_range.h"
#include "ledger/merkle/hash.h"
#include "ledger/merkle/memory_tree.h"
#include "ledger/merkle/multiproof.h"
#include "ledger/merkle/proof.h"
#include "tests/ledger/vectors.h"

namespace symbolon::ledger {
namespace {

constexpr uint64_t kLargest = 70;

std::vector<Digest> Leaves(uint64_t n) {
  std::vector<Digest> out;
  for (uint64_t i = 0; i < n; ++i) out.push_back(LeafHash(fmt::format("leaf {}", i)));
  return out;
}

// MTH and PATH of RFC 6962 section 2.1, word for word: the slow reference.
Digest Mth(const std::vector<Digest>& leaves, uint64_t begin, uint64_t end) {
  if (begin == end) return EmptyRoot();
  if (end - begin == 1) return leaves[begin];
  uint64_t k = 1;
  while (k * 2 < end - begin) k *= 2;
  return NodeHash(Mth(leaves, begin, begin + k), Mth(leaves, begin + k, end));
}

Proof Path(const std::vector<Digest>& leaves, uint64_t m, uint64_t begin, uint64_t end) {
  if (end - begin == 1) return {};
  uint64_t k = 1;
  while (k * 2 < end - begin) k *= 2;
  const bool left = m < k;
  Proof path = left ? Path(leaves, m, begin, begin + k) : Path(leaves, m - k, begin + k, end);
  path.push_back(left ? Mth(leaves, begin + k, end) : Mth(leaves, begin, begin + k));
  return path;
}

TEST(Merkle, PublishedLeavesAndRoots) {
  const auto v = Vectors("rfc6962.json");
  CompactRange range;
  MemoryTree tree;
  for (size_t i = 0; i < v["leaf_inputs"].size(); ++i) {
    EXPECT_EQ(ToHex(range.Root()), v["roots"][i].get<std::string>());
    const Digest leaf = LeafHash(FromHex(v["leaf_inputs"][i].get<std::string>()).value());
    EXPECT_EQ(ToHex(leaf), v["leaf_hashes"][i].get<std::string>());
    range.Append(leaf);
    tree.Append(leaf);
    EXPECT_EQ(tree.Root(), range.Root());
  }
  EXPECT_EQ(ToHex(range.Root()), v["roots"].back().get<std::string>());
}

TEST(Merkle, PublishedInclusionProofs) {
  const auto v = Vectors("rfc6962.json");
  MemoryTree tree(DigestsOf(v["leaf_hashes"]));
  for (const auto& c : v["inclusion"]) {
    const Proof proof = DigestsOf(c["proof"]);
    const uint64_t index = c["leaf_index"], size = c["tree_size"];
    EXPECT_TRUE(VerifyInclusion(DigestOf(c["leaf_hash"]), index, size, proof, DigestOf(c["root"])).ok());
    EXPECT_EQ(tree.InclusionAt(index, size), proof);
  }
}

TEST(Merkle, PublishedConsistencyProofs) {
  const auto v = Vectors("rfc6962.json");
  MemoryTree tree(DigestsOf(v["leaf_hashes"]));
  for (const auto& c : v["consistency"]) {
    const Proof proof = DigestsOf(c["proof"]);
    EXPECT_TRUE(
        VerifyConsistency(c["size1"], c["size2"], DigestOf(c["root1"]), DigestOf(c["root2"]), proof).ok());
    EXPECT_EQ(tree.Consistency(c["size1"], c["size2"]), proof);
  }
}

TEST(Merkle, EverySmallTreeAgreesWithTheDefinition) {
  const std::vector<Digest> leaves = Leaves(kLargest);
  MemoryTree tree(leaves);
  CompactRange range;
  for (uint64_t size = 0; size <= kLargest; ++size) {
    const Digest root = Mth(leaves, 0, size);
    ASSERT_EQ(tree.RootAt(size), root) << size;
    ASSERT_EQ(range.Root(), root) << size;
    ASSERT_EQ(CompactRange::FromHashes(size, range.hashes())->Root(), root);
    for (uint64_t i = 0; i < size; ++i) {
      const Proof proof = tree.InclusionAt(i, size);
      ASSERT_EQ(proof, Path(leaves, i, 0, size)) << i << " of " << size;
      ASSERT_TRUE(VerifyInclusion(leaves[i], i, size, proof, root).ok()) << i << " of " << size;
    }
    for (uint64_t smaller = 0; smaller <= size; ++smaller) {
      ASSERT_TRUE(
          VerifyConsistency(smaller, size, Mth(leaves, 0, smaller), root, tree.Consistency(smaller, size))
              .ok())
          << smaller << " of " << size;
    }
    if (size < kLargest) range.Append(leaves[size]);
  }
}

TEST(Merkle, ProofWithAHashTooManyOrTooFewIsRefused) {
  const std::vector<Digest> leaves = Leaves(kLargest);
  MemoryTree tree(leaves);
  for (uint64_t size = 1; size <= kLargest; ++size) {
    for (uint64_t i = 0; i < size; ++i) {
      Proof proof = tree.InclusionAt(i, size);
      proof.push_back(leaves[0]);
      EXPECT_EQ(VerifyInclusion(leaves[i], i, size, proof, tree.RootAt(size)).code(),
                absl::StatusCode::kInvalidArgument);
      proof.resize(proof.size() - 1);
      if (proof.empty()) continue;
      proof.pop_back();
      EXPECT_EQ(VerifyInclusion(leaves[i], i, size, proof, tree.RootAt(size)).code(),
                absl::StatusCode::kInvalidArgument);
    }
    for (uint64_t smaller = 1; smaller <= size; ++smaller) {
      Proof proof = tree.Consistency(smaller, size);
      proof.push_back(leaves[0]);
      EXPECT_FALSE(VerifyConsistency(smaller, size, tree.RootAt(smaller), tree.RootAt(size), proof).ok());
      proof.pop_back();
      if (proof.empty()) continue;
      proof.pop_back();
      EXPECT_FALSE(VerifyConsistency(smaller, size, tree.RootAt(smaller), tree.RootAt(size), proof).ok());
    }
  }
}

TEST(Merkle, AnyChangedHashIndexOrSizeIsRefused) {
  const std::vector<Digest> leaves = Leaves(kLargest);
  MemoryTree tree(leaves);
  const uint64_t size = 37;
  for (uint64_t i = 0; i < size; ++i) {
    const Proof good = tree.InclusionAt(i, size);
    for (size_t h = 0; h < good.size(); ++h) {
      Proof bad = good;
      bad[h][31] ^= 1;
      EXPECT_FALSE(VerifyInclusion(leaves[i], i, size, bad, tree.RootAt(size)).ok());
    }
    for (uint64_t other = 0; other < kLargest; ++other) {
      if (other == i) continue;
      EXPECT_FALSE(VerifyInclusion(leaves[i], other, size, good, tree.RootAt(size)).ok());
    }
  }
  EXPECT_FALSE(VerifyInclusion(leaves[0], 0, 0, {}, EmptyRoot()).ok());
  const Proof good = tree.Consistency(13, size);
  for (size_t h = 0; h < good.size(); ++h) {
    Proof bad = good;
    bad[h][0] ^= 0x80;
    EXPECT_FALSE(VerifyConsistency(13, size, tree.RootAt(13), tree.RootAt(size), bad).ok());
  }
  EXPECT_FALSE(VerifyConsistency(14, size, tree.RootAt(13), tree.RootAt(size), good).ok());
  EXPECT_FALSE(VerifyConsistency(38, 37, tree.RootAt(38), tree.RootAt(37), {}).ok());
  EXPECT_FALSE(VerifyConsistency(0, 5, tree.RootAt(1), tree.RootAt(5), {}).ok());
}

TEST(Merkle, CompactRangeOfTheWrongShapeIsRefused) {
  EXPECT_FALSE(CompactRange::FromHashes(3, Leaves(1)).ok());
  EXPECT_FALSE(CompactRange::FromHashes(0, Leaves(1)).ok());
  EXPECT_TRUE(CompactRange::FromHashes(0, {}).ok());
}

TEST(Multiproof, EverySubsetOfSmallTreesLeadsToTheRoot) {
  const std::vector<Digest> leaves = Leaves(11);
  for (uint64_t size = 1; size <= leaves.size(); ++size) {
    MemoryTree tree(std::vector<Digest>(leaves.begin(), leaves.begin() + static_cast<long>(size)));
    for (uint64_t subset = 1; subset < uint64_t{1} << size; ++subset) {
      std::vector<uint64_t> indexes;
      std::vector<std::pair<uint64_t, Digest>> shown;
      for (uint64_t i = 0; i < size; ++i) {
        if ((subset >> i & 1) == 0) continue;
        indexes.push_back(i);
        shown.emplace_back(i, leaves[i]);
      }
      std::vector<Digest> proof = BuildMultiproof(size, indexes, tree).value();
      ASSERT_EQ(RootFromMultiproof(size, shown, proof).value(), tree.Root());
      proof.push_back(leaves[0]);
      ASSERT_FALSE(RootFromMultiproof(size, shown, proof).ok());
      proof.pop_back();
      if (!proof.empty()) {
        proof.pop_back();
        ASSERT_FALSE(RootFromMultiproof(size, shown, proof).ok());
      }
    }
  }
}

TEST(Multiproof, OneLeafNeedsItsInclusionPath) {
  const std::vector<Digest> leaves = Leaves(32);
  MemoryTree tree(leaves);
  const std::vector<uint64_t> one = {7};
  EXPECT_EQ(BuildMultiproof(32, one, tree)->size(), 5u);
}

TEST(Multiproof, UnsortedRepeatedMissingOrForeignLeavesAreRefused) {
  const std::vector<Digest> leaves = Leaves(8);
  MemoryTree tree(leaves);
  for (const std::vector<uint64_t>& bad :
       std::vector<std::vector<uint64_t>>{{}, {3, 3}, {5, 2}, {8}, {0, uint64_t{1} << 63}}) {
    EXPECT_FALSE(BuildMultiproof(8, bad, tree).ok());
    std::vector<std::pair<uint64_t, Digest>> shown;
    for (uint64_t i : bad) shown.emplace_back(i, leaves[0]);
    EXPECT_FALSE(RootFromMultiproof(8, shown, {}).ok());
  }
}

}  // namespace
}  // namespace symbolon::ledger
