// Hazards of membership changes, told with a few nodes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consensus/test_cluster.h"

namespace symbolon::consensus {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Configuration Members(std::vector<uint64_t> voters, std::vector<uint64_t> learners = {}) {
  std::vector<NodeId> v, l;
  for (uint64_t n : voters) v.push_back(N(n));
  for (uint64_t n : learners) l.push_back(N(n));
  return Configuration(v, l);
}

// Ongaro's message to raft-dev of 2015: A adds a fifth to four and is cut off; B, elected by the old set,
// removes one; then A comes back. The two new sets have majorities that do not meet.
TEST(MembershipScenario, S39_RB03_TwoChangesOnTopOfOneSet) {
  TestCluster cluster(5, Voters(4));
  cluster.Elect(1);
  cluster.Change(Members({1, 2, 3, 4}, {5}));
  cluster.Tick(3);
  // A's change reaches only node 5.
  for (uint64_t id : {2, 3, 4}) cluster.CutBoth(1, id);
  ASSERT_TRUE(cluster[1].Change(Voters(5)).ok());
  cluster.Deliver();
  ASSERT_EQ(cluster.raft(5).configuration(), Voters(5));
  // B leads 2, 3, 4 of the old set.
  for (uint64_t id : {2, 3, 4}) cluster.CutBoth(5, id);
  cluster.Tick(60);
  const uint64_t b = cluster.Leader();
  ASSERT_TRUE(b >= 2 && b <= 4) << b;
  cluster.Change(Members({2, 3, 4}));  // drops node 1
  const Index committed = cluster.raft(b).commit();
  // Now A and 5 meet one of the others, which with them would be three of A's five.
  const uint64_t c = b == 2 ? 3 : 2;
  cluster.Heal();
  for (uint64_t id : {2, 3, 4}) {
    if (id != c) cluster.Isolate(id);
  }
  const Term term = cluster.raft(b).TermAt(committed).value();
  cluster.Tick(200);
  for (uint64_t id : {uint64_t{1}, uint64_t{5}, c}) EXPECT_NE(cluster.raft(id).role(), Role::kLeader) << id;
  EXPECT_EQ(cluster.raft(c).TermAt(committed), term);
}

// The first half of it, where B has not committed yet: the change itself is refused.
TEST(MembershipScenario, S39_RB03_ANewLeaderFirstCommitsInItsTerm) {
  TestNode leader({.configuration = Voters(4)});
  leader.Lead();
  EXPECT_FALSE(leader.Change(Voters(3)).ok());
}

// etcd #7625: configurations in force only when applied let a removed pair elect its own leader.
TEST(MembershipScenario, S40_RB37_TwoRemovalsWithASlowStateMachine) {
  TestCluster cluster(5);
  cluster.Elect(1);
  cluster.applies = false;  // nobody applies anything from here on
  for (const Configuration& next : {Voters(4), Voters(3)}) {
    ASSERT_TRUE(cluster[1].Change(next).ok());
    cluster.Tick(3);
    ASSERT_EQ(cluster.raft(1).commit(), cluster.raft(1).configuration_index());
  }
  // The two removed ones and node 3 are three of the old five, two of the old four.
  cluster.Isolate(1);
  cluster.Isolate(2);
  cluster.Tick(200);
  for (uint64_t id : {3, 4, 5}) EXPECT_NE(cluster.raft(id).role(), Role::kLeader);
}

TEST(MembershipScenario, S41_AnElectionWhileANodeIsAdded) {
  for (const bool entry_survives : {true, false}) {
    TestCluster cluster(4, Voters(3));
    cluster.Elect(1);
    cluster.Change(Members({1, 2, 3}, {4}));
    cluster.Tick(3);
    if (!entry_survives) cluster.Isolate(1);
    ASSERT_TRUE(cluster[1].Change(Voters(4)).ok());
    if (entry_survives) {  // it reaches node 2, and nobody hears of a commit
      for (const Message& m : cluster[1].Sent()) {
        if (m.to == N(2)) cluster[2].Step(m).IgnoreError();
      }
      cluster[2].Sent();
    }
    cluster.Isolate(1);
    cluster.Tick(100);
    ASSERT_NE(cluster.Leader(), 0u);
    cluster.Heal();
    cluster.Tick(30);
    for (uint64_t id = 1; id <= 4; ++id) {
      EXPECT_EQ(cluster.raft(id).configuration(), entry_survives ? Voters(4) : Members({1, 2, 3}, {4})) << id;
      EXPECT_EQ(cluster.raft(id).commit(), cluster.raft(cluster.Leader()).commit()) << id;
    }
  }
}

TEST(MembershipScenario, S42_LV28_TheLeaderIsRemovedAndHandsOver) {
  TestCluster cluster(3);
  cluster.Elect(1);
  ASSERT_TRUE(cluster[1].Propose("x").ok());
  ASSERT_TRUE(cluster[1].Change(Members({2, 3})).ok());
  cluster.Deliver();
  const uint64_t leader = cluster.Leader();
  EXPECT_TRUE(leader == 2 || leader == 3) << "without waiting for a timeout: " << leader;
  cluster.Tick(50);
  EXPECT_EQ(cluster.Leader(), leader) << "and the removed one disturbs nobody";
  EXPECT_EQ(cluster.raft(1).removed()->index, I(3));
  EXPECT_EQ(cluster.raft(5 - leader).commit(), cluster.raft(leader).commit());
}

// Its last message is lost: the others find a leader by themselves.
TEST(MembershipScenario, S42_LV28_TheRemovedLeadersLastWordIsLost) {
  TestCluster cluster(3);
  cluster.Elect(1);
  ASSERT_TRUE(cluster[1].Change(Members({2, 3})).ok());
  for (int i = 0; i < 3 && cluster.raft(1).role() == Role::kLeader; ++i) {
    for (uint64_t from = 1; from <= 3; ++from) {
      for (const Message& m : cluster[from].Sent()) {
        if (!std::holds_alternative<TimeoutNow>(m.body)) cluster[m.to.value()].Step(m).IgnoreError();
      }
    }
  }
  ASSERT_EQ(cluster.raft(1).role(), Role::kFollower);
  cluster.Down(1);
  cluster.Tick(60);
  EXPECT_NE(cluster.Leader(), 0u);
}

TEST(MembershipScenario, S42_AnElectionWhileTheLeaderIsRemoved) {
  // Its removal is on node 2 alone when it dies; 2 and 3 go on, and it stays removed.
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.Cut(1, 3);
  ASSERT_TRUE(cluster[1].Change(Members({2, 3})).ok());
  cluster.Deliver();
  cluster.Down(1);
  cluster.Tick(100);
  ASSERT_EQ(cluster.Leader(), 2u) << "only node 2 has the whole log";
  EXPECT_EQ(cluster.raft(3).configuration(), Members({2, 3}));
  cluster.Up(1);
  const Term term = cluster.raft(2).term();
  cluster.Tick(100);
  EXPECT_EQ(cluster.raft(2).term(), term);
  EXPECT_EQ(cluster.raft(1).removed().has_value(), true) << "it asked, and was told";
}

TEST(MembershipScenario, S43_RB38_AConfigurationIsTruncatedAndTheNodeRestarts) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.Isolate(1);
  ASSERT_TRUE(cluster[1].Change(Members({1, 2})).ok());
  ASSERT_EQ(cluster.raft(1).configuration(), Members({1, 2}));
  cluster.Tick(60);
  const uint64_t leader = cluster.Leader();
  ASSERT_GT(leader, 1u);
  cluster.Heal();
  cluster.Tick(5);
  EXPECT_EQ(cluster.raft(1).configuration(), Voters(3));
  cluster[1].Restart();
  EXPECT_EQ(cluster.raft(1).configuration(), Voters(3));
}

// A promoted learner whose log does not say so yet is asked, and votes (LV-25).
TEST(MembershipScenario, S44_ALearnerThatDoesNotKnowOfItsPromotionVotes) {
  TestCluster cluster(4, Voters(3));
  cluster.Elect(1);
  cluster.Change(Members({1, 2, 3}, {4}));
  cluster.Tick(3);
  cluster.Cut(1, 4);
  cluster.Cut(1, 3);
  ASSERT_TRUE(cluster[1].Change(Voters(4)).ok());
  cluster.Deliver();  // on 1 and 2
  cluster.Isolate(1);
  cluster.Isolate(3);
  cluster.Heal();
  cluster.Down(1);
  cluster.Down(3);
  cluster.Tick(100);
  EXPECT_EQ(cluster.Leader(), 0u) << "2 and 4 are two of four";
  cluster.Up(3);
  cluster.Isolate(3);
  for (uint64_t id : {2, 4}) {
    cluster.Heal();
    EXPECT_EQ(cluster.raft(id).configuration().IsVoter(N(4)), id == 2);
  }
  cluster.Tick(100);
  EXPECT_EQ(cluster.Leader(), 2u);
  EXPECT_EQ(cluster.raft(4).configuration(), Voters(4));
}

TEST(MembershipScenario, S46_LV09_ARemovedNodeThatWasNeverToldIsToldWhenItAsks) {
  TestCluster cluster(4);
  cluster.Elect(1);
  cluster.Isolate(4);
  cluster.Change(Voters(3));
  cluster.Tick(60);
  EXPECT_THAT(cluster.raft(1).Peers(), SizeIs(2)) << "given up";
  const Term term = cluster.raft(1).term();
  cluster.Heal();
  cluster.Tick(60);
  EXPECT_EQ(cluster.raft(1).term(), term) << "it deposed nobody";
  EXPECT_EQ(cluster.Leader(), 1u);
  ASSERT_THAT(cluster[4].removed, SizeIs(1));
  EXPECT_EQ(cluster[4].removed[0].index, cluster.raft(1).configuration_index());
  cluster[4].Sent();
  cluster[4].Tick(100);
  EXPECT_THAT(cluster[4].Sent(), IsEmpty()) << "and is quiet now";
}

// A disk is wiped and comes back under its old name: nothing makes it a member but a new identity (M10). Mail
// for its former self changes nothing for the others, and stops it, as it shows what is lost (L22).
TEST(MembershipScenario, S47_RB39_ARemovedNodeComesBackEmptyAndGetsOldMessages) {
  for (const bool old_mail : {false, true}) {
    TestCluster cluster(4);
    cluster.Elect(1);
    ASSERT_TRUE(cluster[1].Propose("x").ok());
    std::vector<Message> old = cluster[1].Sent();
    for (const Message& m : old) cluster[m.to.value()].Step(m).IgnoreError();
    cluster.Change(Voters(3));
    cluster.Tick(5);
    cluster[4].disk().mutable_entries().clear();
    cluster[4].disk_hard_state() = {};
    cluster[4].Restart();
    const Term term = cluster.raft(1).term();
    const Index commit = cluster.raft(1).commit();
    for (const Message& m : old) {
      if (old_mail && m.to == N(4)) cluster[4].Step(m).IgnoreError();
    }
    if (old_mail) {
      EXPECT_TRUE(absl::IsDataLoss(cluster.raft(4).failure())) << cluster.raft(4).failure();
      cluster.Down(4);
    }
    cluster.Tick(100);
    EXPECT_EQ(cluster.raft(1).term(), term);
    EXPECT_EQ(cluster.raft(1).commit(), commit);
    EXPECT_FALSE(cluster.raft(1).configuration().IsMember(N(4)));
    EXPECT_EQ(cluster.raft(4).removed().has_value(), !old_mail);
  }
}

TEST(MembershipScenario, M07_ALiveNodeIsReplacedByAddPromoteRemove) {
  for (uint64_t voters = 1; voters <= 7; ++voters) {
    const uint64_t fresh = voters + 1;
    TestCluster cluster(fresh, Voters(voters));
    cluster.Elect(1);
    cluster.Change(Configuration(Ids(1, voters), {N(fresh)}));
    cluster.Tick(3);
    cluster.Change(Voters(fresh));
    cluster.Change(Configuration(Ids(2, fresh), {}));  // node 1, which leads, goes
    EXPECT_NE(cluster.Leader(), 1u);
    ASSERT_TRUE(cluster[cluster.Leader()].Propose("x").ok());
    cluster.Tick(2);
    for (uint64_t id = 2; id <= fresh; ++id) {
      EXPECT_EQ(cluster.raft(id).commit(), cluster.raft(cluster.Leader()).last().index)
          << voters << ", node " << id;
    }
  }
}

// Remove first: the set gets smaller by one that does not vote anyway. With one of two dead there is no
// majority left to decide anything (LV-34).
TEST(MembershipScenario, M07_ADeadNodeIsReplacedByRemoveAddPromote) {
  for (uint64_t voters = 2; voters <= 7; ++voters) {
    const uint64_t fresh = voters + 1;
    TestCluster cluster(fresh, Voters(voters));
    cluster.Elect(1);
    cluster.Down(voters);
    cluster.Tick(15);
    if (voters == 2) {
      EXPECT_EQ(cluster.Leader(), 0u);
      continue;
    }
    ASSERT_EQ(cluster.Leader(), 1u);
    std::vector<NodeId> rest = Ids(1, voters - 1);
    cluster.Change(Configuration(rest, {}));
    cluster.Change(Configuration(rest, {N(fresh)}));
    cluster.Tick(3);
    rest.push_back(N(fresh));
    cluster.Change(Configuration(rest, {}));
    ASSERT_TRUE(cluster[1].Propose("x").ok());
    cluster.Tick(2);
    EXPECT_EQ(cluster.raft(fresh).commit(), cluster.raft(1).last().index) << voters;
  }
}

// The opposite order: three with one dead become four with one dead, where no second one may fail.
TEST(MembershipScenario, M07_AddingFirstLeavesNothingToSpare) {
  for (const bool add_first : {true, false}) {
    TestCluster cluster(4, Voters(3));
    cluster.Elect(1);
    cluster.Down(3);
    cluster.Tick(12);
    if (!add_first) cluster.Change(Members({1, 2}));
    std::vector<uint64_t> voters = add_first ? std::vector<uint64_t>{1, 2, 3} : std::vector<uint64_t>{1, 2};
    cluster.Change(Members(voters, {4}));
    cluster.Tick(3);
    voters.push_back(4);
    cluster.Change(Members(voters));
    cluster.Down(2);
    cluster.Tick(60);
    EXPECT_EQ(cluster.Leader() == 0, add_first);
  }
}

}  // namespace
}  // namespace symbolon::consensus
