// Changes of membership on one node: thesis 4.1, 4.2.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Configuration Members(std::vector<uint64_t> voters, std::vector<uint64_t> learners = {}) {
  std::vector<NodeId> v, l;
  for (uint64_t n : voters) v.push_back(N(n));
  for (uint64_t n : learners) l.push_back(N(n));
  return Configuration(v, l);
}

Message AppendFrom(uint64_t from, uint64_t term, LogPosition prev, std::vector<Entry> entries,
                   uint64_t commit = 0) {
  return Msg(from, 1, term, AppendRequest{prev, std::move(entries), I(commit), 0, I(0)});
}

// A leader of three whose own term is committed.
TestNode SettledLeader(Configuration configuration = Voters(3)) {
  TestNode node({.configuration = std::move(configuration)});
  node.Lead();
  node.Settle();
  return node;
}

// Node `from` answers what it was sent, everything of it.
void CatchUpWith(TestNode& leader, uint64_t from) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(leader.Acknowledge(from, leader.raft().last().index).ok());
}

std::string Refusal(const absl::StatusOr<LogPosition>& position) {
  EXPECT_FALSE(position.ok());
  return std::string(position.status().message());
}

// --- M1, M3, M4: the configuration is a function of the log ---

TEST(Membership, M04_IsInForceOnTheLeaderAsSoonAsItIsAppended) {
  TestNode leader = SettledLeader();
  leader.persist_at_once = false;
  ASSERT_TRUE(leader.Change(Members({1, 2, 3}, {4})).ok());
  EXPECT_EQ(leader.raft().configuration(), Members({1, 2, 3}, {4}));
  EXPECT_EQ(leader.raft().configuration_index(), I(2));
  EXPECT_EQ(leader.raft().commit(), I(1));
}

TEST(Membership, M04_IsInForceOnTheFollowerAsSoonAsItIsAppended) {
  TestNode node;
  ASSERT_TRUE(
      node.Step(AppendFrom(2, 1, At(0, 0), {MakeEntry(1, 1), MakeChange(2, 1, Members({1, 2}))})).ok());
  EXPECT_EQ(node.raft().configuration(), Members({1, 2}));
  EXPECT_EQ(node.raft().commit(), I(0));
}

// The whole set stands in the entry: what was in force before does not matter.
TEST(Membership, M03_TheEntrySaysTheWholeSet) {
  TestNode node({.configuration = Members({1, 2})});
  ASSERT_TRUE(node.Step(AppendFrom(2, 1, At(0, 0), {MakeChange(1, 1, Members({1, 2, 3}, {7, 8}))})).ok());
  EXPECT_EQ(node.raft().configuration(), Members({1, 2, 3}, {7, 8}));
}

// M-36: below none, one and two configuration entries; also right after a restart, when only the log is
// known.
TEST(Membership, RB38_TruncationBringsBackTheConfigurationBefore) {
  for (const bool restart : {false, true}) {
    for (uint64_t keep = 0; keep <= 3; ++keep) {
      TestNode node;
      ASSERT_TRUE(node.Step(AppendFrom(2, 1, At(0, 0),
                                       {MakeEntry(1, 1), MakeChange(2, 1, Members({1, 2, 3, 4})),
                                        MakeChange(3, 1, Members({1, 2, 3, 4, 5}))}))
                      .ok());
      if (restart) node.Restart();
      EXPECT_EQ(node.raft().configuration(), Members({1, 2, 3, 4, 5}));
      // A leader of term 2 that has `keep` of these entries, and a no-op.
      const LogPosition prev = keep == 0 ? At(0, 0) : At(keep, 1);
      ASSERT_TRUE(node.Step(AppendFrom(3, 2, prev, {MakeEntry(keep + 1, 2)})).ok());
      const std::vector<Configuration> expected = {Voters(3), Voters(3), Voters(4), Voters(5)};
      EXPECT_EQ(node.raft().configuration(), expected[keep]) << keep;
      node.Restart();
      EXPECT_EQ(node.raft().configuration(), expected[keep]) << keep << ", rebuilt from the log";
    }
  }
}

// RB-45: one source. What runs and what a start makes of the log are the same.
TEST(Membership, RB45_ARestartReadsFromTheLogWhatWasInForce) {
  TestNode leader = SettledLeader();
  const std::vector<Configuration> steps = {Members({1, 2, 3}, {4}), Members({1, 2, 3, 4}),
                                            Members({1, 2, 4}), Members({1, 2}, {4, 6})};
  for (const Configuration& next : steps) {
    CatchUpWith(leader, 4);
    ASSERT_TRUE(leader.Change(next).ok()) << next.ToString();
    leader.Settle();
    CatchUpWith(leader, 4);
    TestNode copy({.term = 1, .entries = leader.disk().entries()});
    EXPECT_EQ(copy.raft().configuration(), next);
    EXPECT_EQ(copy.raft().configuration_index(), leader.raft().configuration_index());
  }
}

TEST(Membership, RB45_AListOfConfigurationEntriesThatDoesNotFitTheLogIsRefusedAtStart) {
  struct WrongList : MemoryLog {
    absl::StatusOr<std::vector<Index>> ConfigurationIndexes() const override { return list; }
    std::vector<Index> list;
  };
  auto start = [](const WrongList& log) {
    Options options;
    options.id = N(1);
    options.genesis = Voters(3);
    options.read_configuration = ReadConfigurationData;
    options.no_op = NoOpData;
    options.random = [] { return 0; };
    return Raft::Create(options, HardState{T(5), std::nullopt}, &log).status();
  };
  WrongList log;
  log.Write({MakeEntry(1, 1), MakeChange(2, 1, Voters(4)), MakeChange(3, 1, Voters(6))});
  log.list = {I(2)};
  EXPECT_TRUE(start(log).ok());
  for (const std::vector<Index>& list :
       std::vector<std::vector<Index>>{{I(1)}, {I(4)}, {I(2), I(2)}, {I(0)}}) {
    log.list = list;
    EXPECT_TRUE(absl::IsDataLoss(start(log))) << list.front();
  }
  log.list = {I(2), I(3)};
  EXPECT_THAT(std::string(start(log).message()), HasSubstr("more than one voter"));
}

// --- what is refused on arrival ---

TEST(Membership, AConfigurationThatCannotBeReadOrIsNoneIsRefusedAndChangesNothing) {
  Entry unreadable = MakeEntry(2, 3, "gibberish");
  unreadable.kind = EntryKind::kConfiguration;
  const std::vector<Entry> bad = {unreadable, MakeChange(2, 3, Members({})),
                                  MakeChange(2, 3, Members({1, 1})), MakeChange(2, 3, Members({1, 2}, {2})),
                                  MakeChange(2, 3, Members({0, 1}))};
  for (const Entry& entry : bad) {
    TestNode node;
    EXPECT_TRUE(absl::IsInvalidArgument(node.Step(AppendFrom(2, 3, At(0, 0), {MakeEntry(1, 3), entry}))));
    EXPECT_EQ(node.raft().term(), T(0)) << "not even the term";
    EXPECT_EQ(node.raft().last(), At(0, 0));
    EXPECT_EQ(node.raft().configuration(), Voters(3));
    EXPECT_THAT(node.Sent(), IsEmpty());
  }
}

TEST(Membership, ANodeWithoutAReaderRefusesConfigurationEntries) {
  TestNode node({.tune = [](Options& options) { options.read_configuration = nullptr; }});
  EXPECT_FALSE(node.Step(AppendFrom(2, 3, At(0, 0), {MakeChange(1, 3, Voters(4))})).ok());
  EXPECT_EQ(node.raft().term(), T(0));
}

TEST(Membership, I11_AFollowerRefusesAChangeOfTwoVotersAtOnce) {
  TestNode node;
  ASSERT_TRUE(node.Step(AppendFrom(2, 1, At(0, 0), {MakeEntry(1, 1)})).ok());
  EXPECT_FALSE(node.Step(AppendFrom(2, 1, At(1, 1), {MakeChange(2, 1, Members({1}))})).ok());
  EXPECT_FALSE(node.Step(AppendFrom(2, 1, At(1, 1), {MakeChange(2, 1, Members({1, 2, 4}))})).ok());
  EXPECT_FALSE(
      node.Step(AppendFrom(2, 1, At(1, 1),
                           {MakeChange(2, 1, Voters(4)), MakeEntry(3, 1), MakeChange(4, 1, Voters(6))}))
          .ok());
  EXPECT_EQ(node.raft().last(), At(1, 1));
  EXPECT_TRUE(
      node.Step(AppendFrom(2, 1, At(1, 1), {MakeChange(2, 1, Voters(4)), MakeChange(3, 1, Voters(5))})).ok());
}

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
