// Leader election: Raft paper 5.1, 5.2, 5.4.1; thesis 4.2.3, 6.2, 9.6.

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Ticks until the node asks for pre-votes.
void Timeout(TestNode& node) {
  node.Tick(TestNode::kElectionTicks + node.random % TestNode::kElectionTicks);
}

Message AppendFrom(uint64_t from, uint64_t term, LogPosition prev = {}, std::vector<Entry> entries = {}) {
  return Msg(from, 1, term, AppendRequest{prev, std::move(entries), I(0), 0, I(0)});
}

template <typename Reply>
Reply Only(TestNode& node, uint64_t to, uint64_t* term = nullptr) {
  const std::vector<Message> sent = node.Sent();
  for (const Message& m : sent) {
    if (m.to != N(to) || !std::holds_alternative<Reply>(m.body)) continue;
    if (term) *term = m.term.value();
    return std::get<Reply>(m.body);
  }
  ADD_FAILURE() << "no such reply was sent";
  return {};
}

TEST(Paper5_2, AMajorityOfVotesMakesALeaderWhoAppendsANoOpOfItsTerm) {
  TestNode node({.log_terms = {1, 1}, .term = 1});
  Timeout(node);
  ASSERT_TRUE(node.Step(Msg(2, 1, 2, PreVoteReply{true})).ok());
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
  EXPECT_EQ(node.raft().term(), T(2));
  EXPECT_THAT(Bodies<VoteRequest>(node.Sent()), SizeIs(2));
  ASSERT_TRUE(node.Step(Msg(3, 1, 2, VoteReply{true})).ok());
  EXPECT_EQ(node.raft().role(), Role::kLeader);
  EXPECT_EQ(node.raft().leader(), N(1));
  EXPECT_THAT(Terms(node.disk().entries()), ElementsAre(1, 1, 2));
  EXPECT_EQ(node.disk().entries().back().kind, EntryKind::kNoOp);
  const auto appends = Bodies<AppendRequest>(node.Sent(), N(2));
  ASSERT_THAT(appends, SizeIs(1));
  EXPECT_EQ(appends[0].prev, At(2, 1));
  EXPECT_THAT(Terms(appends[0].entries), ElementsAre(2));
}

TEST(Paper5_2, AClusterOfOneElectsItself) {
  TestNode node({.configuration = Voters(1)});
  Timeout(node);
  EXPECT_EQ(node.raft().role(), Role::kLeader);
  EXPECT_EQ(node.raft().commit(), I(1));
}

TEST(Election, RB12_SteppingDownWithinATermKeepsTheVote) {
  TestNode node;
  Timeout(node);
  node.Step(Msg(2, 1, 1, PreVoteReply{true})).IgnoreError();
  ASSERT_EQ(node.raft().role(), Role::kCandidate);
  // The append does not match, and makes a follower of the candidate all the same.
  node.Step(AppendFrom(3, 1, At(5, 1))).IgnoreError();
  ASSERT_EQ(node.raft().role(), Role::kFollower);
  EXPECT_EQ(node.disk_hard_state().vote, N(1));
  node.Tick(10);  // no longer sticky
  node.Sent();
  node.Step(Msg(2, 1, 1, VoteRequest{At(9, 1), false})).IgnoreError();
  EXPECT_FALSE(Only<VoteReply>(node, 2).granted);
}

TEST(Election, RB15_TheOwnVoteIsDurableBeforeItCountsAndBeforeAnybodyIsAsked) {
  TestNode node;
  Timeout(node);
  node.Sent();
  node.persist_at_once = false;
  node.Step(Msg(2, 1, 1, PreVoteReply{true})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
  EXPECT_THAT(node.Sent(), IsEmpty());
  ASSERT_EQ(node.batches(), 1u);
  EXPECT_EQ(node.batch(0).hard_state, (HardState{T(1), N(1)}));
  // Even with the votes of all others there is no leader before the own vote is on disk.
  node.Step(Msg(2, 1, 1, VoteReply{true})).IgnoreError();
  node.Step(Msg(3, 1, 1, VoteReply{true})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
  node.PersistAll();
  EXPECT_EQ(node.raft().role(), Role::kLeader);
  EXPECT_THAT(Bodies<VoteRequest>(node.Sent()), SizeIs(2));
}

TEST(Election, RB15_ACrashBeforeTheOwnVoteIsDurableLeavesTheVoteFree) {
  TestNode node;
  Timeout(node);
  node.persist_at_once = false;
  node.Step(Msg(2, 1, 1, PreVoteReply{true})).IgnoreError();
  node.Drain();
  node.Restart();
  node.persist_at_once = true;
  EXPECT_EQ(node.raft().term(), T(0));
  node.Step(Msg(3, 1, 1, VoteRequest{At(0, 0), false})).IgnoreError();
  EXPECT_TRUE(Only<VoteReply>(node, 3).granted);
}

TEST(Election, I06_ACandidacyThatEndsWithdrawsRequestsNotSentYet) {
  for (const bool times_out : {false, true}) {
    TestNode node({.log_terms = {1, 1}, .term = 1});
    Timeout(node);
    node.Sent();
    // A driver that feeds several inputs before it takes effects.
    ASSERT_TRUE(node.raft().Step(Msg(2, 1, 2, PreVoteReply{true})).ok());
    ASSERT_EQ(node.raft().role(), Role::kCandidate);
    for (int i = 0; times_out && i < 10; ++i) node.raft().Tick();
    ASSERT_TRUE(node.raft().Step(AppendFrom(3, 2, At(1, 1), {MakeEntry(2, 2)})).ok());
    const std::vector<Message> sent = node.Sent();
    EXPECT_THAT(Bodies<VoteRequest>(sent), IsEmpty()) << "they claim an entry that is cut by now";
    EXPECT_THAT(Bodies<AppendReply>(sent, N(3)), SizeIs(1));
    EXPECT_EQ(node.disk_hard_state(), (HardState{T(2), N(1)})) << "the own vote stays";
  }
}

TEST(Election, M02_AVoteLeavesOnlyWhenDurable) {
  TestNode node;
  node.persist_at_once = false;
  node.Step(Msg(2, 1, 1, VoteRequest{At(0, 0), false})).IgnoreError();
  EXPECT_THAT(node.Sent(), IsEmpty());
  node.PersistAll();
  EXPECT_EQ(node.disk_hard_state(), (HardState{T(1), N(2)}));
  EXPECT_THAT(Bodies<VoteReply>(node.Sent()), SizeIs(1));
}

TEST(Election, RB13_TheVoteSurvivesARestart) {
  TestNode node;
  node.Step(Msg(2, 1, 1, VoteRequest{At(0, 0), false})).IgnoreError();
  node.Restart();
  node.Step(Msg(3, 1, 1, VoteRequest{At(0, 0), false})).IgnoreError();
  EXPECT_FALSE(Only<VoteReply>(node, 3).granted);
}

TEST(Election, RB11_VotesOfStrangersAndLearnersDoNotCount) {
  TestNode node({.configuration = Configuration(Ids(1, 3), {N(4)})});
  Timeout(node);
  node.Step(Msg(4, 1, 1, PreVoteReply{true})).IgnoreError();
  node.Step(Msg(9, 1, 1, PreVoteReply{true})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
  node.Step(Msg(2, 1, 1, PreVoteReply{true})).IgnoreError();
  node.Step(Msg(4, 1, 1, VoteReply{true})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
}

TEST(Election, RB32_BecomingLeaderCutsNothing) {
  TestNode node({.log_terms = {1, 1, 1, 1}, .term = 1});
  node.Lead();
  EXPECT_THAT(Terms(node.disk().entries()), ElementsAre(1, 1, 1, 1, 2));
  EXPECT_EQ(node.raft().commit(), I(0));
}

TEST(Election, RB43_OnlyVotersCampaign) {
  for (uint64_t id : {4, 9}) {  // a learner, a stranger
    TestNode node({.id = id, .configuration = Configuration(Ids(1, 3), {N(4)})});
    node.Tick(50);
    EXPECT_EQ(node.raft().role(), Role::kFollower);
    node.Step(Msg(1, id, 1, Heartbeat{})).IgnoreError();
    node.Step(Msg(1, id, 1, TimeoutNow{})).IgnoreError();
    EXPECT_EQ(node.raft().role(), Role::kFollower);
    EXPECT_EQ(node.raft().term(), T(1));
  }
}

TEST(PreVote, LV01_AGrantEchoesTheTermAskedForAndChangesNothing) {
  TestNode node({.term = 3});
  node.Step(Msg(2, 1, 8, PreVoteRequest{At(0, 0)})).IgnoreError();
  uint64_t term = 0;
  EXPECT_TRUE(Only<PreVoteReply>(node, 2, &term).granted);
  EXPECT_EQ(term, 8u);
  EXPECT_EQ(node.raft().term(), T(3));
  EXPECT_EQ(node.raft().hard_state().vote, std::nullopt);
}

TEST(PreVote, LV01_ARefusalCarriesTheRefusersTermAndTheAskerAdoptsIt) {
  TestNode node({.term = 7});
  node.Step(Msg(2, 1, 3, PreVoteRequest{At(0, 0)})).IgnoreError();
  uint64_t term = 0;
  EXPECT_FALSE(Only<PreVoteReply>(node, 2, &term).granted);
  EXPECT_EQ(term, 7u);

  TestNode asker;
  Timeout(asker);
  asker.Step(Msg(2, 1, 7, PreVoteReply{false})).IgnoreError();
  EXPECT_EQ(asker.raft().term(), T(7));
  EXPECT_EQ(asker.raft().role(), Role::kFollower);
  Timeout(asker);
  EXPECT_EQ(asker.raft().role(), Role::kPreCandidate);
  asker.Step(Msg(2, 1, 8, PreVoteReply{true})).IgnoreError();
  EXPECT_EQ(asker.raft().term(), T(8));
}

TEST(PreVote, AGrantForAnotherTermDoesNotCount) {
  TestNode node({.term = 5});
  Timeout(node);
  node.Step(Msg(2, 1, 5, PreVoteReply{true})).IgnoreError();
  node.Step(Msg(2, 1, 9, PreVoteReply{true})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
  EXPECT_EQ(node.raft().term(), T(5));
}

TEST(PreVote, LV02_OldTermsAreAnsweredNotDropped) {
  TestNode node({.term = 7});
  uint64_t term = 0;
  node.Step(AppendFrom(2, 3)).IgnoreError();
  EXPECT_FALSE(Only<AppendReply>(node, 2, &term).accepted);
  EXPECT_EQ(term, 7u);
  node.Step(Msg(2, 1, 3, Heartbeat{})).IgnoreError();
  Only<HeartbeatReply>(node, 2, &term);
  EXPECT_EQ(term, 7u);
  node.Step(Msg(2, 1, 3, VoteRequest{At(9, 3), false})).IgnoreError();
  EXPECT_FALSE(Only<VoteReply>(node, 2, &term).granted);
  EXPECT_EQ(term, 7u);
}

TEST(PreVote, LV04_APreCandidateHasForgottenItsLeader) {
  TestNode node;
  node.Step(AppendFrom(2, 1)).IgnoreError();
  node.random = 9;
  ASSERT_EQ(node.raft().leader(), N(2));
  node.Tick(20);
  ASSERT_EQ(node.raft().role(), Role::kPreCandidate);
  EXPECT_EQ(node.raft().leader(), std::nullopt);
  node.Sent();
  node.Step(Msg(3, 1, 2, PreVoteRequest{At(0, 0)})).IgnoreError();
  EXPECT_TRUE(Only<PreVoteReply>(node, 3).granted);
}

TEST(PreVote, LV05_StickinessDoesNotProtectALeaderAgainstItself) {
  TestNode node;
  node.Step(AppendFrom(2, 1)).IgnoreError();
  node.Sent();
  node.Step(Msg(2, 1, 2, PreVoteRequest{At(0, 0)})).IgnoreError();
  EXPECT_TRUE(Only<PreVoteReply>(node, 2).granted);
  node.Step(Msg(2, 1, 2, VoteRequest{At(0, 0), false})).IgnoreError();
  EXPECT_TRUE(Only<VoteReply>(node, 2).granted);
}

TEST(PreVote, LV06_GrantingOneDoesNotResetTheElectionTimer) {
  TestNode node;
  node.Tick(9);
  node.Step(Msg(2, 1, 1, PreVoteRequest{At(0, 0)})).IgnoreError();
  EXPECT_TRUE(Only<PreVoteReply>(node, 2).granted);
  node.Tick();
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
}

TEST(PreVote, LV06_ARealVoteResetsTheElectionTimer) {
  TestNode node;
  node.Tick(9);
  node.Step(Msg(2, 1, 1, VoteRequest{At(0, 0), false})).IgnoreError();
  node.Tick(9);
  EXPECT_EQ(node.raft().role(), Role::kFollower);
}

TEST(PreVote, LV06_ARefusedVoteDoesNotResetTheElectionTimer) {
  TestNode node({.log_terms = {1}, .term = 1});
  node.Tick(9);
  node.Step(Msg(2, 1, 2, VoteRequest{At(0, 0), false})).IgnoreError();
  node.Tick();
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
}

// Thesis 4.2.3.
TEST(Stickiness, M13_WhileALeaderIsHeardRequestsNeitherGetTheVoteNorRaiseTheTerm) {
  TestNode node;
  node.Step(AppendFrom(2, 1)).IgnoreError();
  node.Tick(9);
  node.Sent();
  node.Step(Msg(3, 1, 6, VoteRequest{At(9, 5), false})).IgnoreError();
  EXPECT_FALSE(Only<VoteReply>(node, 3).granted);
  node.Step(Msg(3, 1, 6, PreVoteRequest{At(9, 5)})).IgnoreError();
  EXPECT_FALSE(Only<PreVoteReply>(node, 3).granted);
  EXPECT_EQ(node.raft().term(), T(1));
  node.Step(Msg(3, 1, 6, VoteRequest{At(9, 5), true})).IgnoreError();
  EXPECT_TRUE(Only<VoteReply>(node, 3).granted) << "the leader itself has asked for this election";
}

TEST(Stickiness, EndsAfterOneElectionTimeoutOfSilence) {
  TestNode node;
  node.random = 9;
  node.Step(AppendFrom(2, 1)).IgnoreError();
  node.Tick(10);
  node.Sent();
  node.Step(Msg(3, 1, 6, VoteRequest{At(9, 5), false})).IgnoreError();
  EXPECT_TRUE(Only<VoteReply>(node, 3).granted);
}

TEST(Election, NoVoteIsGivenInATermThatHasALeader) {
  TestNode node;
  node.random = 9;
  node.Step(AppendFrom(2, 1)).IgnoreError();
  node.Tick(10);
  ASSERT_EQ(node.raft().hard_state().vote, std::nullopt);
  node.Sent();
  node.Step(Msg(3, 1, 1, VoteRequest{At(9, 1), false})).IgnoreError();
  EXPECT_FALSE(Only<VoteReply>(node, 3).granted);
}

TEST(Stickiness, ALeaderIsDeposedByNobodyWhoOnlyAsks) {
  TestNode node;
  node.Lead();
  node.Step(Msg(3, 1, 6, VoteRequest{At(9, 5), false})).IgnoreError();
  EXPECT_EQ(node.raft().role(), Role::kLeader);
  EXPECT_EQ(node.raft().term(), T(1));
}

// Thesis 6.2.
TEST(CheckQuorum, LV10_ALeaderThatNoMajorityAnswersStepsDownAndIsSilent) {
  TestNode node({.configuration = Voters(5)});
  node.Lead();
  node.Tick(10);
  EXPECT_EQ(node.raft().role(), Role::kFollower);
  EXPECT_EQ(node.raft().term(), T(1)) << "within the term";
  EXPECT_EQ(node.raft().hard_state().vote, N(1));
  node.Sent();
  node.Tick(5);
  EXPECT_THAT(Bodies<Heartbeat>(node.Sent()), IsEmpty());
}

TEST(CheckQuorum, AnswersOfAMajorityKeepTheLeader) {
  TestNode node({.configuration = Voters(5)});
  node.Lead();
  for (int i = 0; i < 10; ++i) {
    node.Tick(5);
    node.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
    node.Step(Msg(3, 1, 1, AppendReply{.accepted = true, .last = I(0)})).IgnoreError();
  }
  EXPECT_EQ(node.raft().role(), Role::kLeader);
}

TEST(CheckQuorum, M12_LearnersDoNotCountAndTheLeaderCountsOnce) {
  TestNode node({.configuration = Configuration(Ids(1, 4), {N(5), N(6)})});
  node.Lead();
  for (int i = 0; i < 2; ++i) {
    node.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
    node.Step(Msg(5, 1, 1, HeartbeatReply{})).IgnoreError();
    node.Step(Msg(6, 1, 1, HeartbeatReply{})).IgnoreError();
    node.Tick(5);
  }
  EXPECT_EQ(node.raft().role(), Role::kFollower);
}

TEST(CheckQuorum, LV12_ALeaderWhoseDiskHangsStepsDown) {
  TestNode node;
  node.Lead();
  node.Settle();
  node.persist_at_once = false;
  ASSERT_TRUE(node.Propose().ok());
  for (int i = 0; i < 12; ++i) {
    node.Drain();
    node.Tick();
    node.Step(Msg(2, 1, 1, HeartbeatReply{})).IgnoreError();
    node.Step(Msg(3, 1, 1, HeartbeatReply{})).IgnoreError();
  }
  EXPECT_EQ(node.raft().role(), Role::kFollower);
}

TEST(Election, TwoLeadersOfOneTermAreNotBelieved) {
  TestNode node;
  node.Step(AppendFrom(2, 1)).IgnoreError();
  EXPECT_EQ(node.Step(AppendFrom(3, 1)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(node.raft().leader(), N(2));
  TestNode leader;
  leader.Lead();
  EXPECT_EQ(leader.Step(AppendFrom(3, 1)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(leader.raft().role(), Role::kLeader);
}

TEST(Election, RoleChangesAreTold) {
  TestNode node;
  node.Lead();
  EXPECT_THAT(node.roles, ElementsAre(RoleChange{Role::kPreCandidate, T(0), std::nullopt},
                                      RoleChange{Role::kCandidate, T(1), std::nullopt},
                                      RoleChange{Role::kLeader, T(1), N(1)}));
}

TEST(Election, LV25_ALearnerThatIsAskedVotes) {
  TestNode node({.id = 4, .configuration = Configuration(Ids(1, 3), {N(4)})});
  node.Step(Msg(2, 4, 1, VoteRequest{At(0, 0), false})).IgnoreError();
  EXPECT_TRUE(Only<VoteReply>(node, 2).granted);
}

}  // namespace
}  // namespace symbolon::consensus
