#include "ledger/merkle/proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "ledger/merkle/hash.h"
#include "ledger/merkle/memory_tree.h"
#include "ledger/merkle/tree_math.h"
#include "tests/ledger/merkle_reference.h"
#include "tests/ledger/vectors.h"

namespace symbolon::ledger {
namespace {

using ::testing::HasSubstr;

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

// Sizes around which trees change shape.
std::vector<uint64_t> BoundarySizes() {
  std::vector<uint64_t> sizes = {1, 2, 3};
  for (uint64_t k = 4; k <= 256; k *= 2) sizes.insert(sizes.end(), {k - 1, k, k + 1});
  return sizes;
}

TEST(Inclusion, ProofsAtEveryBoundarySizeAgreeWithBothRfcs) {
  for (const uint64_t size : BoundarySizes()) {
    const std::vector<Digest> leaves = reference::Leaves(size);
    const MemoryTree tree(leaves);
    const Digest root = reference::Mth(leaves);
    ASSERT_EQ(tree.Root(), root);
    for (uint64_t i = 0; i < size; ++i) {
      const Proof proof = tree.Inclusion(i);
      ASSERT_EQ(proof, reference::Path(i, leaves)) << i << " of " << size;
      ASSERT_EQ(proof.size(), InclusionProofLength(i, size));
      ASSERT_EQ(*RootFromInclusion(leaves[i], i, size, proof), root);
      ASSERT_TRUE(VerifyInclusion(leaves[i], i, size, proof, root).ok());
      ASSERT_TRUE(reference::VerifyInclusion(leaves[i], i, size, proof, root));
    }
  }
}

TEST(Consistency, ProofsBetweenAllSizesAgreeWithBothRfcs) {
  const std::vector<Digest> leaves = reference::Leaves(70);
  const std::span<const Digest> all = leaves;
  const MemoryTree tree(leaves);
  for (uint64_t n = 1; n <= 70; ++n) {
    for (uint64_t m = 1; m <= n; ++m) {
      const Proof proof = tree.Consistency(m, n);
      const Digest old_root = reference::Mth(all.first(m)), new_root = reference::Mth(all.first(n));
      ASSERT_EQ(proof, reference::Subproof(m, all.first(n), true)) << m << " to " << n;
      ASSERT_EQ(proof.size(), ConsistencyProofLength(m, n));
      ASSERT_TRUE(VerifyConsistency(m, n, old_root, new_root, proof).ok());
      if (m < n) {
        ASSERT_TRUE(reference::VerifyConsistency(m, n, old_root, new_root, proof));
      }
    }
  }
}

// Whatever index, size and number of hashes an attacker tries, our verdict is the RFC's.
TEST(Inclusion, VerdictsOnWrongIndexesSizesAndLengthsAreTheRfcs) {
  const std::vector<Digest> leaves = reference::Leaves(20);
  const MemoryTree tree(leaves);
  for (const uint64_t size : {1u, 2u, 5u, 8u, 13u}) {
    for (uint64_t i = 0; i < size; ++i) {
      const Proof proof = tree.InclusionAt(i, size);
      for (uint64_t claimed_size = 0; claimed_size <= 20; ++claimed_size) {
        for (uint64_t claimed = 0; claimed <= 20; ++claimed) {
          const Digest root = tree.RootAt(size);
          EXPECT_EQ(VerifyInclusion(leaves[i], claimed, claimed_size, proof, root).ok(),
                    reference::VerifyInclusion(leaves[i], claimed, claimed_size, proof, root))
              << i << " of " << size << " as " << claimed << " of " << claimed_size;
        }
      }
    }
  }
}

TEST(Consistency, VerdictsOnWrongSizesAreTheRfcs) {
  const MemoryTree tree(reference::Leaves(20));
  for (uint64_t n = 2; n <= 16; ++n) {
    for (uint64_t m = 1; m < n; ++m) {
      const Proof proof = tree.Consistency(m, n);
      for (uint64_t second = 2; second <= 20; ++second) {
        for (uint64_t first = 1; first < second; ++first) {
          const Digest old_root = tree.RootAt(m), new_root = tree.RootAt(n);
          EXPECT_EQ(VerifyConsistency(first, second, old_root, new_root, proof).ok(),
                    reference::VerifyConsistency(first, second, old_root, new_root, proof))
              << m << " to " << n << " as " << first << " to " << second;
        }
      }
    }
  }
}

// Calls `check` with every way to spoil a proof that keeps its length: each bit, each pair of hashes swapped.
template <typename Check>
void WithEverySpoiledProof(const Proof& good, const Check& check) {
  for (size_t h = 0; h < good.size(); ++h) {
    for (size_t bit = 0; bit < 256; ++bit) {
      Proof bad = good;
      bad[h][bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      check(bad);
    }
    for (size_t other = h + 1; other < good.size(); ++other) {
      Proof bad = good;
      std::swap(bad[h], bad[other]);
      check(bad);
    }
  }
}

// ... and every way to change it: a hash left out, or put in, at each place.
template <typename Check>
void WithEveryWrongLength(const Proof& good, const Check& check) {
  for (size_t h = 0; h <= good.size(); ++h) {
    const auto at = static_cast<std::ptrdiff_t>(h);
    Proof bad = good;
    bad.insert(bad.begin() + at, h < good.size() ? good[h] : EmptyRoot());
    check(bad);
    if (h == good.size()) break;
    bad = good;
    bad.erase(bad.begin() + at);
    check(bad);
  }
}

TEST(Inclusion, EveryBitAndEveryHashOfAProofMatters) {
  for (const uint64_t size : {1u, 2u, 3u, 7u, 8u, 9u, 13u}) {
    const std::vector<Digest> leaves = reference::Leaves(size);
    const MemoryTree tree(leaves);
    for (uint64_t i = 0; i < size; ++i) {
      const Proof good = tree.Inclusion(i);
      const auto code = [&](const Proof& proof) {
        return VerifyInclusion(leaves[i], i, size, proof, tree.Root()).code();
      };
      WithEverySpoiledProof(
          good, [&](const Proof& bad) { ASSERT_EQ(code(bad), absl::StatusCode::kFailedPrecondition); });
      WithEveryWrongLength(
          good, [&](const Proof& bad) { ASSERT_EQ(code(bad), absl::StatusCode::kInvalidArgument); });
      for (size_t bit = 0; bit < 256; ++bit) {
        Digest leaf = leaves[i], root = tree.Root();
        leaf[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
        root[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
        ASSERT_FALSE(VerifyInclusion(leaf, i, size, good, tree.Root()).ok());
        ASSERT_FALSE(VerifyInclusion(leaves[i], i, size, good, root).ok());
      }
    }
  }
}

TEST(Consistency, EveryBitAndEveryHashOfAProofMatters) {
  const MemoryTree tree(reference::Leaves(16));
  for (const uint64_t n : {2u, 3u, 8u, 9u, 13u, 16u}) {
    for (uint64_t m = 1; m <= n; ++m) {
      const Proof good = tree.Consistency(m, n);
      const auto code = [&](const Proof& proof) {
        return VerifyConsistency(m, n, tree.RootAt(m), tree.RootAt(n), proof).code();
      };
      WithEverySpoiledProof(
          good, [&](const Proof& bad) { ASSERT_EQ(code(bad), absl::StatusCode::kFailedPrecondition); });
      WithEveryWrongLength(
          good, [&](const Proof& bad) { ASSERT_EQ(code(bad), absl::StatusCode::kInvalidArgument); });
      ASSERT_FALSE(VerifyConsistency(m, n, tree.RootAt(m - 1), tree.RootAt(n), good).ok());
      ASSERT_FALSE(VerifyConsistency(m, n, tree.RootAt(m), tree.RootAt(n - 1), good).ok());
    }
  }
}

TEST(Inclusion, PublishedNegativeCases) {
  const auto v = Vectors("rfc6962.json");
  const MemoryTree tree(DigestsOf(v["leaf_hashes"]));
  const Digest leaf = DigestOf(v["leaf_hashes"][0]);
  for (const auto& c : v["negative"]) {
    if (!c.contains("leaf_index")) continue;
    EXPECT_EQ(VerifyInclusion(leaf, c["leaf_index"], c["tree_size"], {}, tree.Root()).code(),
              absl::StatusCode::kOutOfRange);
  }
  // "proof one hash too long or too short must fail", on every published proof.
  for (const auto& c : v["inclusion"]) {
    WithEveryWrongLength(DigestsOf(c["proof"]), [&](const Proof& bad) {
      EXPECT_FALSE(
          VerifyInclusion(DigestOf(c["leaf_hash"]), c["leaf_index"], c["tree_size"], bad, DigestOf(c["root"]))
              .ok());
    });
  }
  // "size1==size2 with non-empty proof", "empty proof for size1<size2".
  for (const auto& c : v["consistency"]) {
    WithEveryWrongLength(DigestsOf(c["proof"]), [&](const Proof& bad) {
      EXPECT_FALSE(
          VerifyConsistency(c["size1"], c["size2"], DigestOf(c["root1"]), DigestOf(c["root2"]), bad).ok());
    });
    if (c["size1"] == c["size2"]) continue;
    EXPECT_FALSE(
        VerifyConsistency(c["size1"], c["size2"], DigestOf(c["root1"]), DigestOf(c["root2"]), {}).ok());
  }
}

// Why sizes never come from a proof: an inner node passes for a leaf of a smaller tree.
TEST(Inclusion, AnInnerNodePassesForALeafOnlyIfTheSizeIsTheAttackers) {
  const std::vector<Digest> leaves = reference::Leaves(8);
  const MemoryTree tree(leaves);
  const Digest inner = NodeHash(leaves[0], leaves[1]);
  const Proof real = tree.Inclusion(0);
  const Proof shortened(real.begin() + 1, real.end());
  EXPECT_TRUE(VerifyInclusion(inner, 0, 4, shortened, tree.Root()).ok());
  EXPECT_FALSE(VerifyInclusion(inner, 0, 8, shortened, tree.Root()).ok());
}

TEST(Inclusion, EmptyTreesHoldNothing) {
  EXPECT_EQ(VerifyInclusion(EmptyRoot(), 0, 0, {}, EmptyRoot()).code(), absl::StatusCode::kOutOfRange);
  EXPECT_FALSE(VerifyInclusion(EmptyRoot(), 0, 1, {}, EmptyRoot()).ok());
}

TEST(Consistency, EveryTreeBeginsWithTheEmptyOneAndOnlyWithIt) {
  const MemoryTree tree(reference::Leaves(5));
  EXPECT_TRUE(VerifyConsistency(0, 0, EmptyRoot(), EmptyRoot(), {}).ok());
  EXPECT_TRUE(VerifyConsistency(0, 5, EmptyRoot(), tree.Root(), {}).ok());
  EXPECT_FALSE(VerifyConsistency(0, 5, tree.RootAt(1), tree.Root(), {}).ok());
  EXPECT_FALSE(VerifyConsistency(0, 5, EmptyRoot(), EmptyRoot(), {}).ok());
  EXPECT_FALSE(VerifyConsistency(0, 0, tree.Root(), tree.Root(), {}).ok());
  EXPECT_FALSE(VerifyConsistency(5, 5, EmptyRoot(), EmptyRoot(), {}).ok());
  const Proof one = {tree.Root()};
  EXPECT_FALSE(VerifyConsistency(0, 5, EmptyRoot(), tree.Root(), one).ok());
  EXPECT_EQ(VerifyConsistency(5, 4, tree.Root(), tree.RootAt(4), {}).code(), absl::StatusCode::kOutOfRange);
}

TEST(Consistency, TwoRootsOfOneSizeAreNamed) {
  const MemoryTree a(reference::Leaves(5)), b(reference::Leaves(4));
  const absl::Status status = VerifyConsistency(5, 5, a.Root(), b.Root(), {});
  EXPECT_THAT(Message(status), HasSubstr("two different roots of 5 leaves"));
  EXPECT_THAT(Message(status), HasSubstr(ToHex(a.Root())));
  EXPECT_THAT(Message(status), HasSubstr(ToHex(b.Root())));
}

TEST(Inclusion, RefusalsSayWhatIsWrong) {
  const MemoryTree tree(reference::Leaves(4096));
  Proof proof = tree.Inclusion(7);
  proof.push_back(proof[0]);
  EXPECT_EQ(Message(VerifyInclusion(tree.leaf_hash(7), 7, 4096, proof, tree.Root())),
            "inclusion proof has 13 hashes, leaf 7 of a tree of 4096 leaves needs 12");
  EXPECT_EQ(Message(VerifyInclusion(tree.leaf_hash(7), 4096, 4096, proof, tree.Root())),
            "inclusion proof is for leaf 4096, the tree has 4096 leaves (numbered from 0)");
  proof.pop_back();
  EXPECT_THAT(Message(VerifyInclusion(tree.leaf_hash(8), 7, 4096, proof, tree.Root())),
              HasSubstr("expected " + ToHex(tree.Root())));
  EXPECT_EQ(Message(VerifyConsistency(2, 4, tree.RootAt(2), tree.RootAt(4), {})),
            "consistency proof has 0 hashes, from 2 to 4 leaves it needs 1");
}

// Trees too large to build: a proof of random hashes leads to some root, and to that root only for that
// index and size; lengths agree with the RFC's algorithm, which counts them by walking.
TEST(Inclusion, LargestSizes) {
  std::mt19937_64 random(1);
  std::vector<uint64_t> sizes = {~uint64_t{0}, ~uint64_t{0} - 1, uint64_t{1} << 63, (uint64_t{1} << 63) + 1};
  for (int k = 8; k < 63; k += 5) {
    sizes.insert(sizes.end(), {(uint64_t{1} << k) - 1, uint64_t{1} << k, (uint64_t{1} << k) + 1});
  }
  const Digest leaf = LeafHash("x");
  for (const uint64_t size : sizes) {
    for (const uint64_t index : {uint64_t{0}, size / 3, size / 2, size - 2, size - 1, random() % size}) {
      Proof proof(InclusionProofLength(index, size));
      for (Digest& hash : proof) hash.fill(static_cast<uint8_t>(random()));
      ASSERT_LE(proof.size(), 64u);
      const Digest root = *RootFromInclusion(leaf, index, size, proof);
      ASSERT_TRUE(reference::VerifyInclusion(leaf, index, size, proof, root)) << index << " of " << size;
      ASSERT_TRUE(VerifyInclusion(leaf, index, size, proof, root).ok());
      ASSERT_FALSE(RootFromInclusion(leaf, size, size, proof).ok());
    }
  }
}

TEST(Consistency, RandomBytesAreNoProof) {
  std::mt19937_64 random(2);
  const MemoryTree tree(reference::Leaves(70));
  for (int round = 0; round < 2000; ++round) {
    const uint64_t n = random() % 71, m = random() % 71;
    Proof proof(random() % 9);
    for (Digest& hash : proof) hash.fill(static_cast<uint8_t>(random()));
    const bool ok = VerifyConsistency(m, n, tree.RootAt(m), tree.RootAt(n), proof).ok();
    ASSERT_EQ(ok, proof.empty() && (m == 0 || m == n) && m <= n) << m << " to " << n;
  }
}

}  // namespace
}  // namespace symbolon::ledger
