// What the Raft paper says of log replication and commitment (5.3, 5.4.2), section by section, one test for
// each sentence that can be tested. docs/etcd-scenarios.md says which of them answers to which test of other
// implementations.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::vector<NodeId> Receivers(const std::vector<Message>& messages) {
  std::vector<NodeId> out;
  for (const Message& m : messages) out.push_back(m.to);
  return out;
}

Message Append(uint64_t term, LogPosition prev, const std::vector<uint64_t>& terms, uint64_t commit = 0) {
  AppendRequest request{prev, {}, I(commit), 0, I(0)};
  for (uint64_t t : terms)
    request.entries.push_back(MakeEntry(prev.index.value() + request.entries.size() + 1, t));
  return Msg(2, 1, term, std::move(request));
}

// --- 5.3 ---

// "The leader appends the command to its log as a new entry, then issues AppendEntries RPCs in parallel to
// each of the other servers to replicate the entry. [...] When sending an AppendEntries RPC, the leader
// includes the index and term of the entry in its log that immediately precedes the new entries."
TEST(Paper5_3, ALeaderAppendsACommandAndReplicatesItToEachOtherServer) {
  TestNode node({.log_terms = {1, 2}, .term = 2});
  node.Lead();
  node.Settle();
  const LogPosition before = node.raft().last();
  ASSERT_EQ(before, At(3, 3));
  ASSERT_EQ(node.Propose("some data").value(), At(4, 3));
  EXPECT_EQ(node.raft().commit(), I(3));
  EXPECT_EQ(node.disk().entries().back().data->header, "(4, 3) some data");
  const std::vector<Message> sent = node.Sent();
  EXPECT_THAT(Receivers(sent), UnorderedElementsAre(N(2), N(3)));
  for (const AppendRequest& request : Bodies<AppendRequest>(sent)) {
    EXPECT_EQ(request.prev, before);
    ASSERT_THAT(request.entries, SizeIs(1));
    EXPECT_EQ(request.entries[0].position(), At(4, 3));
    EXPECT_EQ(request.entries[0].data->header, "(4, 3) some data");
    EXPECT_EQ(request.commit, I(3));
  }
}

// "When the entry has been safely replicated, the leader applies the entry to its state machine and returns
// the result
// [...]. The leader keeps track of the highest index it knows to be committed, and it includes that index in
// future AppendEntries RPCs (including heartbeats) so that the other servers eventually find out."
TEST(Paper5_3, ALeaderGivesOutWhatIsCommittedAndTellsTheOthers) {
  TestNode node({.configuration = Voters(5)});
  node.Lead();
  node.Settle();
  ASSERT_EQ(node.Propose().value(), At(2, 1));
  node.Sent();
  for (uint64_t follower : {2, 3}) ASSERT_TRUE(node.Acknowledge(follower, I(2)).ok());
  EXPECT_EQ(node.raft().commit(), I(2));
  ASSERT_THAT(node.proposals, SizeIs(1));
  EXPECT_EQ(node.proposals[0].position, At(2, 1));
  EXPECT_EQ(node.proposals[0].outcome, Outcome::kCommitted);
  const std::vector<Entry> entries = node.raft().Entries(I(2), node.raft().commit(), 1000).value();
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].data->header, "(2, 1) x");
  const std::vector<Message> sent = node.Sent();
  EXPECT_THAT(Receivers(sent), UnorderedElementsAre(N(2), N(3), N(4), N(5)));
  for (const AppendRequest& request : Bodies<AppendRequest>(sent)) EXPECT_EQ(request.commit, I(2));
  node.Tick();
  for (const Heartbeat& heartbeat : Bodies<Heartbeat>(node.Sent(), N(2))) EXPECT_EQ(heartbeat.commit, I(2));
}

// "A log entry is committed once the leader that created the entry has replicated it on a majority of the
// servers."
TEST(Paper5_3, AnEntryIsCommittedOnceItIsOnAMajority) {
  struct Case {
    uint64_t size;
    std::vector<uint64_t> acceptors;
    bool committed;
  };
  const std::vector<Case> cases = {
      {1, {}, true},     {2, {}, false},    {2, {2}, true},       {3, {}, false},
      {3, {2}, true},    {3, {3}, true},    {3, {2, 3}, true},    {4, {2}, false},
      {4, {2, 4}, true}, {5, {}, false},    {5, {2}, false},      {5, {2, 3}, true},
      {5, {4, 5}, true}, {5, {2, 4}, true}, {5, {2, 3, 4}, true}, {5, {2, 3, 4, 5}, true},
  };
  for (const Case& c : cases) {
    TestNode node({.configuration = Voters(c.size)});
    node.Lead();
    node.Settle();
    ASSERT_TRUE(node.Propose().ok());
    for (uint64_t follower : c.acceptors) ASSERT_TRUE(node.Acknowledge(follower, I(2)).ok());
    EXPECT_EQ(node.raft().commit(), I(c.committed ? 2 : 1))
        << c.size << " servers, accepted by " << testing::PrintToString(c.acceptors);
  }
}

// "This also commits all preceding entries in the leader's log, including entries created by previous
// leaders."
TEST(Paper5_3, ACommittedEntryCommitsAllBeforeIt) {
  for (const std::vector<uint64_t>& log :
       std::vector<std::vector<uint64_t>>{{}, {2}, {1, 2}, {1}, {1, 1, 2, 2}}) {
    TestNode node({.log_terms = log, .term = 2});
    node.Lead();
    ASSERT_TRUE(node.Propose().ok());
    const Index last = node.raft().last().index;
    ASSERT_EQ(last, I(log.size() + 2));
    EXPECT_EQ(node.raft().commit(), I(0));
    ASSERT_TRUE(node.Acknowledge(2, last).ok());
    EXPECT_EQ(node.raft().commit(), last);
    std::vector<uint64_t> terms = log;
    terms.insert(terms.end(), {3, 3});
    EXPECT_EQ(Terms(node.raft().Entries(I(1), last, 1 << 20).value()), terms) << "in log order";
  }
}

// "Once a follower learns that a log entry is committed, it applies the entry to its local state machine (in
// log order)."
TEST(Paper5_3, AFollowerGivesOutWhatItLearnsIsCommitted) {
  for (uint64_t commit : {0, 1, 2, 3}) {
    TestNode node;
    ASSERT_TRUE(node.Step(Append(1, At(0, 0), {1, 1, 1}, commit)).ok());
    EXPECT_EQ(node.raft().commit(), I(commit));
    if (commit == 0) continue;
    const std::vector<Entry> entries = node.raft().Entries(I(1), node.raft().commit(), 1 << 20).value();
    ASSERT_THAT(entries, SizeIs(commit));
    for (uint64_t i = 0; i < commit; ++i) EXPECT_EQ(entries[i].position(), At(i + 1, 1));
  }
}

// "If the follower does not find an entry in its log with the same index and term, then it refuses the new
// entries."
TEST(Paper5_3, AFollowerRefusesEntriesWhoseLinkToItsLogIsMissing) {
  struct Case {
    LogPosition prev;
    bool accepted;
  };
  for (const Case& c : std::vector<Case>{{At(0, 0), true},
                                         {At(1, 1), true},
                                         {At(2, 2), true},
                                         {At(2, 1), false},
                                         {At(2, 3), false},
                                         {At(3, 2), false},
                                         {At(3, 3), false},
                                         {At(9, 3), false}}) {
    TestNode node({.log_terms = {1, 2}, .term = 3});
    ASSERT_TRUE(node.Step(Append(3, c.prev, {})).ok());
    const auto replies = Bodies<AppendReply>(node.Sent(), N(2));
    ASSERT_THAT(replies, SizeIs(1));
    EXPECT_EQ(replies[0].accepted, c.accepted) << c.prev;
    EXPECT_EQ(c.accepted ? replies[0].last : replies[0].prev, c.prev.index);
    ASSERT_TRUE(node.Step(Append(3, c.prev, {3})).ok());
    EXPECT_EQ(Terms(node.disk().entries()).back(), c.accepted ? 3u : 2u) << c.prev;
  }
}

// Figure 2, AppendEntries 3 and 4: "If an existing entry conflicts with a new one (same index but different
// terms), delete the existing entry and all that follow it. Append any new entries not already in the log."
TEST(Paper5_3, AFollowerDeletesWhatConflictsAndAppendsWhatIsNew) {
  struct Case {
    LogPosition prev;
    std::vector<uint64_t> terms;
    std::vector<uint64_t> log;
    std::vector<uint64_t> written;  // indexes
  };
  const std::vector<Case> cases = {
      {At(2, 2), {3}, {1, 2, 3}, {3}},        // goes on
      {At(1, 1), {3, 4}, {1, 3, 4}, {2, 3}},  // conflicts at 2
      {At(0, 0), {3}, {3}, {1}},              // conflicts at 1
      {At(0, 0), {1}, {1, 2}, {}},            // is there already; what follows stays
      {At(0, 0), {1, 2, 2}, {1, 2, 2}, {3}},  // partly new
      {At(0, 0), {1, 2}, {1, 2}, {}},         // said again
      {At(1, 1), {2, 4, 4}, {1, 2, 4, 4}, {3, 4}},
  };
  for (const Case& c : cases) {
    TestNode node({.log_terms = {1, 2}, .term = 4});
    node.persist_at_once = false;
    ASSERT_TRUE(node.Step(Append(4, c.prev, c.terms)).ok());
    node.Drain();
    std::vector<uint64_t> written;
    for (size_t i = 0; i < node.batches(); ++i) {
      for (const Entry& entry : node.batch(i).append) written.push_back(entry.index.value());
    }
    EXPECT_EQ(written, c.written);
    node.PersistAll();
    EXPECT_EQ(Terms(node.disk().entries()), c.log);
    const auto replies = Bodies<AppendReply>(node.Sent(), N(2));
    ASSERT_THAT(replies, SizeIs(1));
    EXPECT_TRUE(replies[0].accepted);
    EXPECT_EQ(replies[0].last, c.prev.index + c.terms.size());
  }
}

// Figure 7: "When the leader at the top comes to power, it is possible that any of scenarios (a-f) could
// occur in follower logs. [...] In Raft, the leader handles inconsistencies by forcing the followers' logs to
// duplicate its own."
TEST(Paper5_3, ALeaderBringsEveryFollowerOfFigure7IntoLine) {
  const std::vector<uint64_t> leaders = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
  const std::vector<std::vector<uint64_t>> followers = {
      {1, 1, 1, 4, 4, 5, 5, 6, 6},          {1, 1, 1, 4},          {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},
      {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7}, {1, 1, 1, 4, 4, 4, 4}, {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3},
  };
  for (const std::vector<uint64_t>& log : followers) {
    TestNode leader({.log_terms = leaders, .term = 7});
    TestNode follower({.id = 2, .log_terms = log, .term = 7});
    leader.Lead();  // by the votes of others, as far as they are needed
    ASSERT_EQ(leader.raft().term(), T(8));
    leader.Tick(2);  // what was sent for the no-op is lost; a heartbeat finds out
    ASSERT_TRUE(leader.Propose().ok());
    bool more = true;
    for (int round = 0; more && round < 100; ++round) {
      more = false;
      leader.Tick();
      for (const Message& m : leader.Sent()) {
        if (m.to != N(2)) continue;
        ASSERT_TRUE(follower.Step(m).ok()) << m;
      }
      for (const Message& m : follower.Sent()) {
        const auto* reply = std::get_if<AppendReply>(&m.body);
        more |= reply && !(reply->accepted && reply->last == leader.raft().last().index);
        more |= !reply && follower.raft().last() != leader.raft().last();
        ASSERT_TRUE(leader.Step(m).ok()) << m;
      }
    }
    std::vector<uint64_t> expected = leaders;
    expected.insert(expected.end(), {8, 8});
    EXPECT_EQ(Terms(leader.disk().entries()), expected)
        << "a leader never overwrites or deletes in its own log";
    EXPECT_EQ(Terms(follower.disk().entries()), expected) << testing::PrintToString(log);
    EXPECT_EQ(leader.raft().commit(), I(12));
  }
}

// --- 5.4.2 ---

// "Raft never commits log entries from previous terms by counting replicas. Only log entries from the
// leader's current term are committed by counting replicas; once an entry from the current term has been
// committed in this way, then all prior entries are committed indirectly because of the Log Matching
// Property."
TEST(Paper5_4_2, RB01_OnlyEntriesOfTheCurrentTermAreCommittedByCounting) {
  TestNode node({.configuration = Voters(5), .log_terms = {1, 2}, .term = 3});
  node.Lead();
  ASSERT_EQ(node.raft().last(), At(3, 4));
  for (uint64_t index : {1, 2}) {
    for (uint64_t follower : {2, 3, 4, 5}) ASSERT_TRUE(node.Acknowledge(follower, I(index)).ok());
    EXPECT_EQ(node.raft().commit(), I(0)) << "entry " << index << " is on all five, and still not committed";
  }
  ASSERT_TRUE(node.Acknowledge(2, I(3)).ok());
  EXPECT_EQ(node.raft().commit(), I(0));
  ASSERT_TRUE(node.Acknowledge(3, I(3)).ok());
  EXPECT_EQ(node.raft().commit(), I(3)) << "with the first entry of the own term";
}

}  // namespace
}  // namespace symbolon::consensus
