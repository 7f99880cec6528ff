#include "ledger/merkle/multiproof.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "ledger/merkle/memory_tree.h"
#include "tests/ledger/merkle_reference.h"

namespace symbolon::ledger {
namespace {

using Shown = std::vector<std::pair<uint64_t, Digest>>;

Shown Show(const std::vector<Digest>& leaves, const std::vector<uint64_t>& indexes) {
  Shown shown;
  for (const uint64_t i : indexes) shown.emplace_back(i, leaves[i]);
  return shown;
}

std::vector<uint64_t> RandomSubset(uint64_t size, std::mt19937_64& random) {
  std::set<uint64_t> chosen = {random() % size};
  const uint64_t more = random() % size;
  for (uint64_t i = 0; i < more; ++i) chosen.insert(random() % size);
  return {chosen.begin(), chosen.end()};
}

// As in a presentation: some of the 32 slots of a record.
TEST(MultiproofOfARecord, EveryHashOfItMatters) {
  std::mt19937_64 random(4);
  const std::vector<Digest> leaves = reference::Leaves(32);
  const MemoryTree tree(leaves);
  for (int round = 0; round < 40; ++round) {
    const std::vector<uint64_t> indexes = RandomSubset(32, random);
    const Shown shown = Show(leaves, indexes);
    const std::vector<Digest> good = *BuildMultiproof(32, indexes, tree);
    ASSERT_EQ(*RootFromMultiproof(32, shown, good), tree.Root());
    for (size_t h = 0; h < good.size(); ++h) {
      std::vector<Digest> bad = good;
      bad[h][random() % 32] ^= static_cast<uint8_t>(1 << random() % 8);
      ASSERT_NE(*RootFromMultiproof(32, shown, bad), tree.Root());
      if (h + 1 < good.size()) {
        bad = good;
        std::swap(bad[h], bad[h + 1]);
        ASSERT_NE(*RootFromMultiproof(32, shown, bad), tree.Root());
      }
    }
    Shown moved = shown;
    moved[0].second[0] ^= 1;
    ASSERT_NE(*RootFromMultiproof(32, moved, good), tree.Root());
  }
}

TEST(MultiproofOfARecord, SpareAndMissingHashesAreRefused) {
  std::mt19937_64 random(5);
  const std::vector<Digest> leaves = reference::Leaves(32);
  const MemoryTree tree(leaves);
  for (int round = 0; round < 40; ++round) {
    const std::vector<uint64_t> indexes = RandomSubset(32, random);
    const Shown shown = Show(leaves, indexes);
    std::vector<Digest> proof = *BuildMultiproof(32, indexes, tree);
    proof.push_back(leaves[0]);
    ASSERT_FALSE(RootFromMultiproof(32, shown, proof).ok());
    proof.pop_back();
    while (!proof.empty()) {
      proof.pop_back();
      ASSERT_FALSE(RootFromMultiproof(32, shown, proof).ok());
    }
  }
}

// No hash that could be computed is sent: all are different, and none is above a shown leaf.
TEST(MultiproofOfARecord, IsNeverLongerThanThePathsAndSharesThem) {
  std::mt19937_64 random(6);
  for (const uint64_t size : {1u, 2u, 3u, 31u, 32u, 33u, 70u}) {
    const std::vector<Digest> leaves = reference::Leaves(size);
    const MemoryTree tree(leaves);
    for (int round = 0; round < 20; ++round) {
      const std::vector<uint64_t> indexes = RandomSubset(size, random);
      const std::vector<Digest> proof = *BuildMultiproof(size, indexes, tree);
      ASSERT_EQ(*RootFromMultiproof(size, Show(leaves, indexes), proof), tree.Root());
      std::set<Digest> in_paths;
      for (const uint64_t i : indexes) {
        for (const Digest& hash : tree.Inclusion(i)) in_paths.insert(hash);
      }
      const std::set<Digest> sent(proof.begin(), proof.end());
      ASSERT_EQ(sent.size(), proof.size());
      for (const Digest& hash : sent) ASSERT_TRUE(in_paths.contains(hash));
      for (const uint64_t i : indexes) ASSERT_FALSE(sent.contains(leaves[i]));
    }
  }
}

TEST(MultiproofOfARecord, TheSizeIsTheCallersAndMustBeRight) {
  const std::vector<Digest> leaves = reference::Leaves(32);
  const MemoryTree tree(leaves);
  const std::vector<uint64_t> indexes = {3, 17};
  const std::vector<Digest> proof = *BuildMultiproof(32, indexes, tree);
  for (const uint64_t size : {18u, 24u, 33u, 64u}) {
    const auto root = RootFromMultiproof(size, Show(leaves, indexes), proof);
    EXPECT_TRUE(!root.ok() || *root != tree.Root()) << size;
  }
  // A tree of 31 asks for the same hashes: the proof cannot tell the sizes apart, only the caller can.
  EXPECT_EQ(*RootFromMultiproof(31, Show(leaves, indexes), proof), tree.Root());
  EXPECT_FALSE(RootFromMultiproof(0, Show(leaves, indexes), proof).ok());
  EXPECT_FALSE(RootFromMultiproof(17, Show(leaves, indexes), proof).ok());
}

}  // namespace
}  // namespace symbolon::ledger
