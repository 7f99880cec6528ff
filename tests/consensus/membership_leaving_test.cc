// Who leaves, is gone, or is not known: thesis 4.2.2, 4.2.3.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consensus/members.h"

namespace symbolon::consensus {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// --- M8: leaving ---

TEST(Membership, M08_ALeaderOutsideTheNewSetLeadsOnAndDoesNotCountItself) {
  TestNode leader = SettledLeader();
  leader.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
  leader.Step(Msg(3, 1, 1, HeartbeatReply{})).IgnoreError();
  ASSERT_TRUE(leader.Change(Members({2, 3})).ok());
  EXPECT_EQ(leader.raft().role(), Role::kLeader);
  ASSERT_TRUE(leader.Propose("still leading").ok());
  leader.Acknowledge(2, I(2)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(1)) << "one of two; the leader is none of them";
  EXPECT_THAT(leader.removed, IsEmpty());
  leader.Sent();
  leader.Acknowledge(3, I(3)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(2));
  const std::vector<Message> sent = leader.Sent();
  EXPECT_THAT(Bodies<TimeoutNow>(sent, N(3)), SizeIs(1)) << "the one that has most";
  EXPECT_THAT(Bodies<TimeoutNow>(sent), SizeIs(1));
  EXPECT_EQ(leader.raft().role(), Role::kFollower);
  EXPECT_THAT(leader.removed, ElementsAre(At(2, 1)));
  // The news of the commit left before.
  const auto appends = Bodies<AppendRequest>(sent, N(3));
  ASSERT_FALSE(appends.empty());
  EXPECT_EQ(appends.back().commit, I(2));
  leader.Tick(100);
  EXPECT_EQ(leader.raft().role(), Role::kFollower) << "it is quiet";
  EXPECT_THAT(leader.Sent(), IsEmpty());
}

TEST(Membership, M08_LV28_ADemotedLeaderLeadsOnUntilItsDemotionIsCommitted) {
  TestNode leader = SettledLeader();
  leader.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
  leader.Step(Msg(3, 1, 1, HeartbeatReply{})).IgnoreError();
  ASSERT_TRUE(leader.Change(Members({2, 3}, {1})).ok());
  leader.Acknowledge(2, I(2)).IgnoreError();
  ASSERT_EQ(leader.raft().role(), Role::kLeader);
  leader.Acknowledge(3, I(2)).IgnoreError();
  EXPECT_EQ(leader.raft().role(), Role::kFollower);
  EXPECT_THAT(leader.removed, IsEmpty()) << "it is a member still";
}

// M-43: otherwise nobody might have the entry.
TEST(Membership, M08_ItDoesNotStepDownBefore) {
  TestNode leader = SettledLeader();
  leader.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
  leader.Step(Msg(3, 1, 1, HeartbeatReply{})).IgnoreError();
  ASSERT_TRUE(leader.Change(Members({2, 3})).ok());
  for (int i = 0; i < 30; ++i) {
    leader.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
    leader.Step(Msg(3, 1, 1, HeartbeatReply{})).IgnoreError();
    leader.Tick();
  }
  EXPECT_EQ(leader.raft().role(), Role::kLeader);
  // Check-quorum holds for it too: it is not counted, and one of two is no majority.
  for (int i = 0; i < 12; ++i) {
    leader.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
    leader.Tick();
  }
  EXPECT_EQ(leader.raft().role(), Role::kFollower);
}

TEST(Membership, RB50_ARemovedNodeIsServedUpToItsRemovalAndThenTold) {
  TestNode leader = SettledLeader(Voters(4));
  ASSERT_TRUE(leader.Change(Voters(3)).ok());
  EXPECT_FALSE(Bodies<AppendRequest>(leader.Sent(), N(4)).empty()) << "it gets its own removal";
  leader.Acknowledge(2, I(2)).IgnoreError();
  leader.Acknowledge(3, I(2)).IgnoreError();
  ASSERT_EQ(leader.raft().commit(), I(2));
  leader.Propose("after").IgnoreError();
  leader.Step(Msg(4, 1, 1, HeartbeatReply{})).IgnoreError();
  leader.Tick();
  const std::vector<Message> before = leader.Sent();
  EXPECT_THAT(Bodies<Removed>(before, N(4)), IsEmpty()) << "not before it has the entry";
  const auto appends = Bodies<AppendRequest>(before, N(4));
  ASSERT_THAT(appends, SizeIs(1));
  EXPECT_THAT(appends[0].entries, IsEmpty()) << "nothing after its removal";
  EXPECT_EQ(appends[0].commit, I(2)) << "but that it is final";
  leader.Acknowledge(4, I(2)).IgnoreError();
  leader.Tick();
  const std::vector<Message> sent = leader.Sent();
  EXPECT_THAT(Bodies<AppendRequest>(sent, N(4)), IsEmpty());
  const auto notices = Bodies<Removed>(sent, N(4));
  ASSERT_THAT(notices, SizeIs(1));
  EXPECT_EQ(notices[0].position, At(2, 1));
  leader.Tick(5);
  for (const Message& m : leader.Sent()) EXPECT_NE(m.to, N(4)) << m;
  EXPECT_THAT(leader.raft().Peers(), SizeIs(2));
}

TEST(Membership, RB50_ASilentRemovedNodeIsNotServedForEver) {
  TestNode leader = SettledLeader(Voters(4));
  ASSERT_TRUE(leader.Change(Voters(3)).ok());
  leader.Acknowledge(2, I(2)).IgnoreError();
  leader.Acknowledge(3, I(2)).IgnoreError();
  for (int i = 0; i < 12; ++i) {
    leader.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
    leader.Tick();
  }
  EXPECT_THAT(Bodies<Removed>(leader.Sent(), N(4)), SizeIs(1));
  EXPECT_THAT(leader.raft().Peers(), SizeIs(2));
}

TEST(Membership, RB50_ANewLeaderServesThoseWhomAnUncommittedEntryRemoves) {
  TestNode leader(
      {.configuration = Voters(4), .term = 1, .entries = {MakeEntry(1, 1), MakeChange(2, 1, Voters(3))}});
  leader.Tick(10);
  for (uint64_t from : {2, 3}) leader.Step(Msg(from, 1, 2, PreVoteReply{true})).IgnoreError();
  leader.Step(Msg(2, 1, 2, VoteReply{true})).IgnoreError();
  ASSERT_EQ(leader.raft().role(), Role::kLeader);
  const auto appends = Bodies<AppendRequest>(leader.Sent(), N(4));
  ASSERT_THAT(appends, SizeIs(1));
  EXPECT_EQ(appends[0].prev, At(1, 1));
  EXPECT_THAT(Terms(appends[0].entries), ElementsAre(1)) << "its removal, and not the no-op behind it";
}

// --- M9, LV-09: removed nodes ---

// A member that knows that node 4 was removed, and hears nobody.
NodeSetup KnowsRemovalOf4() {
  return {.configuration = Voters(4),
          .term = 1,
          .entries = {MakeEntry(1, 1), MakeChange(2, 1, Voters(3))},
          .tune = [](Options& options) { options.applied = I(2); }};
}

TEST(Membership, M09_ARemovedNodesRequestRaisesNoTermAndIsAnswered) {
  for (const bool pre_vote : {true, false}) {
    TestNode node(KnowsRemovalOf4());
    node.Tick(7);
    const Message request =
        pre_vote ? Msg(4, 1, 9, PreVoteRequest{At(9, 8)}) : Msg(4, 1, 9, VoteRequest{At(9, 8)});
    ASSERT_TRUE(node.Step(request).ok());
    EXPECT_EQ(node.raft().term(), T(1));
    EXPECT_EQ(node.disk_hard_state().vote, std::nullopt);
    const std::vector<Message> sent = node.Sent();
    ASSERT_THAT(sent, SizeIs(1));
    ASSERT_TRUE(std::holds_alternative<Removed>(sent[0].body)) << sent[0];
    EXPECT_EQ(std::get<Removed>(sent[0].body).position, At(2, 1));
    EXPECT_EQ(sent[0].term, T(0)) << "it deposes nobody";
    node.Tick(3);
    EXPECT_EQ(node.raft().role(), Role::kPreCandidate) << "the timer ran on";
  }
}

// It may have got a term of its own; its answers to delayed messages depose nobody either. But one that leads
// a later term was elected by nodes that did not know of its removal, and is followed.
TEST(Membership, M09_ARemovedNodesAnswersRaiseNoTerm) {
  for (const MessageBody& answer : std::vector<MessageBody>{PreVoteReply{false}, VoteReply{false},
                                                            AppendReply{}, HeartbeatReply{}, ReadReply{}}) {
    TestNode node(KnowsRemovalOf4());
    ASSERT_TRUE(node.Step(Msg(4, 1, 9, answer)).ok());
    EXPECT_EQ(node.raft().term(), T(1));
    ASSERT_TRUE(node.Step(Msg(3, 1, 9, answer)).ok());
    EXPECT_EQ(node.raft().term(), T(9)) << "a member's do";
  }
  TestNode node(KnowsRemovalOf4());
  ASSERT_TRUE(node.Step(Msg(4, 1, 9, Heartbeat{})).ok());
  EXPECT_EQ(node.raft().leader(), N(4));
}

// M-44 the other way round: a node new here may have been added by entries that this one lacks.
TEST(Membership, LV25_ANodeThatThisLogNeverHadIsAnsweredLikeAnyOther) {
  TestNode node(KnowsRemovalOf4());
  ASSERT_TRUE(node.Step(Msg(7, 1, 2, VoteRequest{At(9, 1)})).ok());
  const auto replies = Bodies<VoteReply>(node.Sent(), N(7));
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_TRUE(replies[0].granted);
}

TEST(Membership, LV09_AnUncommittedRemovalSilencesNobody) {
  NodeSetup setup = KnowsRemovalOf4();
  setup.tune = nullptr;
  TestNode node(setup);
  ASSERT_TRUE(node.Step(Msg(4, 1, 2, VoteRequest{At(9, 1)})).ok());
  EXPECT_THAT(Bodies<VoteReply>(node.Sent(), N(4)), SizeIs(1));
}

TEST(Membership, LV09_ARemovedNodeStopsCampaigningAndSaysSoOnce) {
  TestNode node({.id = 4, .configuration = Voters(4), .log_terms = {1}, .term = 1});
  node.Tick(10);
  ASSERT_EQ(node.raft().role(), Role::kPreCandidate);
  node.Sent();
  for (uint64_t from : {2, 3}) ASSERT_TRUE(node.Step(Msg(from, 4, 0, Removed{At(5, 1)})).ok());
  EXPECT_EQ(node.raft().role(), Role::kFollower);
  EXPECT_THAT(node.removed, ElementsAre(At(5, 1)));
  node.Tick(200);
  EXPECT_THAT(node.Sent(), IsEmpty());
  ASSERT_TRUE(node.Step(Msg(2, 4, 1, Heartbeat{})).ok());
  node.Step(Msg(2, 4, 1, TimeoutNow{})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kCandidate) << "a leader was heard: the notice was a mistake";
}

TEST(Membership, LV09_ANoticeAgainstWhatTheLogHasCommittedIsNotBelieved) {
  TestNode node(
      {.id = 4, .configuration = Voters(4), .log_terms = {1, 1, 1}, .term = 1, .tune = [](Options& options) {
         options.applied = I(3);
       }});
  ASSERT_TRUE(node.Step(Msg(2, 4, 0, Removed{At(2, 1)})).ok());
  EXPECT_THAT(node.removed, IsEmpty());
  node.Tick(10);
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
}

TEST(Membership, LV09_ANoticeIsNotBelievedWhileAnotherNodeIsHeardToLead) {
  TestNode node({.id = 4, .configuration = Voters(4)});
  ASSERT_TRUE(node.Step(Msg(2, 4, 1, Heartbeat{})).ok());
  ASSERT_TRUE(node.Step(Msg(3, 4, 0, Removed{At(2, 1)})).ok());
  EXPECT_THAT(node.removed, IsEmpty());
  ASSERT_TRUE(node.Step(Msg(2, 4, 0, Removed{At(2, 1)})).ok());
  EXPECT_THAT(node.removed, ElementsAre(At(2, 1)));
}

TEST(Membership, LV09_ARemovalIsAlsoLearnedFromTheLogAndAfterARestart) {
  TestNode node({.id = 4, .configuration = Voters(4)});
  ASSERT_TRUE(
      node.Step(Msg(2, 4, 1, AppendRequest{At(0, 0), {MakeChange(1, 1, Voters(3))}, I(0), 0, I(0)})).ok());
  EXPECT_THAT(node.removed, IsEmpty());
  ASSERT_TRUE(node.Step(Msg(2, 4, 1, AppendRequest{At(1, 1), {}, I(1), 0, I(1)})).ok());
  EXPECT_THAT(node.removed, ElementsAre(At(1, 1)));
  node.removed.clear();
  node.Restart(I(1));
  node.Drain();
  EXPECT_THAT(node.removed, ElementsAre(At(1, 1)));
  node.Tick(100);
  EXPECT_THAT(node.Sent(), IsEmpty());
}

// --- who may campaign ---

TEST(Membership, RB43_LearnersAndRemovedAndDemotedNodesDoNotCampaign) {
  const std::vector<Configuration> sets = {Members({2, 3}, {1}), Members({2, 3})};
  for (const Configuration& set : sets) {
    TestNode node;
    ASSERT_TRUE(node.Step(AppendFrom(2, 1, At(0, 0), {MakeChange(1, 1, set)}, 1)).ok());
    ASSERT_EQ(node.raft().commit(), I(1));
    ASSERT_TRUE(node.Step(Msg(2, 1, 1, TimeoutNow{})).ok());
    EXPECT_EQ(node.raft().role(), Role::kFollower) << "told to, " << set.ToString();
    node.Sent();
    node.Tick(100);
    EXPECT_EQ(node.raft().role(), Role::kFollower) << "by timeout, " << set.ToString();
    EXPECT_THAT(node.Sent(), IsEmpty());
    TestNode leader = SettledLeader(Members({1, 2, 3}, {4}));
    EXPECT_FALSE(leader.raft().TransferLeadership(N(4)).ok());
    EXPECT_FALSE(leader.raft().TransferLeadership(N(5)).ok());
  }
}

// LV-26: the only node with the whole log may be the one that an uncommitted entry removes.
TEST(Membership, LV26_WhomAnUncommittedEntryRemovesMayCampaignAndIsNotCounted) {
  TestNode node;
  ASSERT_TRUE(
      node.Step(AppendFrom(2, 1, At(0, 0), {MakeEntry(1, 1), MakeChange(2, 1, Members({2, 3}))}, 1)).ok());
  node.Sent();
  node.Tick(10);
  ASSERT_EQ(node.raft().role(), Role::kPreCandidate);
  node.Step(Msg(2, 1, 2, PreVoteReply{true})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate) << "one of two: its own wish is none of them";
  node.Step(Msg(3, 1, 2, PreVoteReply{true})).IgnoreError();
  ASSERT_EQ(node.raft().role(), Role::kCandidate);
  node.Step(Msg(2, 1, 2, VoteReply{true})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
  node.Step(Msg(3, 1, 2, VoteReply{true})).IgnoreError();
  ASSERT_EQ(node.raft().role(), Role::kLeader);
  // It finishes what it was elected for: its removal commits, and it hands over.
  node.Acknowledge(2, I(3)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(0 + 1));
  node.Acknowledge(3, I(3)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(3));
  EXPECT_EQ(node.raft().role(), Role::kFollower);
  EXPECT_THAT(Bodies<TimeoutNow>(node.Sent()), SizeIs(1));
}

TEST(Membership, LV26_WhoVotesInTheNewestSetOnlyMayCampaign) {
  TestNode node({.configuration = Members({2, 3}, {1})});
  ASSERT_TRUE(node.Step(AppendFrom(2, 1, At(0, 0), {MakeChange(1, 1, Voters(3))})).ok());
  node.Tick(10);
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
}

// --- learners and strangers ---

TEST(Membership, LV29_ANodeFollowsALeaderThatItsLogDoesNotKnow) {
  TestNode node({.configuration = Members({1, 2, 3})});
  ASSERT_TRUE(node.Step(AppendFrom(9, 4, At(0, 0), {MakeEntry(1, 1), MakeChange(2, 2, Voters(4))})).ok());
  EXPECT_EQ(node.raft().leader(), N(9));
  EXPECT_EQ(node.raft().last(), At(2, 2));
  EXPECT_THAT(Bodies<AppendReply>(node.Sent(), N(9)), SizeIs(1)) << "and answers where the message came from";
}

TEST(Membership, LV31_ARestartedLearnerLearnsTheLeaderFromAHeartbeat) {
  TestNode leader = SettledLeader(Members({1, 2, 3}, {4}));
  leader.Tick();
  const auto heartbeats = Bodies<Heartbeat>(leader.Sent(), N(4));
  ASSERT_THAT(heartbeats, SizeIs(1));
  TestNode learner({.id = 4, .configuration = Members({1, 2, 3}, {4}), .log_terms = {1}, .term = 1});
  EXPECT_FALSE(learner.raft().ReadIndex(ReadId(1)).ok());
  ASSERT_TRUE(learner.Step(Msg(1, 4, 1, heartbeats[0])).ok());
  EXPECT_TRUE(learner.raft().ReadIndex(ReadId(2)).ok());
}

TEST(Membership, M12_ALearnerThatWasAddedIsServedAndCountsNowhere) {
  TestNode leader = SettledLeader();
  ASSERT_TRUE(leader.Change(Members({1, 2, 3}, {4})).ok());
  const auto appends = Bodies<AppendRequest>(leader.Sent(), N(4));
  ASSERT_THAT(appends, SizeIs(1));
  leader.Step(Msg(4, 1, 1, AppendReply{.prev = I(1)})).IgnoreError();  // it has nothing
  const auto again = Bodies<AppendRequest>(leader.Sent(), N(4));
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].prev, At(0, 0));
  leader.Acknowledge(4, I(2)).IgnoreError();
  EXPECT_EQ(leader.raft().commit(), I(1));
}

}  // namespace
}  // namespace symbolon::consensus
