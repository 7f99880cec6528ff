// The receiver's side of AppendEntries: Raft paper 5.3.

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A request of leader 2, with entries of the terms given after `prev`.
Message Append(uint64_t term, LogPosition prev, std::vector<uint64_t> terms, uint64_t commit = 0,
               uint64_t match = 0) {
  AppendRequest request{prev, {}, I(commit), 0, I(match)};
  for (uint64_t t : terms)
    request.entries.push_back(MakeEntry(prev.index.value() + request.entries.size() + 1, t));
  return Msg(2, 1, term, std::move(request));
}

AppendReply Reply(TestNode& node) {
  const std::vector<AppendReply> replies = Bodies<AppendReply>(node.Sent());
  EXPECT_THAT(replies, SizeIs(1));
  return replies.empty() ? AppendReply{} : replies.back();
}

TEST(Paper5_3, RB05_NothingIsCutByAnAppendThatAgrees) {
  TestNode node({.log_terms = {1, 1, 1, 1, 1}, .term = 1});
  node.Step(Append(1, At(1, 1), {1, 1})).IgnoreError();
  EXPECT_THAT(Terms(node.disk().entries()), ElementsAre(1, 1, 1, 1, 1));
  EXPECT_EQ(node.raft().last(), At(5, 1));
}

TEST(Paper5_3, RB24_OnlyWhatIsNewIsWritten) {
  TestNode node({.log_terms = {1, 1, 1}, .term = 2});
  node.persist_at_once = false;
  node.Step(Append(2, At(0, 0), {1, 1, 1, 2})).IgnoreError();
  node.Drain();
  ASSERT_EQ(node.batches(), 1u);
  ASSERT_THAT(node.batch(0).append, SizeIs(1));
  EXPECT_EQ(node.batch(0).append[0].index, I(4));
}

TEST(Paper5_3, RB06_TheAcknowledgementIsTheEndOfTheRequestNotOfTheLog) {
  TestNode node({.log_terms = {1, 1, 2, 2, 2}, .term = 3});
  node.Step(Append(3, At(1, 1), {1})).IgnoreError();
  const AppendReply reply = Reply(node);
  EXPECT_TRUE(reply.accepted);
  EXPECT_EQ(reply.last, I(2));
}

TEST(Paper5_3, RB07_CommitIsBoundedByWhatTheRequestProves) {
  TestNode node({.log_terms = {1, 1, 2, 2, 2}, .term = 3});
  node.Step(Append(3, At(1, 1), {1}, /*commit=*/5)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(2));
}

TEST(Paper5_3, RB08_AnEmptyAppendCommitsNoStaleTail) {
  TestNode node({.log_terms = {1, 1, 2, 2, 2}, .term = 3});
  node.Step(Append(3, At(2, 1), {}, /*commit=*/5)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(2));
  node.Step(Append(3, At(3, 3), {}, /*commit=*/5)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(2));
}

TEST(Paper5_3, RB08_AHeartbeatCommitsNoMoreThanTheLeaderKnowsToMatch) {
  TestNode node({.log_terms = {1, 1, 2, 2, 2}, .term = 3});
  node.Step(Msg(2, 1, 3, Heartbeat{I(5), 0, I(2)})).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(2));
}

TEST(Paper5_3, TheCommitIndexNeverFalls) {
  TestNode node({.log_terms = {1, 1, 1}, .term = 1});
  node.Step(Append(1, At(3, 1), {}, 3)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(3));
  node.Step(Append(1, At(1, 1), {}, 1)).IgnoreError();
  EXPECT_EQ(node.raft().commit(), I(3));
}

TEST(Follower, LV22_HintsSkipTerms) {
  TestNode node({.log_terms = {1, 1, 2, 2, 2, 2}, .term = 5});
  node.Step(Append(5, At(6, 1), {})).IgnoreError();
  EXPECT_EQ(Reply(node).hint, At(2, 1));
  node.Step(Append(5, At(9, 4), {})).IgnoreError();
  EXPECT_EQ(Reply(node).hint, At(6, 2));
}

TEST(Follower, M22_AnAcknowledgementLeavesOnlyWhenDurable) {
  TestNode node({.log_terms = {1}, .term = 1});
  node.persist_at_once = false;
  node.Step(Append(1, At(1, 1), {1})).IgnoreError();
  EXPECT_THAT(node.Sent(), IsEmpty());
  // Said again, still before the write is done.
  node.Step(Append(1, At(1, 1), {1})).IgnoreError();
  EXPECT_THAT(node.Sent(), IsEmpty());
  // What is durable may be acknowledged meanwhile.
  node.Step(Append(1, At(1, 1), {})).IgnoreError();
  EXPECT_EQ(Reply(node).last, I(1));
  node.PersistAll();
  EXPECT_THAT(Bodies<AppendReply>(node.Sent()), SizeIs(2));
}

TEST(Follower, ARefusalNeedsOnlyTheTermToBeDurable) {
  TestNode node({.log_terms = {1}, .term = 1});
  node.persist_at_once = false;
  node.Step(Append(1, At(1, 1), {1})).IgnoreError();
  node.Step(Append(1, At(9, 1), {1})).IgnoreError();
  EXPECT_FALSE(Reply(node).accepted);
  node.Step(Append(2, At(9, 1), {1})).IgnoreError();  // a new term
  EXPECT_THAT(node.Sent(), IsEmpty());
}

TEST(Follower, RB19_AfterATruncationNothingOldIsCalledDurable) {
  TestNode node({.log_terms = {1, 1, 1}, .term = 1});
  node.persist_at_once = false;
  node.Step(Append(2, At(1, 1), {2, 2})).IgnoreError();  // cuts 2 and 3, slow disk
  EXPECT_THAT(node.Sent(), IsEmpty());
  EXPECT_EQ(node.raft().durable(), I(1));
  node.Step(Append(2, At(3, 2), {})).IgnoreError();
  EXPECT_THAT(node.Sent(), IsEmpty());
  node.PersistAll();
  EXPECT_THAT(Bodies<AppendReply>(node.Sent()), SizeIs(2));
  EXPECT_THAT(Terms(node.disk().entries()), ElementsAre(1, 2, 2));
}

TEST(Follower, RB21_ALateCompletionDoesNotVouchForWhatReplacedTheWrite) {
  TestNode node({.log_terms = {1}, .term = 1});
  node.persist_at_once = false;
  auto append = [&](uint64_t leader, uint64_t term, LogPosition prev, uint64_t entry_term) {
    AppendRequest request{prev, {MakeEntry(2, entry_term)}, I(0), 0, I(0)};
    node.Step(Msg(leader, 1, term, std::move(request))).IgnoreError();
    node.Drain();
  };
  append(2, 1, At(1, 1), 1);
  append(3, 2, At(1, 1), 2);
  append(2, 3, At(1, 1), 3);
  ASSERT_EQ(node.batches(), 3u);
  node.PersistOne();
  EXPECT_EQ(node.raft().durable(), I(1));
  node.PersistOne();
  EXPECT_EQ(node.raft().durable(), I(1));
  node.PersistOne();
  EXPECT_EQ(node.raft().durable(), I(2));
}

TEST(Follower, APromiseOfATermLeftBehindIsWithdrawn) {
  TestNode node({.log_terms = {1}, .term = 1});
  // Both requests arrive before effects are taken: the entry acknowledged in term 1 is gone again.
  ASSERT_TRUE(node.raft().Step(Append(1, At(1, 1), {1})).ok());
  ASSERT_TRUE(node.raft().Step(Msg(3, 1, 2, AppendRequest{At(1, 1), {MakeEntry(2, 2)}, I(0), 0, I(0)})).ok());
  const std::vector<Message> sent = node.Sent();
  EXPECT_THAT(Bodies<AppendReply>(sent, N(2)), IsEmpty());
  EXPECT_THAT(Bodies<AppendReply>(sent, N(3)), SizeIs(1));
}

TEST(Follower, RB20_OtherBytesForAnEntryThatIsHereAreRefused) {
  TestNode node({.log_terms = {1}, .term = 1});
  node.Step(Append(1, At(1, 1), {1})).IgnoreError();
  node.Sent();
  AppendRequest request{At(1, 1), {MakeEntry(2, 1, "other bytes")}, I(2), 0, I(0)};
  EXPECT_EQ(node.Step(Msg(2, 1, 1, std::move(request))).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(node.raft().commit(), I(0));
  EXPECT_THAT(Bodies<AppendReply>(node.Sent()), IsEmpty());
}

TEST(Follower, ACommittedEntryIsNeverCut) {
  TestNode node({.log_terms = {1, 1, 1}, .term = 1});
  node.Step(Append(1, At(3, 1), {}, 3)).IgnoreError();
  const absl::Status status = node.Step(Append(2, At(1, 1), {2, 2}));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("committed entry 2"));
  EXPECT_THAT(Terms(node.disk().entries()), ElementsAre(1, 1, 1));
  EXPECT_EQ(node.raft().failure().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(node.Propose().ok());
}

TEST(Follower, RB26_ALeaderWithoutACommittedEntryMeansDamageNotAConflict) {
  TestNode node({.log_terms = {1, 1, 1}, .term = 1});
  node.Step(Append(1, At(3, 1), {}, 3)).IgnoreError();
  EXPECT_EQ(node.Step(Append(3, At(2, 2), {})).code(), absl::StatusCode::kDataLoss);
}

TEST(Follower, L22_AFollowerThatHasLessThanItAcknowledgedStops) {
  TestNode node({.log_terms = {1, 1}, .term = 1});
  const absl::Status status = node.Step(Append(1, At(2, 1), {}, 0, /*match=*/3));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("durable data was lost"));
  TestNode other({.log_terms = {1, 1}, .term = 1});
  EXPECT_EQ(other.Step(Msg(2, 1, 1, Heartbeat{I(0), 0, I(3)})).code(), absl::StatusCode::kDataLoss);
}

TEST(Follower, LV19_AFollowerAcceptsWhatItCanHoldAndAcknowledgesThat) {
  NodeSetup setup{.log_terms = {1}, .term = 1};
  const size_t one = MakeEntry(2, 1).bytes();
  setup.tune = [one](Options& options) { options.max_unpersisted_bytes = 2 * one; };
  TestNode node(setup);
  node.persist_at_once = false;
  node.Step(Append(1, At(1, 1), {1, 1, 1, 1})).IgnoreError();
  EXPECT_EQ(node.raft().last(), At(3, 1));
  node.Drain();
  node.Step(Append(1, At(3, 1), {1})).IgnoreError();
  EXPECT_EQ(node.raft().last(), At(3, 1)) << "no room before the write is done";
  node.Drain();
  node.PersistAll();
  const std::vector<AppendReply> replies = Bodies<AppendReply>(node.Sent());
  ASSERT_THAT(replies, SizeIs(2));
  for (const AppendReply& reply : replies) {
    EXPECT_TRUE(reply.accepted);
    EXPECT_TRUE(reply.partial);
    EXPECT_EQ(reply.last, I(3));
  }
  node.Step(Append(1, At(3, 1), {1})).IgnoreError();
  EXPECT_EQ(node.raft().last(), At(4, 1));
}

TEST(Follower, AnAppendOrHeartbeatOfTheTermResetsTheElectionTimer) {
  TestNode node;
  for (int i = 0; i < 4; ++i) {
    node.Tick(9);
    node.Step(i % 2 == 0 ? Append(1, At(0, 0), {}) : Msg(2, 1, 1, Heartbeat{})).IgnoreError();
  }
  EXPECT_EQ(node.raft().role(), Role::kFollower);
  EXPECT_EQ(node.raft().leader(), N(2));
}

TEST(Restart, RB18_EntriesWithoutATermAreRefused) {
  const MemoryLog log({1, 2});
  Options options;
  options.id = N(1);
  options.genesis = Voters(3);
  options.no_op = NoOpData;
  options.random = [] { return uint64_t{0}; };
  const absl::Status status = Raft::Create(options, HardState{}, &log).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("ends in term 2, the stored term is 0"));
  EXPECT_TRUE(Raft::Create(options, HardState{T(2), std::nullopt}, &log).ok());
}

TEST(Restart, AStateMachineAheadOfTheLogIsRefused) {
  const MemoryLog log({1, 2});
  Options options;
  options.id = N(1);
  options.genesis = Voters(3);
  options.no_op = NoOpData;
  options.random = [] { return uint64_t{0}; };
  options.applied = I(3);
  EXPECT_EQ(Raft::Create(options, HardState{T(2), std::nullopt}, &log).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(Restart, ContinuesFromWhatIsDurable) {
  TestNode node({.log_terms = {1, 1}, .term = 1});
  node.Step(Append(2, At(2, 1), {2, 2}, 3)).IgnoreError();
  ASSERT_TRUE(node.raft().Applied(I(3)).ok());
  node.Restart(I(3));
  EXPECT_EQ(node.raft().term(), T(2));
  EXPECT_EQ(node.raft().last(), At(4, 2));
  EXPECT_EQ(node.raft().commit(), I(3));
  EXPECT_EQ(node.raft().applied(), I(3));
}

TEST(Applied, NeverPassesCommitNorFalls) {
  TestNode node({.log_terms = {1, 1}, .term = 1});
  node.Step(Append(1, At(2, 1), {}, 2)).IgnoreError();
  EXPECT_FALSE(node.raft().Applied(I(3)).ok());
  EXPECT_TRUE(node.raft().Applied(I(2)).ok());
  EXPECT_FALSE(node.raft().Applied(I(1)).ok());
}

TEST(Persisted, RefusesATokenNeverHandedOut) {
  TestNode node;
  EXPECT_EQ(node.raft().Persisted(PersistToken(1)).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Effects, ApplicableWaitsForTheOwnDisk) {
  TestNode node({.log_terms = {1}, .term = 1});
  node.persist_at_once = false;
  node.Step(Append(1, At(1, 1), {1}, 2)).IgnoreError();
  node.Drain();
  EXPECT_EQ(node.batch(0).commit, I(2));
  EXPECT_EQ(node.batch(0).applicable, I(1));
  node.PersistOne();
  ASSERT_TRUE(node.raft().HasEffects());
  EXPECT_EQ(node.raft().TakeEffects()->applicable, I(2));
  EXPECT_FALSE(node.raft().HasEffects());
}

}  // namespace
}  // namespace symbolon::consensus
