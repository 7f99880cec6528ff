// Which changes of members a leader makes, by which majorities they count, and who is promoted:
// thesis 4.1, 4.2.1.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consensus/members.h"

namespace symbolon::consensus {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// --- M2: when a leader may append one ---

TEST(Membership, M02a_RB03_NotBeforeAnEntryOfTheOwnTermIsCommitted) {
  TestNode leader;
  leader.Lead();
  EXPECT_THAT(Refusal(leader.Change(Members({1, 2, 3}, {4}))), HasSubstr("committed nothing in its term"));
  leader.Acknowledge(2, I(1)).IgnoreError();
  EXPECT_TRUE(leader.Change(Members({1, 2, 3}, {4})).ok());
}

TEST(Membership, M02b_NotWhileAnEarlierOneIsUncommitted) {
  TestNode leader = SettledLeader();
  ASSERT_TRUE(leader.Change(Members({1, 2, 3}, {4})).ok());
  EXPECT_THAT(Refusal(leader.Change(Members({1, 2, 3}, {4, 5}))), HasSubstr("entry 2 is not committed yet"));
  leader.Settle();
  EXPECT_TRUE(leader.Change(Members({1, 2, 3}, {4, 5})).ok());
}

TEST(Membership, M02c_AtMostOneVoterAtATimeAndAnyNumberOfLearners) {
  TestNode leader = SettledLeader(Members({1, 2, 3}, {4, 5}));
  CatchUpWith(leader, 4);
  CatchUpWith(leader, 5);
  for (const Configuration& next : {Members({1, 2, 3, 4, 5}), Members({1}), Members({1, 2, 4}, {5})}) {
    EXPECT_THAT(Refusal(leader.Change(next)), HasSubstr("more than one voter")) << next.ToString();
  }
  EXPECT_TRUE(leader.Change(Members({1, 2, 3, 4}, {6, 7, 8})).ok());
}

TEST(Membership, M02d_S56_NotWhileLeadershipIsHandedOver) {
  TestNode leader = SettledLeader();
  ASSERT_TRUE(leader.raft().TransferLeadership(N(2)).ok());
  const auto refused = leader.Change(Members({1, 3}, {2}));
  EXPECT_TRUE(IsTransferring(refused.status())) << "so the target of a transfer is never removed midway";
}

TEST(Membership, OnlyTheLeaderChangesMembers) {
  TestNode follower;
  EXPECT_TRUE(IsNotLeader(follower.Change(Members({1, 2})).status()));
}

TEST(Membership, ASetThatIsNoneIsRefused) {
  TestNode leader = SettledLeader();
  EXPECT_TRUE(absl::IsInvalidArgument(leader.Change(Members({1, 2, 3}, {3})).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(leader.Change(Members({0, 1, 2, 3})).status()));
}

TEST(Membership, WhatIsProposedMustBeWhatTheEntrySays) {
  TestNode leader = SettledLeader();
  const auto refused = leader.raft().ProposeConfiguration(
      [](Index index, Term term) { return ConfigurationData(index, term, Voters(3)); },
      Members({1, 2, 3}, {4}));
  EXPECT_TRUE(absl::IsInternal(refused.status())) << refused.status();
  EXPECT_EQ(leader.raft().last(), At(1, 1));
}

// G3: after a change of leader the same decision may be carried out twice.
TEST(Membership, G03_ARepetitionIsAnEntryThatChangesNothing) {
  TestNode leader = SettledLeader(Members({1, 2, 3}, {4}));
  const auto position = leader.Change(Members({1, 2, 3}, {4}));
  ASSERT_TRUE(position.ok()) << position.status();
  leader.Settle();
  EXPECT_EQ(leader.raft().commit(), position->index);
  ASSERT_THAT(leader.proposals, SizeIs(1));
  EXPECT_EQ(leader.proposals[0].outcome, Outcome::kCommitted);
}

// --- M5: majorities are those of the newest set ---

TEST(Membership, M05_TheEntryNeedsAMajorityOfTheNewSet) {
  TestNode leader = SettledLeader(Members({1, 2, 3}, {4}));
  CatchUpWith(leader, 4);
  ASSERT_TRUE(leader.Change(Voters(4)).ok());
  leader.Acknowledge(2, I(2)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(1)) << "two of three, and two of four";
  leader.Acknowledge(4, I(2)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(2)) << "the new voter counts";
}

TEST(Membership, M05_ARemovedVoterCountsNoMore) {
  TestNode leader = SettledLeader(Voters(4));
  ASSERT_TRUE(leader.Change(Voters(3)).ok());
  leader.Acknowledge(4, I(2)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(1));
  leader.Acknowledge(2, I(2)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(2)) << "two of the three that remain";
}

// RB-49: what comes behind a configuration entry commits with it or after it, never before it.
TEST(Membership, RB49_CommitIsAPrefixWhoeverAcknowledges) {
  TestNode leader = SettledLeader(Members({1, 2}, {3}));
  CatchUpWith(leader, 3);
  leader.persist_at_once = false;
  ASSERT_TRUE(leader.Propose("before").ok());
  ASSERT_TRUE(leader.Change(Voters(3)).ok());
  ASSERT_TRUE(leader.Propose("after").ok());
  // Nothing is durable here yet; of the new set one has everything, of the old set nobody but this leader.
  leader.Acknowledge(3, I(4)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(1));
  leader.Acknowledge(2, I(2)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(2)) << "two of the new set, a prefix";
  leader.Acknowledge(2, I(4)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(4));
}

TEST(Membership, RB10_AnElectionIsCountedByTheNewestSetInTheCandidatesLog) {
  // Three, then three more one by one; the newest entry takes node 2 out again.
  std::vector<Entry> log;
  for (uint64_t n = 4; n <= 6; ++n) log.push_back(MakeChange(n - 3, 1, Voters(n)));
  log.push_back(MakeChange(4, 1, Members({1, 3, 4, 5, 6})));
  TestNode candidate({.term = 1, .entries = log});
  candidate.Tick(10);
  auto asked = [&](const auto& messages) {
    std::set<NodeId> out;
    for (const Message& m : messages) out.insert(m.to);
    return out;
  };
  EXPECT_THAT(asked(candidate.Sent()), ElementsAre(N(3), N(4), N(5), N(6)));
  for (uint64_t from : {2, 3, 4}) candidate.Step(Msg(from, 1, 2, PreVoteReply{true})).IgnoreError();
  ASSERT_EQ(candidate.raft().role(), Role::kCandidate);
  candidate.Step(Msg(2, 1, 2, VoteReply{true})).IgnoreError();
  candidate.Step(Msg(3, 1, 2, VoteReply{true})).IgnoreError();
  EXPECT_EQ(candidate.raft().role(), Role::kCandidate) << "RB-11: node 2 is out: two of five";
  candidate.Step(Msg(6, 1, 2, VoteReply{true})).IgnoreError();
  EXPECT_EQ(candidate.raft().role(), Role::kLeader);
}

// RB-36, RB-37: what counts is what is in the log, applied or not.
TEST(Membership, RB36_CampaignsByTheConfigurationInTheLogAlsoWhenItIsNotApplied) {
  TestNode node({.configuration = Voters(5), .log_terms = {1}, .term = 1});
  ASSERT_TRUE(
      node.Step(AppendFrom(2, 1, At(1, 1),
                           {MakeChange(2, 1, Members({1, 2, 3, 4})), MakeChange(3, 1, Members({1, 2, 3}))},
                           3))
          .ok());
  ASSERT_EQ(node.raft().commit(), I(3));
  ASSERT_EQ(node.raft().applied(), I(0));
  node.Sent();
  ASSERT_TRUE(node.Step(Msg(2, 1, 1, TimeoutNow{})).ok());
  EXPECT_THAT(Bodies<VoteRequest>(node.Sent()), SizeIs(2)) << "nodes 2 and 3, not 4 and 5";
  node.Step(Msg(4, 1, 2, VoteReply{true})).IgnoreError();
  node.Step(Msg(5, 1, 2, VoteReply{true})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
  node.Step(Msg(3, 1, 2, VoteReply{true})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kLeader);
}

// --- M6: promotion ---

TEST(Membership, M06_WhoIsNoLearnerDoesNotBecomeAVoter) {
  TestNode leader = SettledLeader();
  EXPECT_THAT(Refusal(leader.Change(Voters(4))), HasSubstr("add it as a learner first"));
}

// async-raft PR #113: a node never reached counted as caught up.
TEST(Membership, M06_S45_WhoWasNeverHeardIsNotPromoted) {
  TestNode leader = SettledLeader();
  ASSERT_TRUE(leader.Change(Members({1, 2, 3}, {4})).ok());
  leader.Settle();
  EXPECT_THAT(Refusal(leader.Change(Voters(4))), HasSubstr("reachable"));
}

TEST(Membership, M06_S45_WhoIsSilentIsNotPromotedThoughItHasEverything) {
  TestNode leader = SettledLeader(Members({1, 2, 3}, {4}));
  CatchUpWith(leader, 4);
  for (int i = 0; i < 10; ++i) {
    leader.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
    leader.Tick();
  }
  EXPECT_THAT(Refusal(leader.Change(Voters(4))), HasSubstr("reachable"));
  leader.Step(Msg(4, 1, 1, HeartbeatReply{})).IgnoreError();
  EXPECT_TRUE(leader.Change(Voters(4)).ok());
}

TEST(Membership, M06_WhoIsReachableAndBehindIsNotPromoted) {
  TestNode leader = SettledLeader(Members({1, 2, 3}, {4}));
  for (int i = 0; i < 20; ++i) leader.Propose().IgnoreError();
  leader.Acknowledge(4, I(3)).IgnoreError();
  EXPECT_THAT(Refusal(leader.Change(Voters(4))), HasSubstr("has acknowledged entry 3 of 21"));
}

// It need not stand still for that: what it must have is what was there a round before (thesis 4.2.1).
TEST(Membership, M06_WhoKeepsUpUnderLoadIsPromoted) {
  TestNode leader = SettledLeader(Members({1, 2, 3}, {4}));
  for (int i = 0; i < 5; ++i) {
    const Index before = leader.raft().last().index;
    leader.Propose().IgnoreError();
    leader.Tick();
    leader.Acknowledge(2, leader.raft().last().index).IgnoreError();
    leader.Acknowledge(4, before).IgnoreError();
  }
  EXPECT_LT(leader.raft().Peers()[2].match, leader.raft().last().index);
  EXPECT_TRUE(leader.raft().Peers()[2].caught_up);
  EXPECT_TRUE(leader.Change(Voters(4)).ok());
}

TEST(Membership, M06_WhoHasLostWhatItHadIsNotPromoted) {
  TestNode leader = SettledLeader(Members({1, 2, 3}, {4}));
  leader.Acknowledge(4, leader.raft().last().index).IgnoreError();
  ASSERT_TRUE(leader.raft().Peers()[2].caught_up);
  for (int i = 0; i < 3; ++i) leader.Propose().IgnoreError();
  leader.Step(Msg(4, 1, 1, AppendReply{.recovering = true})).IgnoreError();
  EXPECT_EQ(leader.Change(Voters(4)).status().code(), absl::StatusCode::kFailedPrecondition);
  leader.Acknowledge(4, I(1)).IgnoreError();
  EXPECT_EQ(leader.Change(Voters(4)).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Membership, M06_WhoNeedsLongForARoundIsNotPromoted) {
  TestNode leader = SettledLeader(Members({1, 2, 3}, {4}));
  auto pass = [&](int ticks) {
    for (int i = 0; i < ticks; ++i) {
      leader.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
      leader.Step(Msg(4, 1, 1, HeartbeatReply{})).IgnoreError();
      leader.Propose().IgnoreError();
      leader.Tick();
    }
  };
  leader.Acknowledge(4, I(1)).IgnoreError();
  pass(3);
  leader.Acknowledge(4, I(2)).IgnoreError();
  const Index goal = leader.raft().last().index;  // its round began at the last acknowledgement
  pass(15);
  leader.Acknowledge(4, goal).IgnoreError();
  EXPECT_THAT(Refusal(leader.Change(Voters(4))), HasSubstr("has not caught up"));
}

// --- M11 ---

TEST(Membership, M11_TheLastVoterStays) {
  TestNode leader = SettledLeader(Voters(1));
  EXPECT_THAT(Refusal(leader.Change(Members({}, {1}))), HasSubstr("at least one voter"));
  EXPECT_THAT(Refusal(leader.Change(Members({}), /*forced=*/true)), HasSubstr("at least one voter"));
}

TEST(Membership, M11_ARemovalThatWouldLeaveTooFewIsRefusedUnlessForced) {
  TestNode leader = SettledLeader(Voters(5));
  for (int i = 0; i < 12; ++i) {
    for (uint64_t from : {2, 3}) leader.Step(Msg(from, 1, 1, HeartbeatReply{})).IgnoreError();
    leader.Tick();
  }
  // 4 and 5 are silent. Without 2, two of the four that remain answer, and three are needed.
  EXPECT_THAT(Refusal(leader.Change(Members({1, 3, 4, 5}))), HasSubstr("4 5"));
  EXPECT_THAT(Refusal(leader.Change(Members({1, 3, 4, 5}, {2}))), HasSubstr("3 would be needed"));
  EXPECT_TRUE(leader.Change(Members({1, 2, 3, 4})).ok()) << "the silent ones may go";
}

TEST(Membership, M11_ForcedItIsDone) {
  TestNode leader = SettledLeader(Voters(5));
  for (int i = 0; i < 12; ++i) {
    for (uint64_t from : {2, 3}) leader.Step(Msg(from, 1, 1, HeartbeatReply{})).IgnoreError();
    leader.Tick();
  }
  EXPECT_TRUE(leader.Change(Members({1, 3, 4, 5}), /*forced=*/true).ok());
}

// A new leader takes nobody for present whom it has not heard.
TEST(Membership, M11_WhoHasNotAnsweredThisLeaderIsSilent) {
  TestNode leader({.configuration = Voters(5)});
  leader.Lead();
  for (uint64_t from : {2, 3}) leader.Acknowledge(from, I(1)).IgnoreError();
  ASSERT_EQ(leader.raft().commit(), I(1));
  EXPECT_THAT(Refusal(leader.Change(Members({1, 3, 4, 5}))), HasSubstr("do not answer"));
}

}  // namespace
}  // namespace symbolon::consensus
