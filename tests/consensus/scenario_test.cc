// Scenarios named after their hazard.

#include "tests/consensus/test_cluster.h"

namespace symbolon::consensus {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<NodeSetup> Setups(std::vector<std::vector<uint64_t>> logs, std::vector<uint64_t> terms) {
  std::vector<NodeSetup> out;
  for (size_t i = 0; i < logs.size(); ++i) out.push_back({.log_terms = logs[i], .term = terms[i]});
  return out;
}

// Raft paper figure 8, at the moment (c): S1 leads term 4 and has brought its entry of term 2 to a majority;
// S5 holds one of term 3.
std::vector<NodeSetup> Figure8() {
  return Setups({{1, 2}, {1, 2}, {1}, {1}, {1, 3}}, {3, 3, 3, 3, 3});
}

TEST(Scenario, S01_Figure8WithoutAnEntryOfTheCurrentTerm) {
  // (c): the entry of term 2 is on four of five, and the leader of term 4 must not call it committed.
  TestNode leader({.configuration = Voters(5), .log_terms = {1, 2}, .term = 3});
  leader.Lead();
  for (uint64_t follower : {2, 3, 4}) leader.Acknowledge(follower, I(2)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(0));
  // (d): for S5 may still win, and overwrites it everywhere.
  TestCluster cluster(5, Setups({{1, 2, 4}, {1, 2}, {1, 2}, {1}, {1, 3}}, {4, 4, 4, 4, 4}));
  cluster.Down(1);
  cluster.Elect(5);
  cluster.Tick(3);
  for (uint64_t id : {2, 3, 4}) EXPECT_EQ(cluster.raft(id).TermAt(I(2)), T(3));
}

TEST(Scenario, S01_Figure8WithAnEntryOfTheCurrentTerm) {
  TestCluster cluster(5, Figure8());
  cluster.Isolate(5);
  cluster.Elect(1);
  EXPECT_EQ(cluster.raft(1).commit(), I(3)) << "(e): the no-op of the current term commits what is before it";
  cluster.Heal();
  cluster.Isolate(1);
  cluster.Tick(100);
  EXPECT_NE(cluster.Leader(), 5u) << "S5 cannot win any more";
  ASSERT_NE(cluster.Leader(), 0u);
  EXPECT_EQ(cluster.raft(5).TermAt(I(2)), T(2));
}

TEST(Scenario, S02_LeaderCommitsAndDiesBeforeTellingAnyone) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.Isolate(3);
  const LogPosition position = cluster[1].Propose("precious").value();
  // Delivers the append and its acknowledgement, and not the news of the commit.
  for (const Message& m : cluster[1].Sent()) {
    if (m.to == N(2)) cluster[2].Step(m).IgnoreError();
  }
  for (const Message& m : cluster[2].Sent()) cluster[1].Step(m).IgnoreError();
  ASSERT_EQ(cluster.raft(1).commit(), position.index);
  cluster.Down(1);
  cluster.Heal();
  cluster.Tick(60);
  ASSERT_EQ(cluster.Leader(), 2u) << "node 3 lacks the entry and cannot win";
  EXPECT_GE(cluster.raft(3).commit(), position.index);
  EXPECT_EQ(cluster.raft(3).TermAt(position.index), position.term);
}

TEST(Scenario, S09_LV03_TwoCohortsOfLogAndTermBlockNobody) {
  // Every pair of (log, term) of two cohorts of two, and a fifth node with either.
  const std::vector<std::vector<uint64_t>> logs = {{1}, {1, 1}, {1, 2}, {1, 2, 2}};
  for (const auto& log_a : logs) {
    for (const auto& log_b : logs) {
      for (uint64_t term_a : {2, 5, 9}) {
        for (uint64_t term_b : {2, 5, 9}) {
          TestCluster cluster(
              5, Setups({log_a, log_a, log_b, log_b, log_a}, {term_a, term_a, term_b, term_b, term_b}));
          cluster.Tick(150);
          ASSERT_NE(cluster.Leader(), 0u)
              << log_a.size() << ' ' << log_b.size() << ' ' << term_a << ' ' << term_b;
          EXPECT_GT(cluster.raft(cluster.Leader()).commit(), I(0));
        }
      }
    }
  }
}

TEST(Scenario, S10_ANodeOfASmallerTermCanStillWin) {
  TestCluster cluster(3, Setups({{1, 1, 1}, {1}, {1}}, {1, 7, 7}));
  cluster.Tick(100);
  EXPECT_EQ(cluster.Leader(), 1u) << "the only one with the longest log of the last term is also the fastest";
  EXPECT_EQ(cluster.raft(2).last().index, cluster.raft(1).last().index);
}

TEST(Scenario, S24_PowerLossOfAllNodesAtOnce) {
  TestCluster cluster(3);
  cluster.Elect(1);
  const LogPosition position = cluster[1].Propose("kept").value();
  cluster.Deliver();
  ASSERT_EQ(cluster.raft(1).commit(), position.index);
  for (uint64_t id : {1, 2, 3}) cluster.Up(id);
  cluster.Tick(60);
  ASSERT_NE(cluster.Leader(), 0u);
  for (uint64_t id : {1, 2, 3}) {
    EXPECT_EQ(cluster.raft(id).TermAt(position.index), position.term);
    EXPECT_GT(cluster.raft(id).commit(), position.index);
  }
}

TEST(Scenario, S26_ClusterOfOneCrashAfterReply) {
  TestCluster cluster(1);
  cluster.Elect(1);
  const LogPosition position = cluster[1].Propose("kept").value();
  ASSERT_EQ(cluster[1].proposals.back().outcome, Outcome::kCommitted);
  cluster.Up(1);
  cluster.Tick(20);
  EXPECT_EQ(cluster.raft(1).TermAt(position.index), position.term);
  EXPECT_GT(cluster.raft(1).commit(), position.index);
}

TEST(Scenario, S38_ADeposedLeaderInAMinorityServesNothing) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.Tick(2);
  cluster.Isolate(1);
  const LogPosition lost = cluster[1].Propose("lost").value();
  ASSERT_TRUE(cluster.raft(1).ReadIndex(ReadId(1)).ok());
  cluster.Tick(60);
  const uint64_t leader = cluster.Leader();
  ASSERT_NE(leader, 1u);
  ASSERT_NE(leader, 0u);
  ASSERT_TRUE(cluster[leader].Propose("kept").ok());
  cluster.Deliver();
  ASSERT_THAT(cluster[1].reads, SizeIs(1));
  EXPECT_FALSE(cluster[1].reads[0].confirmed);
  ASSERT_THAT(cluster[1].proposals, SizeIs(1));
  EXPECT_EQ(cluster[1].proposals[0].outcome, Outcome::kUnknown);
  cluster.Heal();
  cluster.Tick(20);
  EXPECT_NE(cluster.raft(1).TermAt(lost.index), lost.term);
  EXPECT_THAT(cluster[1].proposals, SizeIs(1)) << "answered once";
}

TEST(Scenario, S55_TransferToALaggingNodeWaitsForIt) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.Isolate(2);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(cluster[1].Propose().ok());
  cluster.Tick(5);
  ASSERT_TRUE(cluster.raft(1).TransferLeadership(N(2)).ok());
  cluster.Heal();
  cluster.Tick(6);
  EXPECT_EQ(cluster.Leader(), 2u);
  ASSERT_THAT(cluster[1].transfers, SizeIs(1));
  EXPECT_TRUE(cluster[1].transfers[0].done);
  EXPECT_THAT(cluster[1].proposals, SizeIs(20));
}

TEST(Scenario, S57_TransferWithEveryTimeoutNowLostIsGivenUp) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.Cut(1, 2);
  ASSERT_TRUE(cluster.raft(1).TransferLeadership(N(2)).ok());
  cluster.Tick(10);
  EXPECT_EQ(cluster.Leader(), 1u);
  ASSERT_THAT(cluster[1].transfers, SizeIs(1));
  EXPECT_FALSE(cluster[1].transfers[0].done);
  EXPECT_TRUE(cluster[1].Propose().ok());
}

TEST(Scenario, S59_ANodeThatSendsAndHearsNothingDisturbsNobody) {
  TestCluster cluster(3);
  cluster.Elect(1);
  const Term term = cluster.raft(1).term();
  cluster.Cut(1, 3);
  cluster.Cut(2, 3);
  cluster.Tick(200);
  EXPECT_EQ(cluster.Leader(), 1u);
  EXPECT_EQ(cluster.raft(1).term(), term);
}

TEST(Scenario, S60_ALeaderThatHearsNothingMakesRoom) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.Cut(2, 1);
  cluster.Cut(3, 1);
  cluster.Tick(80);
  EXPECT_NE(cluster.raft(1).role(), Role::kLeader);
  const uint64_t leader = cluster.Leader();
  ASSERT_NE(leader, 0u);
  ASSERT_TRUE(cluster[leader].Propose().ok());
  cluster.Tick(2);
  EXPECT_EQ(cluster.raft(leader).commit(), cluster.raft(leader).last().index);
}

TEST(Scenario, S61_LV10_ALeaderThatOnlyABridgeHearsMakesRoom) {
  TestCluster cluster(5);
  cluster.Elect(1);
  for (uint64_t other : {3, 4, 5}) cluster.CutBoth(1, other);  // 2 hears everybody
  cluster.Tick(100);
  const uint64_t leader = cluster.Leader();
  ASSERT_NE(leader, 0u);
  EXPECT_NE(leader, 1u);
  ASSERT_TRUE(cluster[leader].Propose().ok());
  cluster.Tick(2);
  EXPECT_EQ(cluster.raft(leader).commit(), cluster.raft(leader).last().index);
}

TEST(Scenario, S71_L7_AFlappingNodeCostsNoTerms) {
  TestCluster cluster(5);
  cluster.Elect(1);
  const LogPosition before = cluster.raft(1).last();
  for (int i = 0; i < 30; ++i) {
    cluster.Isolate(1 + i % 4 + 1);  // any but the leader
    cluster.Tick(40);
    cluster.Heal();
    cluster.Tick(5);
  }
  EXPECT_EQ(cluster.raft(1).last(), before) << "elections are leaves of the ledger";
  EXPECT_EQ(cluster.raft(1).role(), Role::kLeader);
}

TEST(Scenario, LV30_EveryReplyCarriesTheTermSoThatABusyFollowerAheadDeposes) {
  TestCluster cluster(3, Setups({{1}, {1}, {1}}, {1, 1, 6}));
  cluster.Isolate(3);
  cluster.Elect(1);
  ASSERT_LT(cluster.raft(1).term(), T(6));
  cluster.Heal();
  cluster.Tick(60);
  ASSERT_NE(cluster.Leader(), 0u);
  EXPECT_GT(cluster.raft(cluster.Leader()).term(), T(6));
  EXPECT_EQ(cluster.raft(3).commit(), cluster.raft(cluster.Leader()).commit());
}

}  // namespace
}  // namespace symbolon::consensus
