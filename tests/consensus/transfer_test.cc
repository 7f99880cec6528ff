// Leadership transfer: thesis 3.10.

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Text(const std::vector<TransferOutcome>& outcomes) {
  std::ostringstream out;
  for (const TransferOutcome& o : outcomes) out << o.target << (o.done ? " done; " : " given up; ");
  return out.str();
}

void KeepQuorum(TestNode& node, uint64_t from = 3) {
  node.Step(Msg(from, 1, node.raft().term().value(), HeartbeatReply{})).IgnoreError();
}

TEST(Transfer, LV23_TimeoutNowWaitsUntilTheTargetHasTheWholeLog) {
  TestNode node;
  node.Lead();
  node.Settle();
  ASSERT_TRUE(node.Propose().ok());
  node.Sent();
  ASSERT_TRUE(node.raft().TransferLeadership(N(2)).ok());
  EXPECT_THAT(Bodies<TimeoutNow>(node.Sent()), IsEmpty());
  node.Acknowledge(2, I(2)).IgnoreError();
  EXPECT_THAT(Bodies<TimeoutNow>(node.Sent(), N(2)), SizeIs(1));
}

TEST(Transfer, R9_ProposalsAreRefusedMeanwhile) {
  TestNode node;
  node.Lead();
  node.Settle();
  ASSERT_TRUE(node.raft().TransferLeadership(N(2)).ok());
  const absl::Status refused = node.Propose().status();
  EXPECT_TRUE(IsTransferring(refused));
  EXPECT_EQ(RetryAt(refused), N(2));
  EXPECT_TRUE(IsTransferring(node.raft().TransferLeadership(N(3))));
}

TEST(Transfer, LV23_IsGivenUpAfterOneElectionTimeoutAndProposalsAreTakenAgain) {
  TestNode node;
  node.Lead();
  ASSERT_TRUE(node.raft().TransferLeadership(N(2)).ok());  // which never answers
  for (int i = 0; i < 10; ++i) {
    KeepQuorum(node);
    node.Tick();
  }
  EXPECT_EQ(node.raft().role(), Role::kLeader);
  EXPECT_EQ(Text(node.transfers), "2 given up; ");
  EXPECT_TRUE(node.Propose().ok());
}

TEST(Transfer, LV08_TheTargetAsksNobodyFirstAndIsNotHeldBack) {
  TestNode target({.id = 2});
  target.Step(Msg(1, 2, 1, Heartbeat{})).IgnoreError();
  target.Sent();
  target.Step(Msg(1, 2, 1, TimeoutNow{})).IgnoreError();
  EXPECT_EQ(target.raft().role(), Role::kCandidate);
  EXPECT_EQ(target.raft().term(), T(2));
  const auto requests = Bodies<VoteRequest>(target.Sent());
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_TRUE(requests[0].transfer);
  // The old leader's heartbeat comes late: it meets a later term.
  target.Step(Msg(1, 2, 1, Heartbeat{})).IgnoreError();
  EXPECT_EQ(target.raft().role(), Role::kCandidate);
}

TEST(Transfer, LV08_TheOldLeaderSendsItsTargetNothingElse) {
  TestNode node;
  node.Lead();
  node.Settle();
  ASSERT_TRUE(node.raft().TransferLeadership(N(2)).ok());
  node.Sent();
  node.Tick(2);
  const std::vector<Message> sent = node.Sent();
  EXPECT_THAT(Bodies<Heartbeat>(sent, N(2)), IsEmpty());
  EXPECT_THAT(Bodies<AppendRequest>(sent, N(2)), IsEmpty());
  EXPECT_THAT(Bodies<TimeoutNow>(sent, N(2)), SizeIs(2)) << "S-57: the first may be lost";
  EXPECT_THAT(Bodies<Heartbeat>(sent, N(3)), SizeIs(2));
}

TEST(Transfer, IsDoneWhenTheTargetIsSeenToLead) {
  TestNode node;
  node.Lead();
  node.Settle();
  ASSERT_TRUE(node.raft().TransferLeadership(N(2)).ok());
  node.Step(Msg(2, 1, 2, VoteRequest{node.raft().last(), true})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kFollower);
  EXPECT_THAT(Bodies<VoteReply>(node.Sent(), N(2)).at(0).granted, true);
  EXPECT_EQ(Text(node.transfers), "");
  node.Step(Msg(2, 1, 2, Heartbeat{})).IgnoreError();
  EXPECT_EQ(Text(node.transfers), "2 done; ");
}

TEST(Transfer, I13_AnotherLeaderOrNoneEndsItAsGivenUp) {
  TestNode node;
  node.Lead();
  node.Settle();
  ASSERT_TRUE(node.raft().TransferLeadership(N(2)).ok());
  node.Step(Msg(3, 1, 2, Heartbeat{})).IgnoreError();
  EXPECT_EQ(Text(node.transfers), "2 given up; ");

  TestNode alone;
  alone.Lead();
  alone.Settle();
  ASSERT_TRUE(alone.raft().TransferLeadership(N(2)).ok());
  alone.Step(Msg(2, 1, 2, VoteRequest{alone.raft().last(), true})).IgnoreError();
  alone.Tick(20);
  EXPECT_EQ(Text(alone.transfers), "2 given up; ");
}

TEST(Transfer, I13_LosingLeadershipBeforeTheTargetWasToldEndsIt) {
  TestNode node;
  node.Lead();
  ASSERT_TRUE(node.raft().TransferLeadership(N(2)).ok());
  node.Step(Msg(3, 1, 2, HeartbeatReply{})).IgnoreError();
  EXPECT_EQ(Text(node.transfers), "2 given up; ");
}

TEST(Transfer, RB43_OnlyToAnotherVoter) {
  TestNode node({.configuration = Configuration(Ids(1, 3), {N(4)})});
  node.Lead();
  for (uint64_t target : {1, 4, 9}) {
    EXPECT_EQ(node.raft().TransferLeadership(N(target)).code(), absl::StatusCode::kInvalidArgument) << target;
  }
}

TEST(Transfer, LV24_AFollowerAndACandidateAnswerAtOnce) {
  TestNode node;
  EXPECT_TRUE(IsNotLeader(node.raft().TransferLeadership(N(2))));
  node.Tick(10);
  EXPECT_TRUE(IsNotLeader(node.raft().TransferLeadership(N(2))));
}

TEST(Transfer, OnlyTheLeaderMaySayTimeoutNow) {
  TestNode node;
  node.Step(Msg(2, 1, 1, Heartbeat{})).IgnoreError();
  node.Step(Msg(3, 1, 1, TimeoutNow{})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kFollower);
  EXPECT_EQ(node.raft().term(), T(1));
}

}  // namespace
}  // namespace symbolon::consensus
