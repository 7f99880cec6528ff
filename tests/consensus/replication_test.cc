// The leader's side of AppendEntries, and commitment: Raft paper 5.3, 5.4.2; thesis 10.2.

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Text(const std::vector<ProposalOutcome>& outcomes) {
  std::ostringstream out;
  for (const ProposalOutcome& o : outcomes) out << o.position << ' ' << o.outcome << "; ";
  return out.str();
}

TEST(Paper5_4_2, RB02_AcknowledgementsAcrossALossOfLeadershipCommitNothingOld) {
  TestNode node({.configuration = Voters(3), .log_terms = {1, 1}, .term = 1});
  node.Lead();
  node.Step(Msg(3, 1, 5, HeartbeatReply{})).IgnoreError();
  ASSERT_EQ(node.raft().role(), Role::kFollower);
  node.Step(Msg(2, 1, 2, AppendReply{.accepted = true, .last = I(3)})).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(0));
  node.Lead();
  node.Step(Msg(2, 1, 2, AppendReply{.accepted = true, .last = I(3)})).IgnoreError();  // of its former term
  node.Acknowledge(3, I(3)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(0));
}

TEST(Commit, RB28_TheLeadersOwnCopyCountsOnlyWhenDurable) {
  TestNode node;
  node.Lead();
  node.Settle();
  node.persist_at_once = false;
  ASSERT_TRUE(node.Propose().ok());
  EXPECT_THAT(Bodies<AppendRequest>(node.Sent()), SizeIs(2)) << "followers write in parallel (thesis 10.2.1)";
  node.Acknowledge(2, I(2)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(1));
  node.PersistAll();
  EXPECT_EQ(node.raft().commit(), I(2));
}

TEST(Commit, RB28_AMajorityOfFollowersCommitsBeforeTheLeadersDisk) {
  TestNode node;
  node.Lead();
  node.Settle();
  node.persist_at_once = false;
  ASSERT_TRUE(node.Propose().ok());
  node.Drain();
  node.Acknowledge(2, I(2)).IgnoreError();
  node.Acknowledge(3, I(2)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(2));
  EXPECT_EQ(node.raft().durable(), I(1));
}

TEST(Commit, RB28_AClusterOfOneCommitsNothingBeforeItIsDurable) {
  TestNode node({.configuration = Voters(1)});
  node.Tick(10);
  ASSERT_EQ(node.raft().role(), Role::kLeader);
  node.persist_at_once = false;
  ASSERT_TRUE(node.Propose().ok());
  node.Drain();
  EXPECT_EQ(node.raft().commit(), I(1));
  EXPECT_THAT(node.proposals, IsEmpty());
  node.PersistAll();
  node.Drain();
  EXPECT_EQ(node.raft().commit(), I(2));
  EXPECT_EQ(Text(node.proposals), "(2, term 1) committed; ");
}

TEST(Commit, M39_LearnersReceiveAndDoNotCount) {
  TestNode node({.configuration = Configuration(Ids(1, 3), {N(4), N(5)})});
  node.Lead();
  ASSERT_TRUE(node.Propose().ok());
  node.Acknowledge(4, I(2)).IgnoreError();
  node.Acknowledge(5, I(2)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(0));
  node.Sent();
  node.Tick();
  EXPECT_THAT(Bodies<Heartbeat>(node.Sent(), N(4)), SizeIs(1)) << "LV-31: learners know the leader";
}

TEST(Commit, RB42_SwappedAcknowledgements) {
  TestNode node;
  node.Lead();
  ASSERT_TRUE(node.Propose().ok());
  node.Acknowledge(2, I(2)).IgnoreError();
  node.Acknowledge(2, I(1)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(2));
  EXPECT_EQ(node.raft().Peers()[0].match, I(2));
}

TEST(Commit, RB04_ARefusalNeverCommits) {
  TestNode node({.log_terms = {1, 1, 1}, .term = 1});
  node.Lead();
  node.Step(Msg(2, 1, 2, AppendReply{.prev = I(3), .hint = At(4, 2)})).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(0));
  EXPECT_EQ(node.raft().Peers()[0].match, I(0));
}

TEST(Commit, AnAcknowledgementOfWhatWasNeverSentIsRefused) {
  TestNode node;
  node.Lead();
  EXPECT_EQ(node.Acknowledge(2, I(99)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(node.raft().commit(), I(0));
}

TEST(Replication, RefusalsAreFollowedByAProbeAtTheHint) {
  TestNode node({.log_terms = {1, 1, 4, 4}, .term = 4});
  node.Lead();
  node.Step(Msg(2, 1, 5, AppendReply{.prev = I(4), .hint = At(4, 3)})).IgnoreError();
  const auto probes = Bodies<AppendRequest>(node.Sent(), N(2));
  ASSERT_THAT(probes, SizeIs(1));
  EXPECT_EQ(probes[0].prev, At(2, 1)) << "the follower has nothing of terms after 3: skip term 4 here too";
}

TEST(Replication, ProposalsBetweenTwoTurnsTravelTogether) {
  TestNode node;
  node.Lead();
  node.Settle();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(node.raft().Propose([](Index, Term) { return MakeData("x"); }).ok());
  }
  const auto appends = Bodies<AppendRequest>(node.Sent(), N(2));
  ASSERT_THAT(appends, SizeIs(1));
  EXPECT_THAT(appends[0].entries, SizeIs(5));
}

TEST(Replication, PipeliningStopsAtTheWindow) {
  NodeSetup setup;
  setup.tune = [](Options& options) {
    options.max_append_bytes = 1;  // one entry in a message
    options.max_inflight_messages = 3;
  };
  TestNode node(setup);
  node.Lead();
  node.Settle();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(node.Propose().ok());
  std::vector<AppendRequest> sent = Bodies<AppendRequest>(node.Sent(), N(2));
  ASSERT_THAT(sent, SizeIs(3));
  EXPECT_EQ(sent[2].prev.index, I(3));
  node.Acknowledge(2, I(2)).IgnoreError();
  EXPECT_THAT(Bodies<AppendRequest>(node.Sent(), N(2)),
              testing::Contains(testing::Field(&AppendRequest::entries, SizeIs(1))));
}

TEST(Replication, I14_BytesInFlightAreBounded) {
  NodeSetup setup;
  setup.tune = [](Options& options) {
    options.max_append_bytes = 1000;
    options.max_inflight_bytes = 5000;
  };
  TestNode node(setup);
  node.Lead();
  node.Settle();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(node.Propose(std::string(500, 'x')).ok());
  size_t bytes = 0;
  for (const AppendRequest& m : Bodies<AppendRequest>(node.Sent(), N(2))) {
    size_t one = 0;
    for (const Entry& entry : m.entries) one += entry.bytes();
    EXPECT_LE(one, 1000u);
    bytes += one;
  }
  EXPECT_LE(bytes, 6000u);
}

// A leader of nodes 1 and 2, and learner 3, that sends a learner so many bytes a tick besides what is new.
struct Paced {
  static constexpr size_t kPerTick = 1000;
  explicit Paced(size_t max_append_bytes = 1 << 20) {
    NodeSetup setup;
    setup.configuration = Configuration({N(1), N(2)}, {N(3)});
    setup.log_terms = std::vector<uint64_t>(200, 1);
    setup.term = 1;
    setup.tune = [max_append_bytes](Options& options) {
      options.learner_bytes_per_tick = kPerTick;
      options.max_append_bytes = max_append_bytes;
    };
    node.emplace(setup);
    node->Lead();
  }
  // Takes what was sent to it, and answers as one that has all of it. In bytes of entries.
  size_t Take(uint64_t to) {
    size_t bytes = 0;
    for (const AppendRequest& request : Bodies<AppendRequest>(node->Sent(), N(to))) {
      for (const Entry& entry : request.entries) bytes += entry.bytes();
      if (!request.entries.empty()) acknowledged = request.entries.back().index;
    }
    return bytes;
  }
  // The learner has nothing: it refuses the probe at the end, and is sent everything from the first on.
  void LearnerHasNothing() {
    node->Sent();
    node->Step(Msg(3, 1, 2, AppendReply{.prev = I(200), .hint = At(0, 0)})).IgnoreError();
  }
  std::optional<TestNode> node;
  Index acknowledged;
};

TEST(Replication, ALearnerThatCatchesUpIsSentSoMuchATick) {
  Paced paced;
  paced.LearnerHasNothing();
  size_t sent = paced.Take(3);
  const size_t entry = MakeData("(1, 1) x")->header.size();
  int ticks = 0;
  while (paced.acknowledged < I(201)) {
    ASSERT_LT(++ticks, 1000);
    paced.node->Acknowledge(3, paced.acknowledged).IgnoreError();
    EXPECT_EQ(paced.Take(3), 0u) << "an answer alone brings no more";
    paced.node->Acknowledge(2, I(201)).IgnoreError();  // so that it goes on leading
    paced.node->Tick();
    sent += paced.Take(3);
    EXPECT_LE(sent, (ticks + 1) * (Paced::kPerTick + entry + 64)) << "after tick " << ticks;
  }
  EXPECT_GE(ticks, 3);
}

TEST(Replication, WhatIsNewWaitsForNoTick) {
  Paced paced;
  paced.node->Acknowledge(2, I(201)).IgnoreError();
  paced.node->Acknowledge(3, I(201)).IgnoreError();
  paced.node->Tick();
  paced.node->Sent();
  // Ten times what a tick allows, without one.
  for (uint64_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(paced.node->Propose(std::string(Paced::kPerTick, 'x')).ok());
    EXPECT_GE(paced.Take(3), Paced::kPerTick);
    paced.node->Acknowledge(3, paced.acknowledged).IgnoreError();
  }
}

TEST(Replication, AVoterIsNotHeldBack) {
  Paced paced;
  paced.node->Sent();
  paced.node->Step(Msg(2, 1, 2, AppendReply{.prev = I(200), .hint = At(0, 0)})).IgnoreError();
  paced.Take(2);  // the probe, with as much as fits
  paced.node->Acknowledge(2, paced.acknowledged).IgnoreError();
  paced.Take(2);
  EXPECT_EQ(paced.acknowledged, I(201)) << "a commit may wait for it";
}

TEST(Replication, ALostRequestIsSentAgain) {
  TestNode node;
  node.Lead();
  node.Settle();
  ASSERT_TRUE(node.Propose().ok());
  node.Sent();  // lost
  for (int i = 0; i < 2; ++i) {
    node.Tick();
    node.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
  }
  const auto nudges = Bodies<AppendRequest>(node.Sent(), N(2));
  ASSERT_THAT(nudges, SizeIs(1));
  EXPECT_EQ(nudges[0].prev, At(2, 1));
  EXPECT_THAT(nudges[0].entries, IsEmpty());
  node.Step(Msg(2, 1, 1, AppendReply{.prev = I(2), .hint = At(1, 1)})).IgnoreError();
  const auto again = Bodies<AppendRequest>(node.Sent(), N(2));
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].prev, At(1, 1));
  EXPECT_THAT(again[0].entries, SizeIs(1));
}

TEST(Replication, HeartbeatsCarryNoMoreThanTheReceiverHas) {
  TestNode node;
  node.Lead();
  ASSERT_TRUE(node.Propose().ok());
  node.Acknowledge(2, I(2)).IgnoreError();
  node.Sent();
  node.Tick();
  const std::vector<Message> sent = node.Sent();
  EXPECT_EQ(Bodies<Heartbeat>(sent, N(2)).at(0).commit, I(2));
  EXPECT_EQ(Bodies<Heartbeat>(sent, N(3)).at(0).commit, I(0));
}

TEST(Replication, RB25_ALeaderThatCannotReadItsLogStops) {
  NodeSetup setup{.log_terms = {1, 1, 1}, .term = 1};
  setup.tune = [](Options& options) { options.tail_cache_bytes = 0; };
  TestNode node(setup);
  node.Lead();
  node.disk().set_read_error(absl::InternalError("bad sector"));
  node.Step(Msg(2, 1, 2, AppendReply{.prev = I(3), .hint = At(1, 1)})).IgnoreError();
  EXPECT_THAT(std::string(node.error.message()), HasSubstr("reading log entries 2 to 4: bad sector"));
  EXPECT_THAT(Bodies<AppendRequest>(node.Sent(), N(2)), IsEmpty());
  EXPECT_EQ(node.Propose().status(), node.error);
  EXPECT_EQ(node.raft().ReadIndex(ReadId(1)), node.error);
}

TEST(Proposals, AreRefusedWithTheLeadersName) {
  TestNode node;
  EXPECT_TRUE(IsNotLeader(node.Propose().status()));
  EXPECT_EQ(RetryAt(node.Propose().status()), std::nullopt);
  node.Step(Msg(2, 1, 1, Heartbeat{})).IgnoreError();
  EXPECT_EQ(RetryAt(node.Propose().status()), N(2));
}

TEST(Proposals, AreMadeForTheirPlace) {
  TestNode node;
  node.Lead();
  ASSERT_EQ(node.Propose("hello").value(), At(2, 1));
  EXPECT_EQ(node.disk().entries()[1].data->header, "(2, 1) hello");
  EXPECT_EQ(node.raft().Propose([](Index, Term) { return nullptr; }).status().code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(node.raft().last(), At(2, 1));
}

TEST(Proposals, LV18_TooMuchUncommittedIsBusy) {
  NodeSetup setup;
  setup.tune = [](Options& options) { options.max_uncommitted_bytes = 1000; };
  TestNode node(setup);
  node.Lead();
  node.Settle();
  int accepted = 0;
  while (accepted < 100 && node.Propose(std::string(100, 'x')).ok()) ++accepted;
  EXPECT_GE(accepted, 5);
  EXPECT_LE(accepted, 10);
  EXPECT_TRUE(IsBusy(node.Propose().status()));
  const Index last = node.raft().last().index;
  node.Acknowledge(2, last).IgnoreError();
  ASSERT_EQ(node.raft().commit(), last);
  EXPECT_TRUE(node.Propose().ok());
}

TEST(Proposals, LV18_OneLargerThanTheLimitPassesWhenNothingWaits) {
  NodeSetup setup;
  setup.tune = [](Options& options) { options.max_uncommitted_bytes = 10; };
  TestNode node(setup);
  node.Lead();
  node.Settle();
  EXPECT_TRUE(node.Propose(std::string(5000, 'x')).ok());
  EXPECT_TRUE(IsBusy(node.Propose().status()));
}

TEST(Proposals, RB30_DroppedWhenAnotherEntryIsCommittedInTheirPlace) {
  TestNode node;
  node.Lead();
  node.Settle();
  ASSERT_EQ(node.Propose().value(), At(2, 1));
  ASSERT_EQ(node.Propose().value(), At(3, 1));
  AppendRequest request{At(1, 1), {MakeEntry(2, 2)}, I(1), 0, I(0)};
  node.Step(Msg(2, 1, 2, request)).IgnoreError();
  EXPECT_EQ(Text(node.proposals), "") << "cut here, yet another node may still have them and win";
  request.commit = I(2);
  node.Step(Msg(2, 1, 2, request)).IgnoreError();
  EXPECT_EQ(Text(node.proposals), "(2, term 1) dropped; (3, term 1) dropped; ");
}

TEST(Proposals, ADeposedLeaderLearnsThatItsProposalCommitted) {
  TestNode node;
  node.Lead();
  node.Settle();
  ASSERT_EQ(node.Propose().value(), At(2, 1));
  node.Step(Msg(2, 1, 2, AppendRequest{At(2, 1), {MakeEntry(3, 2)}, I(3), 0, I(0)})).IgnoreError();
  EXPECT_EQ(Text(node.proposals), "(2, term 1) committed; ");
}

TEST(Proposals, I13_WithoutNewsTheyEndAsUnknown) {
  TestNode node;
  node.Lead();
  node.Settle();
  ASSERT_TRUE(node.Propose().ok());
  node.Tick(20);  // nobody answers: steps down
  ASSERT_NE(node.raft().role(), Role::kLeader);
  EXPECT_EQ(Text(node.proposals), "");
  node.Tick(20);
  EXPECT_EQ(Text(node.proposals), "(2, term 1) unknown; ");
}

TEST(Proposals, I13_OfALeaderWhoseFollowersCannotWriteEndToo) {
  NodeSetup setup;
  setup.tune = [](Options& options) { options.proposal_timeout_ticks = 30; };
  TestNode node(setup);
  node.Lead();
  node.Settle();
  ASSERT_TRUE(node.Propose().ok());
  for (int i = 0; i < 30; ++i) {
    node.Tick();
    node.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
  }
  EXPECT_EQ(node.raft().role(), Role::kLeader);
  EXPECT_EQ(Text(node.proposals), "(2, term 1) unknown; ");
  node.Acknowledge(2, I(2)).IgnoreError();
  EXPECT_THAT(node.proposals, SizeIs(1)) << "answered once";
}

TEST(Leader, RB31_IsReadyOnceItsOwnNoOpIsApplied) {
  TestNode node({.log_terms = {1, 1}, .term = 1});
  node.Lead();
  EXPECT_FALSE(node.raft().IsReadyLeader());
  node.Acknowledge(2, I(3)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(3));
  EXPECT_FALSE(node.raft().IsReadyLeader());
  ASSERT_TRUE(node.raft().Applied(I(3)).ok());
  EXPECT_TRUE(node.raft().IsReadyLeader());
}

TEST(Leader, GivesEntriesToItsStateMachine) {
  TestNode node({.log_terms = {1, 1, 2}, .term = 2});
  EXPECT_THAT(Terms(*node.raft().Entries(I(1), I(3), 1 << 20)), ElementsAre(1, 1, 2));
  EXPECT_THAT(Terms(*node.raft().Entries(I(2), I(3), 0)), ElementsAre(1));
  EXPECT_EQ(node.raft().Entries(I(1), I(4), 100).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(node.raft().Entries(I(0), I(1), 100).status().code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace symbolon::consensus
