// Nodes whose storage found less than they once promised: CONSENSUS L9, L11, L14, L16, L18, L22.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consensus/test_cluster.h"

namespace symbolon::consensus {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Its log ends at `log_terms`, and it had acknowledged up to `promised`.
NodeSetup Recovering(std::vector<uint64_t> log_terms, LogPosition promised, uint64_t term) {
  return {.log_terms = std::move(log_terms), .term = term, .tune = [promised](Options& options) {
            options.standing = Standing::kRecovering;
            options.promised = promised;
          }};
}

NodeSetup Observer(std::vector<uint64_t> log_terms, uint64_t term) {
  return {.log_terms = std::move(log_terms), .term = term, .tune = [](Options& options) {
            options.standing = Standing::kObserver;
          }};
}

Message AppendFrom(uint64_t from, uint64_t term, LogPosition prev, std::vector<Entry> entries,
                   uint64_t commit = 0, uint64_t match = 0) {
  return Msg(from, 1, term, AppendRequest{prev, std::move(entries), I(commit), 0, I(match)});
}

template <typename Reply>
Reply Last(TestNode& node) {
  const auto replies = Bodies<Reply>(node.Sent());
  EXPECT_FALSE(replies.empty());
  return replies.empty() ? Reply() : replies.back();
}

// --- recovering: L14, RB-40 ---

TEST(Recovery, RB40_L14_VotesAsIfItStillHadWhatItAcknowledged) {
  for (const LogPosition candidate : {At(2, 2), At(4, 2), At(9, 1)}) {
    TestNode node(Recovering({1, 2}, At(5, 2), 2));
    node.Step(Msg(2, 1, 3, PreVoteRequest{candidate})).IgnoreError();
    EXPECT_FALSE(Last<PreVoteReply>(node).granted) << candidate;
    node.Step(Msg(2, 1, 3, VoteRequest{candidate, false})).IgnoreError();
    EXPECT_FALSE(Last<VoteReply>(node).granted) << candidate;
  }
  for (const LogPosition candidate : {At(5, 2), At(6, 2), At(3, 3)}) {
    TestNode node(Recovering({1, 2}, At(5, 2), 3));
    node.Step(Msg(2, 1, 4, PreVoteRequest{candidate})).IgnoreError();
    EXPECT_TRUE(Last<PreVoteReply>(node).granted) << candidate;
    node.Step(Msg(2, 1, 4, VoteRequest{candidate, false})).IgnoreError();
    EXPECT_TRUE(Last<VoteReply>(node).granted) << candidate;
  }
}

TEST(Recovery, L14_ItDoesNotCampaignNotEvenWhenTold) {
  TestNode node(Recovering({1, 2}, At(5, 2), 2));
  node.Tick(100);
  EXPECT_THAT(node.Sent(), IsEmpty());
  ASSERT_TRUE(node.Step(Msg(2, 1, 3, Heartbeat{})).ok());
  ASSERT_TRUE(node.Step(Msg(2, 1, 3, TimeoutNow{})).ok());
  EXPECT_EQ(node.raft().role(), Role::kFollower);
}

TEST(Recovery, L14_ALeaderThatRemembersMoreIsToldAndBeginsAgain) {
  TestNode node(Recovering({1, 2}, At(5, 2), 2));
  ASSERT_TRUE(node.Step(Msg(2, 1, 2, Heartbeat{I(5), 7, I(5)})).ok());
  const auto reply = Last<AppendReply>(node);
  EXPECT_FALSE(reply.accepted);
  EXPECT_TRUE(reply.recovering);
  EXPECT_EQ(reply.hint, At(2, 2));
  EXPECT_EQ(reply.round, 7u) << "that it follows is true";
  EXPECT_EQ(node.raft().commit(), I(0)) << "what the leader remembers proves nothing about this log";
  ASSERT_TRUE(node.raft().failure().ok());
  // An append is refused in the same way, also one that would fit.
  ASSERT_TRUE(node.Step(AppendFrom(2, 2, At(2, 2), {MakeEntry(3, 2)}, 5, 5)).ok());
  EXPECT_TRUE(Last<AppendReply>(node).recovering);
  EXPECT_EQ(node.raft().last(), At(2, 2));
  // From the beginning.
  ASSERT_TRUE(node.Step(AppendFrom(2, 2, At(2, 2), {MakeEntry(3, 2)}, 5, 0)).ok());
  EXPECT_EQ(Last<AppendReply>(node).last, I(3));
  EXPECT_EQ(node.raft().commit(), I(3));
  ASSERT_TRUE(node.Step(Msg(2, 1, 2, Heartbeat{I(3), 7, I(3)})).ok());
  EXPECT_THAT(Bodies<HeartbeatReply>(node.Sent()), SizeIs(1)) << "what it has proved since counts again";
}

TEST(Recovery, L14_TheLeaderForgetsTheMatchAndNeverItsCommit) {
  TestNode leader;
  leader.Lead();
  for (int i = 0; i < 4; ++i) leader.Propose().IgnoreError();
  leader.Acknowledge(2, I(5)).IgnoreError();
  ASSERT_EQ(leader.raft().commit(), I(5));
  leader.Propose().IgnoreError();
  leader.Sent();
  ASSERT_TRUE(
      leader.Step(Msg(2, 1, 1, AppendReply{.prev = I(5), .hint = At(2, 1), .recovering = true})).ok());
  EXPECT_EQ(leader.raft().commit(), I(5));
  EXPECT_EQ(leader.raft().Peers()[0].match, I(0));
  const auto appends = Bodies<AppendRequest>(leader.Sent(), N(2));
  ASSERT_THAT(appends, SizeIs(1));
  EXPECT_EQ(appends[0].prev, At(2, 1));
  EXPECT_EQ(appends[0].match, I(0));
  leader.Acknowledge(3, I(6)).IgnoreError();
  leader.Acknowledge(2, I(6)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(6));
}

// A hint beyond the leader's log, from a node that has it all: asked again from the end on.
TEST(Recovery, ARecoveringReplyAlwaysLeadsToAProbe) {
  TestNode leader;
  leader.Lead();
  leader.Settle();
  ASSERT_TRUE(
      leader.Step(Msg(2, 1, 1, AppendReply{.prev = I(9), .hint = At(9, 1), .recovering = true})).ok());
  EXPECT_THAT(Bodies<AppendRequest>(leader.Sent(), N(2)), SizeIs(1));
}

TEST(Recovery, L14_IsAMemberAgainWhenTheLogHoldsTheMark) {
  TestNode node(Recovering({1, 2}, At(4, 2), 2));
  ASSERT_TRUE(node.Step(AppendFrom(2, 2, At(2, 2), {MakeEntry(3, 2)})).ok());
  EXPECT_EQ(node.raft().standing(), Standing::kRecovering);
  ASSERT_TRUE(node.Step(AppendFrom(2, 2, At(3, 2), {MakeEntry(4, 2)})).ok());
  EXPECT_EQ(node.raft().standing(), Standing::kMember);
  node.Tick(30);
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
}

TEST(Recovery, L14_OrWhenItHoldsAnEntryOfALaterTerm) {
  TestNode node(Recovering({1, 1}, At(5, 2), 2));
  ASSERT_TRUE(node.Step(AppendFrom(2, 4, At(2, 1), {MakeEntry(3, 1)})).ok());
  EXPECT_EQ(node.raft().standing(), Standing::kRecovering) << "of an earlier term: the mark still binds";
  ASSERT_TRUE(node.Step(AppendFrom(2, 4, At(3, 1), {MakeEntry(4, 4)})).ok());
  EXPECT_EQ(node.raft().standing(), Standing::kMember);
}

TEST(Recovery, L14_NotBeforeThatIsDurable) {
  TestNode node(Recovering({1, 2}, At(3, 2), 2));
  node.persist_at_once = false;
  ASSERT_TRUE(node.Step(AppendFrom(2, 2, At(2, 2), {MakeEntry(3, 2)})).ok());
  node.Drain();
  EXPECT_EQ(node.raft().standing(), Standing::kRecovering);
  node.PersistAll();
  EXPECT_EQ(node.raft().standing(), Standing::kMember);
}

TEST(Recovery, ALogThatReachesTheMarkIsThatOfAMember) {
  TestNode node(Recovering({1, 2, 2}, At(3, 2), 2));
  EXPECT_EQ(node.raft().standing(), Standing::kMember);
}

// The mark may itself be behind: then the leader of the term knows better.
TEST(Recovery, L22_WhatTheLeaderSaysWasAcknowledgedBindsToo) {
  TestNode node(Recovering({1, 2}, At(3, 2), 4));
  ASSERT_TRUE(node.Step(Msg(2, 1, 4, Heartbeat{I(6), 0, I(6)})).ok());
  EXPECT_TRUE(Last<AppendReply>(node).recovering);
  node.Tick(30);  // the leader is gone
  node.Step(Msg(3, 1, 5, VoteRequest{At(5, 4), false})).IgnoreError();
  EXPECT_FALSE(Last<VoteReply>(node).granted);
  node.Step(Msg(3, 1, 6, VoteRequest{At(6, 4), false})).IgnoreError();
  EXPECT_TRUE(Last<VoteReply>(node).granted);
}

// What becomes of a recovering node with such a log, mark and term.
absl::Status StartRecovering(std::vector<uint64_t> log_terms, LogPosition promised, uint64_t term) {
  const MemoryLog log(std::move(log_terms));
  Options options;
  options.id = N(1);
  options.genesis = Voters(3);
  options.no_op = NoOpData;
  options.random = [] { return 0; };
  options.standing = Standing::kRecovering;
  options.promised = promised;
  return Raft::Create(options, HardState{T(term), std::nullopt}, &log).status();
}

TEST(Recovery, L18_AMarkOfALaterTermThanTheStoredOneIsNoRecovery) {
  const absl::Status status = StartRecovering({1, 2}, At(5, 7), 6);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("observer"));
}

// Storage drops such a branch before the start; the core does not rely on it.
TEST(Recovery, L14_ABranchOfALaterTermThanTheMarkIsRefused) {
  const absl::Status status = StartRecovering({1, 1, 2}, At(5, 1), 2);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("a branch that was cut"));
}

// The whole story, on the very case that loses data without the mark (NuRaft #185): the entry is on the
// leader and on the node that lost it; the third never had it and stands for election.
TEST(Recovery, RB40_ACommittedEntrySurvivesTheLossOfATail) {
  for (const bool with_mark : {true, false}) {
    const LogPosition promised = At(3, 1);
    TestNode voter(with_mark ? Recovering({1}, promised, 1) : NodeSetup{.log_terms = {1}, .term = 1});
    voter.Step(Msg(3, 1, 2, VoteRequest{At(2, 1), false})).IgnoreError();
    EXPECT_EQ(Last<VoteReply>(voter).granted, !with_mark);
  }
  TestCluster cluster(
      3,
      {{.log_terms = {1, 1, 1}, .term = 1}, Recovering({1}, At(3, 1), 1), {.log_terms = {1, 1}, .term = 1}});
  cluster.Down(1);
  cluster.Tick(100);
  EXPECT_EQ(cluster.Leader(), 0u) << "rather nobody than one without the entry";
  cluster.Up(1);
  cluster.Tick(60);
  ASSERT_EQ(cluster.Leader(), 1u);
  EXPECT_EQ(cluster.raft(2).standing(), Standing::kMember);
  EXPECT_EQ(cluster.raft(2).commit(), cluster.raft(1).commit());
  EXPECT_EQ(cluster.raft(3).commit(), cluster.raft(1).commit());
}

// Not disturbed: the cluster works on, and the node is filled again by the leader that knew it before.
TEST(Recovery, L14_L16_TheLeaderOfTheTermRepairsATailWhileTheClusterWorks) {
  TestCluster cluster(3);
  cluster.Elect(1);
  for (int i = 0; i < 5; ++i) cluster[1].Propose().IgnoreError();
  cluster.Tick(2);
  ASSERT_EQ(cluster.raft(2).last(), At(6, 1));
  cluster[2].disk().mutable_entries().resize(2);
  cluster[2].RestartWith([](Options& options) {
    options.standing = Standing::kRecovering;
    options.promised = At(6, 1);
  });
  cluster[1].Propose().IgnoreError();
  cluster.Tick(3);
  EXPECT_EQ(cluster.raft(1).role(), Role::kLeader);
  EXPECT_EQ(cluster.raft(2).standing(), Standing::kMember);
  EXPECT_EQ(cluster.raft(2).commit(), I(7));
  for (uint64_t i = 1; i <= 7; ++i)
    EXPECT_EQ(*cluster[2].disk().entries()[i - 1].data, *cluster[1].disk().entries()[i - 1].data);
}

// --- observers: L9, L18 ---

TEST(Recovery, L09_S49_AnObserverGrantsNothingAndNeverCampaigns) {
  TestNode node(Observer({1, 1}, 1));
  node.Step(Msg(2, 1, 2, PreVoteRequest{At(9, 1)})).IgnoreError();
  EXPECT_FALSE(Last<PreVoteReply>(node).granted);
  node.Step(Msg(2, 1, 2, VoteRequest{At(9, 1), false})).IgnoreError();
  EXPECT_FALSE(Last<VoteReply>(node).granted);
  EXPECT_EQ(node.disk_hard_state().vote, std::nullopt);
  node.Tick(100);
  EXPECT_THAT(node.Sent(), IsEmpty());
  ASSERT_TRUE(node.Step(Msg(2, 1, 3, Heartbeat{})).ok());
  ASSERT_TRUE(node.Step(Msg(2, 1, 3, TimeoutNow{})).ok());
  EXPECT_EQ(node.raft().role(), Role::kFollower);
}

TEST(Recovery, L09_AnObserverReceivesAndAppliesAndSaysWhatItIs) {
  TestNode node(Observer({1}, 1));
  ASSERT_TRUE(node.Step(AppendFrom(2, 2, At(1, 1), {MakeEntry(2, 2)}, 2)).ok());
  EXPECT_EQ(node.raft().commit(), I(2));
  const std::vector<Message> sent = node.Sent();
  ASSERT_FALSE(sent.empty());
  for (const Message& m : sent) EXPECT_TRUE(m.observer) << m;
  EXPECT_EQ(Bodies<AppendReply>(sent).back().last, I(2));
}

TEST(Recovery, L18_AnObserverMayHaveLostTermAndVote) {
  TestNode node(Observer({1, 4}, 0));
  EXPECT_EQ(node.raft().term(), T(4)) << "not below what its log shows";
  node.Drain();
  EXPECT_EQ(node.disk_hard_state(), (HardState{T(4), std::nullopt})) << "on disk before it says so";
}

// A backup may hold other entries than those that were acknowledged later.
TEST(Recovery, L09_AnObserverCommitsOnlyWhatItHasComparedItself) {
  TestNode node(
      Observer({1, 2, 2}, 3));  // the leader of term 3 has (2, 3) and (3, 3), and knows its match as 3
  ASSERT_TRUE(node.Step(Msg(2, 1, 3, Heartbeat{I(3), 0, I(3)})).ok());
  EXPECT_EQ(node.raft().commit(), I(0));
  EXPECT_TRUE(Last<AppendReply>(node).recovering);
  ASSERT_TRUE(node.Step(AppendFrom(2, 3, At(1, 1), {MakeEntry(2, 3), MakeEntry(3, 3)}, 3)).ok());
  EXPECT_EQ(node.raft().commit(), I(3));
  EXPECT_EQ(node.raft().last(), At(3, 3));
}

TEST(Recovery, L09_ALeaderCountsNothingThatAnObserverSays) {
  TestNode leader;
  leader.Lead();
  auto from2 = [&](MessageBody body) {
    Message message = Msg(2, 1, 1, std::move(body));
    message.observer = true;
    return leader.Step(message);
  };
  ASSERT_TRUE(from2(AppendReply{.accepted = true, .last = I(1)}).ok());
  EXPECT_EQ(leader.raft().commit(), I(0)) << "no commit";
  EXPECT_EQ(leader.raft().Peers()[0].match, I(1)) << "but it is served";
  EXPECT_TRUE(leader.raft().Peers()[0].observer);
  leader.Acknowledge(3, I(1)).IgnoreError();
  ASSERT_EQ(leader.raft().commit(), I(1));
  ASSERT_TRUE(leader.raft().Applied(I(1)).ok());
  ASSERT_TRUE(leader.raft().ReadIndex(ReadId(1)).ok());
  const auto heartbeats = Bodies<Heartbeat>(leader.Sent(), N(2));
  ASSERT_FALSE(heartbeats.empty());
  ASSERT_TRUE(from2(HeartbeatReply{heartbeats.back().round}).ok());
  EXPECT_THAT(leader.reads, IsEmpty()) << "no read";
  EXPECT_FALSE(leader.raft().TransferLeadership(N(2)).ok()) << "no leadership";
  for (int i = 0; i < 10; ++i) {
    from2(HeartbeatReply{}).IgnoreError();
    leader.Tick();
  }
  EXPECT_EQ(leader.raft().role(), Role::kFollower) << "and no quorum";
}

// What it said before it was restored is no better, whichever message comes first.
TEST(Recovery, L09_AMatchFromBeforeDoesNotCountEither) {
  TestNode leader({.configuration = Voters(5)});
  leader.Lead();
  leader.Settle();
  for (int i = 0; i < 3; ++i) leader.Propose().IgnoreError();
  leader.Acknowledge(2, I(4)).IgnoreError();
  Message observer = Msg(2, 1, 1, HeartbeatReply{});
  observer.observer = true;
  ASSERT_TRUE(leader.Step(observer).ok());
  leader.Acknowledge(2, I(4)).IgnoreError();  // an older message of its, delayed
  leader.Acknowledge(3, I(4)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(1)) << "two of five";
  leader.Acknowledge(4, I(4)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(4));
}

TEST(Recovery, L09_ALaterProcessOfTheNodeMayCountAgainFromTheBeginning) {
  TestNode leader;
  leader.Lead();
  auto from2 = [&](uint64_t incarnation, bool observer, MessageBody body) {
    Message message = Msg(2, 1, 1, std::move(body));
    message.incarnation = incarnation;
    message.observer = observer;
    return leader.Step(message);
  };
  ASSERT_TRUE(from2(4, true, AppendReply{.accepted = true, .last = I(1)}).ok());
  ASSERT_TRUE(from2(5, false, HeartbeatReply{}).ok());
  EXPECT_EQ(leader.raft().Peers()[0].match, I(0));
  EXPECT_EQ(leader.raft().commit(), I(0));
  ASSERT_TRUE(from2(5, false, AppendReply{.accepted = true, .last = I(1)}).ok());
  EXPECT_EQ(leader.raft().commit(), I(1));
}

TEST(Recovery, M06_AnObserverIsNotPromoted) {
  TestNode leader({.configuration = Configuration(Ids(1, 3), Ids(4, 4))});
  leader.Lead();
  leader.Settle();
  Message reply = Msg(4, 1, 1, AppendReply{.accepted = true, .last = I(1)});
  reply.observer = true;
  ASSERT_TRUE(leader.Step(reply).ok());
  const auto refused = leader.Change(Voters(4));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("lost its promises"));
}

// The case that loses data if a restored node acknowledges: an old leader of a smaller term finds it.
TEST(Recovery, L09_RB41_ARestoredNodeDoesNotHelpADeposedLeader) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.Isolate(1);
  const std::vector<Entry> backup = cluster[3].disk().entries();
  const HardState backup_state = cluster[3].disk_hard_state();
  cluster.Tick(9);
  cluster[2].Tick(20);  // sooner than check-quorum ends node 1's leadership by its own clock
  cluster[2].Step(Msg(3, 2, 2, PreVoteReply{true})).IgnoreError();
  cluster[2].Step(Msg(3, 2, 2, VoteReply{true})).IgnoreError();
  ASSERT_EQ(cluster.raft(2).role(), Role::kLeader);
  cluster[3].disk().mutable_entries() = backup;
  cluster[3].disk_hard_state() = backup_state;
  cluster[3].RestartWith([](Options& options) { options.standing = Standing::kObserver; });
  cluster.Heal();
  cluster.Isolate(2);
  if (cluster.raft(1).role() == Role::kLeader) cluster[1].Propose("must not commit").IgnoreError();
  cluster.Deliver();
  cluster.Tick(60);
  EXPECT_EQ(cluster.raft(1).commit(), I(1)) << "one of three, and an observer";
  EXPECT_EQ(cluster.raft(1).role() == Role::kLeader, false);
}

// --- copied disks and messages of earlier lives: L11, S-50 ---

Message Of(uint64_t incarnation, Message message) {
  message.incarnation = incarnation;
  return message;
}

TEST(Recovery, L11_S50_ASenderWhoseNumberFallsIsRefusedAndNamed) {
  TestNode node;
  ASSERT_TRUE(node.Step(Of(5, Msg(2, 1, 1, Heartbeat{}))).ok());
  const absl::Status refused = node.Step(Of(4, Msg(2, 1, 9, VoteRequest{At(0, 0), true})));
  EXPECT_TRUE(absl::IsInvalidArgument(refused));
  for (const char* part : {"node 2", "incarnation 4", "incarnation 5", "copies of one disk"}) {
    EXPECT_THAT(std::string(refused.message()), HasSubstr(part));
  }
  EXPECT_EQ(node.raft().term(), T(1)) << "nothing has changed";
  EXPECT_EQ(node.raft().leader(), N(2));
  EXPECT_TRUE(node.Step(Of(5, Msg(2, 1, 1, Heartbeat{}))).ok());
  EXPECT_TRUE(node.Step(Of(6, Msg(2, 1, 1, Heartbeat{}))).ok());
  EXPECT_TRUE(node.Step(Of(1, Msg(3, 1, 1, HeartbeatReply{}))).ok()) << "another node's numbers are its own";
  EXPECT_FALSE(node.Step(Msg(2, 1, 1, Heartbeat{})).ok()) << "no number is the smallest";
}

TEST(Recovery, L11_EveryMessageCarriesTheNumber) {
  TestNode node({.tune = [](Options& options) { options.incarnation = 77; }});
  node.Lead();
  node.Propose().IgnoreError();
  node.Step(Msg(2, 1, 0, ReadRequest{1})).IgnoreError();
  node.Step(Msg(3, 1, 3, PreVoteRequest{At(0, 0)})).IgnoreError();
  const std::vector<Message> sent = node.Sent();
  EXPECT_FALSE(sent.empty());
  for (const Message& m : sent) EXPECT_EQ(m.incarnation, 77u) << m;
}

// An acknowledgement of a life whose tail is lost since must not raise the match again.
TEST(Recovery, L11_AcknowledgementsOfAnEarlierLifeAreNotCounted) {
  TestNode leader;
  leader.Lead();
  for (int i = 0; i < 3; ++i) leader.Propose().IgnoreError();
  ASSERT_TRUE(leader.Step(Of(2, Msg(2, 1, 1, AppendReply{.hint = At(1, 1), .recovering = true}))).ok());
  EXPECT_FALSE(leader.Step(Of(1, Msg(2, 1, 1, AppendReply{.accepted = true, .last = I(4)}))).ok());
  EXPECT_EQ(leader.raft().Peers()[0].match, I(0));
  EXPECT_EQ(leader.raft().commit(), I(0));
}

// The other way round: answers to what an earlier life of this node asked are harmless, since a new life asks
// in a new term, under new read numbers, and counts nothing before.
TEST(Recovery, L11_AnswersToAnEarlierLifesQuestionsAreHarmless) {
  TestNode node;
  node.Tick(10);
  node.Step(Msg(2, 1, 1, PreVoteReply{true})).IgnoreError();
  ASSERT_EQ(node.raft().role(), Role::kCandidate);
  node.Restart();
  ASSERT_TRUE(node.Step(Msg(2, 1, 1, VoteReply{true})).ok());
  ASSERT_TRUE(node.Step(Msg(3, 1, 1, VoteReply{true})).ok());
  EXPECT_EQ(node.raft().role(), Role::kFollower);
  node.Tick(10);
  ASSERT_TRUE(node.Step(Msg(2, 1, 1, VoteReply{true})).ok());
  ASSERT_TRUE(node.Step(Msg(2, 1, 1, PreVoteReply{true})).ok());
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate) << "a grant for term 1 is none for term 2";

  TestNode leader;
  leader.Lead();
  leader.Propose().IgnoreError();
  leader.Restart();
  leader.Lead();
  ASSERT_EQ(leader.raft().term(), T(2));
  ASSERT_TRUE(leader.Step(Msg(2, 1, 1, AppendReply{.accepted = true, .last = I(2)})).ok());
  EXPECT_EQ(leader.raft().Peers()[0].match, I(0)) << "it answers the leader of term 1";
}

// --- priority ---

TEST(Priority, WhoShouldLeadLastWaitsThatMuchLonger) {
  TestNode node({.tune = [](Options& options) { options.election_delay_ticks = 25; }});
  node.Tick(34);
  EXPECT_EQ(node.raft().role(), Role::kFollower);
  node.Tick();
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
}

TEST(Priority, TheOthersAreFirst) {
  for (uint64_t favoured = 1; favoured <= 3; ++favoured) {
    std::vector<NodeSetup> setups(3);
    for (uint64_t id = 1; id <= 3; ++id) {
      if (id != favoured) setups[id - 1].tune = [](Options& options) { options.election_delay_ticks = 20; };
    }
    TestCluster cluster(3, setups);
    cluster.Tick(60);
    EXPECT_EQ(cluster.Leader(), favoured);
  }
}

TEST(Priority, WithNobodyBetterItLeads) {
  std::vector<NodeSetup> setups(3);
  setups[1].tune = setups[2].tune = [](Options& options) { options.election_delay_ticks = 40; };
  TestCluster cluster(3, setups);
  cluster.Elect(1);
  cluster.Down(1);
  cluster.Tick(150);
  EXPECT_NE(cluster.Leader(), 0u);
  // One that is favoured but cannot win for want of the log holds up nobody.
  setups[0] = {.log_terms = {1}, .term = 2};
  setups[1].log_terms = setups[2].log_terms = {1, 2};
  setups[1].term = setups[2].term = 2;
  TestCluster stale(3, setups);
  stale.Tick(150);
  EXPECT_GT(stale.Leader(), 1u);
  TestNode alone(
      {.configuration = Voters(1), .tune = [](Options& options) { options.election_delay_ticks = 40; }});
  alone.Tick(50);
  EXPECT_EQ(alone.raft().role(), Role::kLeader);
}

TEST(Priority, ADelayWithoutBoundIsRefused) {
  MemoryLog log;
  Options options;
  options.id = N(1);
  options.genesis = Voters(3);
  options.no_op = NoOpData;
  options.random = [] { return 0; };
  options.election_delay_ticks = 1001;
  EXPECT_TRUE(absl::IsInvalidArgument(Raft::Create(options, {}, &log).status()));
}

}  // namespace
}  // namespace symbolon::consensus
