// ReadIndex: thesis 6.4.

#include "tests/consensus/test_cluster.h"

namespace symbolon::consensus {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Text(const std::vector<ReadState>& reads) {
  std::ostringstream out;
  for (const ReadState& r : reads) {
    out << r.id << (r.confirmed ? " at " : " failed");
    if (r.confirmed) out << r.index;
    out << "; ";
  }
  return out.str();
}

// A leader of three that has committed and applied its no-op.
void Ready(TestNode& node) {
  node.Lead();
  node.Settle();
}

void Read(TestNode& node, uint64_t id) {
  ASSERT_TRUE(node.raft().ReadIndex(ReadId(id)).ok());
  node.Drain();
}

void Reply(TestNode& node, uint64_t from, uint64_t round, uint64_t term = 0) {
  EXPECT_TRUE(
      node.Step(Msg(from, 1, term == 0 ? node.raft().term().value() : term, HeartbeatReply{round})).ok());
}

TEST(ReadIndex, R2_IsConfirmedByOneRoundOfAMajority) {
  TestNode node({.configuration = Voters(5)});
  Ready(node);
  Read(node, 7);
  const auto heartbeats = Bodies<Heartbeat>(node.Sent());
  ASSERT_THAT(heartbeats, SizeIs(4));
  EXPECT_EQ(heartbeats[0].round, 1u);
  Reply(node, 2, 1);
  EXPECT_EQ(Text(node.reads), "");
  Reply(node, 2, 1);
  EXPECT_EQ(Text(node.reads), "") << "the same node twice";
  Reply(node, 3, 1);
  EXPECT_EQ(Text(node.reads), "7 at 1; ");
}

TEST(ReadIndex, R1_RB33_NothingIsReadBeforeTheFirstCommitOfTheOwnTerm) {
  TestNode node({.log_terms = {1, 1}, .term = 1});
  node.Lead();
  Read(node, 7);
  for (uint64_t from : {2, 3}) Reply(node, from, 9);
  EXPECT_EQ(Text(node.reads), "");
  EXPECT_THAT(Bodies<Heartbeat>(node.Sent()), IsEmpty());
  node.Acknowledge(2, I(3)).IgnoreError();
  EXPECT_THAT(Bodies<Heartbeat>(node.Sent()), SizeIs(2)) << "now the round begins";
  Reply(node, 2, 1);
  ASSERT_TRUE(node.raft().Applied(I(3)).ok());
  node.Drain();
  EXPECT_EQ(Text(node.reads), "7 at 3; ");
}

TEST(ReadIndex, R2_M30_ARoundConfirmsNothingRegisteredAfterItBegan) {
  TestNode node;
  Ready(node);
  Read(node, 1);
  Read(node, 2);  // round 1 is under way
  Reply(node, 2, 1);
  EXPECT_EQ(Text(node.reads), "1 at 1; ");
  Reply(node, 3, 1);
  EXPECT_EQ(Text(node.reads), "1 at 1; ");
  Reply(node, 3, 2);
  EXPECT_EQ(Text(node.reads), "1 at 1; 2 at 1; ");
}

TEST(ReadIndex, R7_ReadsBetweenTwoRoundsShareOne) {
  TestNode node;
  Ready(node);
  for (uint64_t id = 1; id <= 50; ++id) Read(node, id);
  EXPECT_THAT(Bodies<Heartbeat>(node.Sent(), N(2)), SizeIs(1));
  Reply(node, 2, 1);
  EXPECT_THAT(node.reads, SizeIs(1));
  EXPECT_THAT(Bodies<Heartbeat>(node.Sent(), N(2)), SizeIs(1));
  Reply(node, 2, 2);
  EXPECT_THAT(node.reads, SizeIs(50));
}

TEST(ReadIndex, R7_ARefusedAppendConfirmsToo) {
  TestNode node;
  Ready(node);
  Read(node, 1);
  node.Step(Msg(2, 1, 1, AppendReply{.prev = I(9), .round = 1})).IgnoreError();
  EXPECT_EQ(Text(node.reads), "1 at 1; ");
}

TEST(ReadIndex, RegularHeartbeatsCarryTheRoundAgain) {
  TestNode node;
  Ready(node);
  Read(node, 1);
  node.Sent();  // lost
  node.Tick();
  EXPECT_EQ(Bodies<Heartbeat>(node.Sent(), N(2)).at(0).round, 1u);
}

TEST(ReadIndex, R2_RepliesOfAnotherTermDoNotCount) {
  TestNode node;
  Ready(node);
  Read(node, 1);
  Reply(node, 2, 1, /*term=*/9);  // deposes
  EXPECT_EQ(Text(node.reads), "1 failed; ");
}

TEST(ReadIndex, R3_LearnersAndStrangersConfirmNothing) {
  TestNode node({.configuration = Configuration(Ids(1, 3), {N(4)})});
  Ready(node);
  Read(node, 1);
  Reply(node, 4, 1);
  Reply(node, 9, 1);
  EXPECT_EQ(Text(node.reads), "");
}

TEST(ReadIndex, R3_AClusterOfOneConfirmsAtOnceAfterItsFirstCommit) {
  TestNode node({.configuration = Voters(1)});
  node.Tick(10);
  ASSERT_TRUE(node.raft().Applied(I(1)).ok());
  Read(node, 1);
  EXPECT_EQ(Text(node.reads), "1 at 1; ");
}

TEST(ReadIndex, R4_M32_TheAnswerWaitsUntilTheIndexIsApplied) {
  TestNode node;
  Ready(node);
  ASSERT_TRUE(node.Propose().ok());
  node.Acknowledge(2, I(2)).IgnoreError();
  ASSERT_EQ(node.raft().commit(), I(2));
  Read(node, 1);
  Reply(node, 2, 1);
  EXPECT_EQ(Text(node.reads), "");
  ASSERT_TRUE(node.raft().Applied(I(2)).ok());
  node.Drain();
  EXPECT_EQ(Text(node.reads), "1 at 2; ");
}

TEST(ReadIndex, R8_M31_SteppingDownFailsAllAndTheyDoNotComeBack) {
  TestNode node;
  Ready(node);
  Read(node, 1);
  Read(node, 2);
  node.Step(Msg(3, 1, 2, HeartbeatReply{})).IgnoreError();
  EXPECT_EQ(Text(node.reads), "1 failed; 2 failed; ");
  node.Lead();
  node.Settle();
  Reply(node, 2, 5);
  EXPECT_THAT(node.reads, SizeIs(2));
}

TEST(ReadIndex, R8_CheckQuorumFailsReadsInAMinority) {
  TestNode node;
  Ready(node);
  Read(node, 1);
  node.Tick(20);
  EXPECT_NE(node.raft().role(), Role::kLeader);
  EXPECT_EQ(Text(node.reads), "1 failed; ");
}

TEST(ReadIndex, R5_AFollowerForwardsAndDeposesNobody) {
  TestNode node({.term = 9});
  node.Step(Msg(2, 1, 9, Heartbeat{})).IgnoreError();
  node.Sent();
  Read(node, 5);
  const std::vector<Message> sent = node.Sent();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].to, N(2));
  EXPECT_EQ(sent[0].term, T(0));
  const uint64_t id = std::get<ReadRequest>(sent[0].body).id;

  TestNode leader({.id = 2});
  leader.Lead();
  leader.Settle();
  const Term before = leader.raft().term();
  leader.Step(Msg(1, 2, 0, ReadRequest{id})).IgnoreError();
  EXPECT_EQ(leader.raft().term(), before);
  leader.Sent();
  leader.Step(Msg(3, 2, before.value(), HeartbeatReply{1})).IgnoreError();
  const auto replies = Bodies<ReadReply>(leader.Sent(), N(1));
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_TRUE(replies[0].confirmed);
  EXPECT_EQ(replies[0].id, id);
  EXPECT_EQ(replies[0].index, I(1));
}

TEST(ReadIndex, R10_FollowersAndLearnersAskAndLearnersConfirmNothing) {
  TestCluster cluster(5, Configuration(Ids(1, 3), {N(4), N(5)}));
  cluster.Elect(1);
  cluster.Tick(2);
  ASSERT_TRUE(cluster[1].Propose().ok());
  cluster.Tick(2);
  for (uint64_t asker : {2, 4}) {
    ASSERT_TRUE(cluster.raft(asker).ReadIndex(ReadId(1)).ok());
    cluster.Tick(2);
    EXPECT_EQ(Text(cluster[asker].reads), "1 at 2; ") << asker;
  }
  // The leader and both learners are three of five nodes, and one of three voters.
  cluster.Isolate(2);
  cluster.Isolate(3);
  ASSERT_TRUE(cluster.raft(4).ReadIndex(ReadId(2)).ok());
  cluster.Tick(5);
  ASSERT_EQ(cluster.raft(1).role(), Role::kLeader);
  EXPECT_EQ(Text(cluster[4].reads), "1 at 2; ");
  cluster.Tick(30);
  EXPECT_NE(cluster.raft(1).role(), Role::kLeader);
  EXPECT_EQ(Text(cluster[4].reads), "1 at 2; 2 failed; ");
}

TEST(ReadIndex, R6_RB09_AReplyGatesTheReadAndMovesNoCommitIndex) {
  TestNode node({.log_terms = {1, 1, 2, 2}, .term = 3});
  node.Step(Msg(2, 1, 3, AppendRequest{At(2, 1), {}, I(2), 0, I(0)})).IgnoreError();
  ASSERT_TRUE(node.raft().Applied(I(2)).ok());
  node.Sent();
  Read(node, 5);
  const uint64_t id = Bodies<ReadRequest>(node.Sent()).at(0).id;
  node.Step(Msg(2, 1, 3, ReadReply{id, true, I(4)})).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(2));
  EXPECT_EQ(Text(node.reads), "");
  node.Step(Msg(2, 1, 3, AppendRequest{At(2, 1), {MakeEntry(3, 3), MakeEntry(4, 3)}, I(4), 0, I(0)}))
      .IgnoreError();
  ASSERT_TRUE(node.raft().Applied(I(4)).ok());
  node.Drain();
  EXPECT_EQ(Text(node.reads), "5 at 4; ");
}

TEST(ReadIndex, R5_RepliesToUnknownOrEarlierIdsAreDropped) {
  TestNode node;
  node.Step(Msg(2, 1, 1, Heartbeat{})).IgnoreError();
  node.Sent();
  Read(node, 5);
  const uint64_t id = Bodies<ReadRequest>(node.Sent()).at(0).id;
  node.Step(Msg(2, 1, 1, ReadReply{id + 1, true, I(0)})).IgnoreError();
  EXPECT_EQ(Text(node.reads), "");
  node.Step(Msg(2, 1, 1, ReadReply{id, true, I(0)})).IgnoreError();
  node.Step(Msg(2, 1, 1, ReadReply{id, true, I(0)})).IgnoreError();
  EXPECT_EQ(Text(node.reads), "5 at 0; ");
}

TEST(ReadIndex, RB35_EveryAttemptAndEveryProcessHasItsOwnNumbers) {
  TestNode node;
  auto forward = [&](uint64_t read_id) {
    node.Step(Msg(2, 1, 1, Heartbeat{})).IgnoreError();
    node.Sent();
    Read(node, read_id);
    return Bodies<ReadRequest>(node.Sent()).at(0).id;
  };
  const uint64_t first = forward(5);
  EXPECT_NE(forward(6), first);
  node.random = 0xfeedface12345678;
  node.Restart();
  const uint64_t after = forward(5);
  EXPECT_NE(after, first);
  node.reads.clear();
  node.Step(Msg(2, 1, 1, ReadReply{first, true, I(0)})).IgnoreError();  // to the former process
  EXPECT_EQ(Text(node.reads), "");
}

TEST(ReadIndex, OnlyTheLeaderThatWasAskedConfirms) {
  TestNode node;
  node.Step(Msg(2, 1, 1, Heartbeat{})).IgnoreError();
  node.Sent();
  Read(node, 5);
  const uint64_t id = Bodies<ReadRequest>(node.Sent()).at(0).id;
  for (const bool confirmed : {true, false}) {
    node.Step(Msg(3, 1, 1, ReadReply{id, confirmed, I(0)})).IgnoreError();
    EXPECT_EQ(Text(node.reads), "");
  }
  node.Step(Msg(2, 1, 1, ReadReply{id, true, I(0)})).IgnoreError();
  EXPECT_EQ(Text(node.reads), "5 at 0; ");
}

TEST(ReadIndex, AnIdMayNotBeUsedTwiceWhileItWaits) {
  TestNode node;
  Ready(node);
  Read(node, 1);
  EXPECT_EQ(node.raft().ReadIndex(ReadId(1)).code(), absl::StatusCode::kAlreadyExists);
  Reply(node, 2, 1);
  EXPECT_TRUE(node.raft().ReadIndex(ReadId(1)).ok());
}

TEST(ReadIndex, R13_WithoutALeaderReadsAreRefused) {
  TestNode node;
  EXPECT_TRUE(IsNotLeader(node.raft().ReadIndex(ReadId(1))));
}

TEST(ReadIndex, I13_AForwardedReadWithoutAnswerFailsInTime) {
  NodeSetup setup;
  setup.tune = [](Options& options) { options.read_timeout_ticks = 15; };
  TestNode node(setup);
  node.random = 9;
  node.Step(Msg(2, 1, 1, Heartbeat{})).IgnoreError();
  Read(node, 5);
  node.Tick(14);
  EXPECT_EQ(Text(node.reads), "");
  node.Tick();
  EXPECT_EQ(Text(node.reads), "5 failed; ");
}

TEST(ReadIndex, ANodeThatDoesNotLeadSaysSo) {
  for (uint64_t term : {0, 4}) {
    TestNode node({.term = term});
    node.Step(Msg(2, 1, 0, ReadRequest{77})).IgnoreError();
    const std::vector<Message> sent = node.Sent();
    ASSERT_THAT(Bodies<ReadReply>(sent), SizeIs(1));
    EXPECT_FALSE(std::get<ReadReply>(sent[0].body).confirmed);
    TestNode asker({.id = 2});
    EXPECT_TRUE(asker.Step(sent[0]).ok()) << "a node without a term may answer too";
  }
}

TEST(ReadIndex, WaitingReadsAreBounded) {
  NodeSetup setup;
  setup.tune = [](Options& options) { options.max_pending_reads = 3; };
  TestNode node(setup);
  node.Lead();
  for (uint64_t id = 1; id <= 3; ++id) Read(node, id);
  EXPECT_TRUE(IsBusy(node.raft().ReadIndex(ReadId(4))));
  node.Step(Msg(2, 1, 0, ReadRequest{1})).IgnoreError();
  const auto replies = Bodies<ReadReply>(node.Sent(), N(2));
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_FALSE(replies[0].confirmed);
}

TEST(ReadIndex, R9_StaysRightDuringATransfer) {
  TestNode node;
  Ready(node);
  ASSERT_TRUE(node.raft().TransferLeadership(N(2)).ok());
  Read(node, 1);
  Reply(node, 3, 1);
  EXPECT_EQ(Text(node.reads), "1 at 1; ");
  Read(node, 2);
  node.Step(Msg(2, 1, 2, VoteRequest{node.raft().last(), true})).IgnoreError();
  EXPECT_EQ(Text(node.reads), "1 at 1; 2 failed; ");
}

}  // namespace
}  // namespace symbolon::consensus
