// Two histories under one name are found by those who hold them (CONSENSUS L8, L24).

#include "node/checkpoint_comparer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <span>
#include <vector>

#include "ledger/checkpoint/cosignature.h"
#include "tests/ledger/fixtures.h"

namespace symbolon::node {
namespace {

using ledger::fixtures::DigestOf;
using ledger::fixtures::TestNetwork;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Five voters; the tests are node 1.
class CheckpointComparerTest : public ::testing::Test {
 protected:
  static Digest Root(uint64_t size, const std::string& history = "ours") {
    return DigestOf(fmt::format("{} at {}", history, size));
  }

  // As node `number` signs it, or another in its name.
  Bytes Note(uint64_t number, uint64_t size, const Digest& root, uint64_t signer = 0) const {
    const size_t key = (signer == 0 ? number : signer) - 1;
    const ledger::Checkpoint checkpoint{network_.genesis().origin, size, root};
    const auto cosignature = ledger::Cosign(
        checkpoint, ledger::CosigningName(network_.genesis(), TestNetwork::NodeName(number - 1)),
        TestNetwork::CosigningKey(key), 1);
    return *ledger::SignCheckpoint(checkpoint, TestNetwork::LogKey(key), std::span(&cosignature, 1));
  }

  // So many turns with a tree of this size: each node is asked at least once, and its answer looked at.
  void Turns(uint64_t size, int turns = 10) {
    for (int i = 0; i < turns; ++i) comparer_.Turn(registry(), size);
  }
  const ledger::Registry& registry() const { return network_.genesis().registry; }

  const TestNetwork network_{5};
  std::map<uint64_t, Bytes> shown_;  // what each node answers; who is not there cannot be asked
  std::vector<uint64_t> asked_, refused_;
  std::vector<CheckpointComparer::Difference> differences_;
  absl::Status own_tree_;
  CheckpointComparer comparer_{
      1,
      &network_.genesis(),
      {.root_at = [this](uint64_t size) -> absl::StatusOr<Digest> {
         if (!own_tree_.ok()) return own_tree_;
         return Root(size);
       },
       .fetch =
           [this](uint64_t node, const api::Done<Bytes>& done) {
             if (!shown_.contains(node)) return false;
             asked_.push_back(node);
             done(shown_.at(node));
             return true;
           },
       .refused = [this](const ledger::Node& from, const absl::Status&) { refused_.push_back(from.number); },
       .differs = [this](const auto& difference) { differences_.push_back(difference); }}};
};

TEST_F(CheckpointComparerTest, EachOtherMemberIsAskedInTurn) {
  for (uint64_t node = 1; node <= 5; ++node) shown_[node] = Note(node, 7, Root(7));
  Turns(7, 6);
  EXPECT_THAT(asked_, ElementsAre(2, 3, 4, 5, 2, 3));
  EXPECT_THAT(differences_, IsEmpty());
  EXPECT_THAT(refused_, IsEmpty());
}

TEST_F(CheckpointComparerTest, L08_AnotherRootForOneSizeIsFoundWithItsProof) {
  shown_[2] = Note(2, 7, Root(7));
  shown_[3] = Note(3, 7, Root(7));
  Turns(7);
  shown_[3] = Note(3, 9, Root(9, "another history"));
  Turns(12);
  ASSERT_THAT(differences_, SizeIs(1)) << "once, though it is asked often";
  EXPECT_EQ(differences_[0].node, 3u);
  EXPECT_EQ(differences_[0].name, TestNetwork::NodeName(2));
  EXPECT_EQ(differences_[0].size, 9u);
  EXPECT_EQ(differences_[0].agreed_size, 7u);
  EXPECT_EQ(differences_[0].own_root, Root(9));
  EXPECT_EQ(differences_[0].signed_root, Root(9, "another history"));
  EXPECT_EQ(differences_[0].note, shown_[3]);
}

TEST_F(CheckpointComparerTest, L24_WhoJoinsComparesWithWhatWasSignedWhenItBegan) {
  shown_[2] = Note(2, 1000, Root(1000, "another history"));
  Turns(0);
  shown_[2] = Note(2, 2000, Root(2000));  // too late to take it back
  Turns(999);
  EXPECT_THAT(asked_, ElementsAre(2)) << "not again before it is compared";
  EXPECT_THAT(differences_, IsEmpty());
  Turns(1000);
  ASSERT_THAT(differences_, SizeIs(1));
  EXPECT_EQ(differences_[0].size, 1000u);
}

TEST_F(CheckpointComparerTest, WhatAnotherHasNotSignedIsNoProofAgainstIt) {
  shown_[2] = Note(2, 7, Root(7, "another history"), /*signer=*/3);
  shown_[3] = "no note at all";
  shown_[4] = Note(5, 7, Root(7, "another history"));  // in another name
  Turns(7);
  EXPECT_THAT(differences_, IsEmpty());
  EXPECT_THAT(refused_, ::testing::IsSupersetOf({2, 3, 4}));
}

TEST_F(CheckpointComparerTest, ATreeThatCannotBeReadAccusesNobody) {
  shown_[2] = Note(2, 7, Root(7, "another history"));
  own_tree_ = absl::DataLossError("a tile is damaged");
  Turns(7);
  EXPECT_THAT(differences_, IsEmpty());
  own_tree_ = absl::OkStatus();
  Turns(7);
  EXPECT_THAT(differences_, SizeIs(1));
}

// Two of five may lie together; three are the ledger.
TEST_F(CheckpointComparerTest, OnlyAMajorityOutvotes) {
  for (const uint64_t node : {2, 3}) shown_[node] = Note(node, 7, Root(7, "another history"));
  for (const uint64_t node : {4, 5}) shown_[node] = Note(node, 7, Root(7));
  Turns(7);
  EXPECT_THAT(differences_, SizeIs(2));
  EXPECT_FALSE(comparer_.IsOutvoted(registry()));
  shown_[4] = Note(4, 8, Root(8, "another history"));
  Turns(8);
  EXPECT_TRUE(comparer_.IsOutvoted(registry()));
}

}  // namespace
}  // namespace symbolon::node
