// What the Raft paper says of terms, elections and votes (5.1, 5.2, 5.4.1), section by section, one test for
// each sentence that can be tested. docs/etcd-scenarios.md says which of them answers to which test of other
// implementations.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "tests/consensus/random.h"
#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr uint64_t kElection = TestNode::kElectionTicks;

// Ticks until the node's timer ends.
void Timeout(TestNode& node) {
  node.Tick(kElection + node.random % kElection);
}

// Node 1 of three, of term 1, in the role wanted.
void Become(TestNode& node, Role role) {
  std::vector<MessageBody> votes;
  if (role == Role::kCandidate || role == Role::kLeader) votes.push_back(PreVoteReply{true});
  if (role == Role::kLeader) votes.push_back(VoteReply{true});
  if (votes.empty()) node.Step(Msg(2, 1, 1, Heartbeat{})).IgnoreError();
  if (role != Role::kFollower) Timeout(node);
  for (const MessageBody& vote : votes) ASSERT_TRUE(node.Step(Msg(2, 1, 1, vote)).ok());
  ASSERT_EQ(node.raft().role(), role);
  ASSERT_EQ(node.raft().term(), T(1));
  node.Sent();
}

std::vector<MessageBody> BodiesOfEveryKind() {
  return {PreVoteReply{false}, VoteReply{false}, AppendRequest{}, AppendReply{},
          Heartbeat{},         HeartbeatReply{}, ReadReply{},     TimeoutNow{}};
}

std::vector<NodeId> Receivers(const std::vector<Message>& messages) {
  std::vector<NodeId> out;
  for (const Message& m : messages) out.push_back(m.to);
  return out;
}

// --- 5.1 ---

// "If one server's current term is smaller than the other's, then it updates its current term to the larger
// value. If a candidate or leader discovers that its term is out of date, it immediately reverts to follower
// state."
TEST(Paper5_1, ALargerTermIsAdoptedInEveryRoleAndMakesAFollower) {
  for (Role role : {Role::kFollower, Role::kPreCandidate, Role::kCandidate, Role::kLeader}) {
    for (const MessageBody& body : BodiesOfEveryKind()) {
      TestNode node;
      Become(node, role);
      const Message message = Msg(3, 1, 5, body);
      ASSERT_TRUE(node.Step(message).ok()) << message;
      EXPECT_EQ(node.raft().term(), T(5)) << role << ", " << message;
      EXPECT_EQ(node.raft().role(), Role::kFollower) << role << ", " << message;
      EXPECT_EQ(node.disk_hard_state(), (HardState{T(5), std::nullopt})) << role << ", " << message;
    }
  }
}

// "If a server receives a request with a stale term number, it rejects the request."
TEST(Paper5_1, AStaleTermIsRejected) {
  for (Role role : {Role::kFollower, Role::kCandidate, Role::kLeader}) {
    for (MessageBody body : BodiesOfEveryKind()) {
      TestNode node;
      Become(node, role);
      ASSERT_TRUE(node.Step(Msg(3, 1, 5, HeartbeatReply{})).ok());
      ASSERT_TRUE(node.Step(Msg(2, 1, 5, AppendRequest{At(0, 0), {MakeEntry(1, 5)}, I(0), 0, I(0)})).ok());
      const LogPosition last = node.raft().last();
      node.Sent();
      if (auto* request = std::get_if<AppendRequest>(&body))
        request->entries = {MakeEntry(1, 4), MakeEntry(2, 4)};
      const Message message = Msg(3, 1, 4, body);
      ASSERT_TRUE(node.Step(message).ok()) << message;
      EXPECT_EQ(node.raft().term(), T(5)) << message;
      EXPECT_EQ(node.raft().leader(), N(2)) << message;
      EXPECT_EQ(node.raft().last(), last) << message;
      const std::vector<Message> sent = node.Sent();
      for (const Message& m : sent) EXPECT_EQ(m.term, T(5)) << "the sender learns that it is out of date";
      if (std::holds_alternative<AppendRequest>(body)) {
        ASSERT_THAT(Bodies<AppendReply>(sent, N(3)), SizeIs(1));
        EXPECT_FALSE(Bodies<AppendReply>(sent, N(3))[0].accepted);
      }
    }
  }
}

TEST(Paper5_1, AStaleRequestForAVoteIsRejected) {
  TestNode node({.term = 5});
  ASSERT_TRUE(node.Step(Msg(3, 1, 4, VoteRequest{At(9, 4), false})).ok());
  const auto replies = Bodies<VoteReply>(node.Sent(), N(3));
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_FALSE(replies[0].granted);
  EXPECT_EQ(node.raft().hard_state(), (HardState{T(5), std::nullopt}));
}

// --- 5.2 ---

// "When servers start up, they begin as followers."
TEST(Paper5_2, ServersBeginAsFollowers) {
  for (uint64_t vote : {0, 1, 2}) {
    TestNode node({.log_terms = {1, 4}, .term = 4, .vote = vote});
    EXPECT_EQ(node.raft().role(), Role::kFollower);
    EXPECT_EQ(node.raft().leader(), std::nullopt);
    EXPECT_EQ(node.raft().term(), T(4));
  }
}

// "Leaders send periodic heartbeats to all followers in order to maintain their authority."
TEST(Paper5_2, ALeaderSendsHeartbeatsToAllFollowersPeriodically) {
  TestNode node({.configuration = Configuration(Ids(1, 3), {N(4)}),
                 .tune = [](Options& options) { options.heartbeat_ticks = 3; }});
  node.Lead();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(node.Propose().ok());
  node.Sent();
  for (int interval = 0; interval < 3; ++interval) {
    node.Tick(2);
    EXPECT_THAT(Bodies<Heartbeat>(node.Sent()), IsEmpty());
    node.Tick();
    const std::vector<Message> sent = node.Sent();
    EXPECT_THAT(Bodies<Heartbeat>(sent), SizeIs(3));
    EXPECT_THAT(Receivers(sent), UnorderedElementsAre(N(2), N(3), N(4)));
    for (const Heartbeat& heartbeat : Bodies<Heartbeat>(sent)) EXPECT_EQ(heartbeat.commit, I(0));
  }
}

// "If a follower receives no communication over a period of time called the election timeout, then it assumes
// there is no viable leader and begins an election to choose a new leader." (Thesis 9.6: it asks whether it
// could win, first.)
TEST(Paper5_2, AFollowerThatHearsNothingForAnElectionTimeoutBeginsAnElection) {
  TestNode node;
  Become(node, Role::kFollower);
  node.Tick(kElection - 1);
  EXPECT_EQ(node.raft().role(), Role::kFollower);
  EXPECT_THAT(node.Sent(), Each(testing::Field(&Message::to, N(2)))) << "it has only answered its leader";
  node.Tick();
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
  const std::vector<Message> asked = node.Sent();
  EXPECT_THAT(Bodies<PreVoteRequest>(asked), SizeIs(2));
  EXPECT_THAT(Receivers(asked), UnorderedElementsAre(N(2), N(3)));
  for (const Message& m : asked) EXPECT_EQ(m.term, T(2));
  EXPECT_EQ(node.raft().term(), T(1)) << "asking begins no term";

  // "To begin an election, a follower increments its current term and transitions to candidate state. It then
  // votes for itself and issues RequestVote RPCs in parallel to each of the other servers in the cluster."
  ASSERT_TRUE(node.Step(Msg(3, 1, 2, PreVoteReply{true})).ok());
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
  EXPECT_EQ(node.disk_hard_state(), (HardState{T(2), N(1)}));
  const std::vector<Message> sent = node.Sent();
  EXPECT_THAT(Bodies<VoteRequest>(sent), SizeIs(2));
  EXPECT_THAT(Receivers(sent), UnorderedElementsAre(N(2), N(3)));
  for (const Message& m : sent) EXPECT_EQ(m.term, T(2));
}

// "When this happens [a split vote], each candidate will time out and start a new election by incrementing
// its term and initiating another round of RequestVote RPCs."
TEST(Paper5_2, ACandidateThatTimesOutStartsANewElection) {
  TestNode node;
  Become(node, Role::kCandidate);
  node.Tick(kElection - 1);
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
  node.Tick();
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
  node.Sent();
  ASSERT_TRUE(node.Step(Msg(3, 1, 2, PreVoteReply{true})).ok());
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
  EXPECT_EQ(node.disk_hard_state(), (HardState{T(2), N(1)}));
  EXPECT_THAT(Bodies<VoteRequest>(node.Sent()), SizeIs(2));
}

// "A candidate continues in this state until one of three things happens: (a) it wins the election, (b)
// another server establishes itself as leader, or (c) a period of time goes by with no winner. [...] A
// candidate wins an election if it receives votes from a majority of the servers in the full cluster for the
// same term."
TEST(Paper5_2, OneRoundOfVotesIsWonByAMajorityAndLeftOpenByLess) {
  struct Case {
    uint64_t size;
    std::map<uint64_t, bool> votes;
    Role role;
  };
  const std::vector<Case> cases = {
      {1, {}, Role::kLeader},
      {3, {{2, true}}, Role::kLeader},
      {3, {{2, true}, {3, true}}, Role::kLeader},
      {3, {{2, false}, {3, true}}, Role::kLeader},
      {4, {{2, true}, {3, true}}, Role::kLeader},
      {5, {{2, true}, {3, true}}, Role::kLeader},
      {5, {{2, true}, {3, true}, {4, true}, {5, true}}, Role::kLeader},
      {5, {{2, false}, {3, false}, {4, true}, {5, true}}, Role::kLeader},
      {3, {}, Role::kCandidate},
      {3, {{2, false}, {3, false}}, Role::kCandidate},
      {4, {{2, true}, {3, false}}, Role::kCandidate},
      {5, {{2, true}}, Role::kCandidate},
      {5, {{2, true}, {3, false}, {4, false}, {5, false}}, Role::kCandidate},
  };
  for (const Case& c : cases) {
    TestNode node({.configuration = Voters(c.size)});
    Timeout(node);
    for (uint64_t voter = 2; node.raft().role() == Role::kPreCandidate; ++voter)
      ASSERT_TRUE(node.Step(Msg(voter, 1, 1, PreVoteReply{true})).ok());
    for (const auto& [voter, granted] : c.votes)
      ASSERT_TRUE(node.Step(Msg(voter, 1, 1, VoteReply{granted})).ok());
    EXPECT_EQ(node.raft().role(), c.role) << c.size << " servers, " << testing::PrintToString(c.votes);
    EXPECT_EQ(node.raft().term(), T(1));
  }
}

TEST(Paper5_2, AVoteCountsOnceHoweverOftenItComes) {
  TestNode node({.configuration = Voters(5)});
  Timeout(node);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(node.Step(Msg(2, 1, 1, PreVoteReply{true})).ok());
  EXPECT_EQ(node.raft().role(), Role::kPreCandidate);
  ASSERT_TRUE(node.Step(Msg(3, 1, 1, PreVoteReply{true})).ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(node.Step(Msg(2, 1, 1, VoteReply{true})).ok());
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
}

// "Each server will vote for at most one candidate in a given term, on a first-come-first-served basis."
TEST(Paper5_2, OneVotePerTermFirstComeFirstServed) {
  struct Case {
    uint64_t vote, candidate;
    bool granted;
  };
  for (const Case& c : std::vector<Case>{{0, 2, true},
                                         {0, 3, true},
                                         {2, 2, true},
                                         {3, 3, true},
                                         {2, 3, false},
                                         {3, 2, false},
                                         {1, 2, false}}) {
    TestNode node({.term = 1, .vote = c.vote});
    ASSERT_TRUE(node.Step(Msg(c.candidate, 1, 1, VoteRequest{At(9, 1), false})).ok());
    const auto replies = Bodies<VoteReply>(node.Sent(), N(c.candidate));
    ASSERT_THAT(replies, SizeIs(1));
    EXPECT_EQ(replies[0].granted, c.granted) << "voted for " << c.vote << ", asked by " << c.candidate;
    EXPECT_EQ(node.disk_hard_state().vote, N(c.vote == 0 ? c.candidate : c.vote));
  }
}

// "While waiting for votes, a candidate may receive an AppendEntries RPC from another server claiming to be
// leader. If the leader's term is at least as large as the candidate's current term, then the candidate
// recognizes the leader as legitimate and returns to follower state. If the term is smaller, then the
// candidate rejects the RPC and continues in candidate state."
TEST(Paper5_2, ACandidateRecognizesALeaderOfItsTermOrALaterOne) {
  for (Role role : {Role::kPreCandidate, Role::kCandidate}) {
    for (const MessageBody& body : {MessageBody(AppendRequest{}), MessageBody(Heartbeat{})}) {
      for (uint64_t term : {1, 2}) {
        TestNode node;
        Become(node, role);
        ASSERT_TRUE(node.Step(Msg(3, 1, term, body)).ok());
        EXPECT_EQ(node.raft().role(), Role::kFollower);
        EXPECT_EQ(node.raft().leader(), N(3));
        EXPECT_EQ(node.raft().term(), T(term));
      }
    }
  }
  TestNode node({.term = 4});
  Timeout(node);
  ASSERT_TRUE(node.Step(Msg(2, 1, 5, PreVoteReply{true})).ok());
  ASSERT_TRUE(node.Step(Msg(3, 1, 4, AppendRequest{})).ok());
  EXPECT_EQ(node.raft().role(), Role::kCandidate);
  EXPECT_EQ(node.raft().term(), T(5));
}

// How many ticks a node in `role` (follower or candidate) waits until it asks for votes.
uint64_t TicksUntilItAsks(TestNode& node) {
  for (uint64_t ticks = 1;; ++ticks) {
    node.Tick();
    if (!Bodies<PreVoteRequest>(node.Sent()).empty()) return ticks;
  }
}

NodeSetup WithRandom(uint64_t id, uint64_t size, Random& random) {
  return {.id = id, .configuration = Voters(size), .tune = [&random](Options& options) {
            options.random = [&random] { return random.Next(); };
          }};
}

// "Election timeouts are chosen randomly from a fixed interval."
TEST(Paper5_2, TimeoutsOfFollowersAndCandidatesAreRandom) {
  Random random(1);
  for (bool candidate : {false, true}) {
    std::set<uint64_t> seen;
    TestNode node(WithRandom(1, 3, random));
    for (uint64_t term = 1; term <= 500; ++term) {
      if (candidate) {
        if (node.raft().role() == Role::kFollower) TicksUntilItAsks(node);
        ASSERT_TRUE(node.Step(Msg(2, 1, term, PreVoteReply{true})).ok());
        ASSERT_EQ(node.raft().role(), Role::kCandidate);
      } else {
        ASSERT_TRUE(node.Step(Msg(2, 1, term, Heartbeat{})).ok());
        ASSERT_EQ(node.raft().role(), Role::kFollower);
      }
      node.Sent();
      seen.insert(TicksUntilItAsks(node));
    }
    EXPECT_THAT(seen, SizeIs(kElection)) << "each length comes up";
    EXPECT_EQ(*seen.begin(), kElection);
    EXPECT_EQ(*seen.rbegin(), 2 * kElection - 1);
  }
}

// "This spreads out the servers so that in most cases only a single server will time out."
TEST(Paper5_2, InMostCasesOnlyOneServerTimesOut) {
  Random random(2);
  for (bool candidates : {false, true}) {
    int conflicts = 0;
    constexpr int kRounds = 1000;
    std::deque<TestNode> nodes;
    for (uint64_t id = 1; id <= 5; ++id) nodes.emplace_back(WithRandom(id, 5, random));
    for (uint64_t term = 1; term <= kRounds; ++term) {
      for (TestNode& node : nodes) {
        // All timers start at this moment: everyone hears the same leader, or everyone has just begun an
        // election.
        const uint64_t id = node.id().value();
        const uint64_t leader = id == 5 ? 4 : 5;
        ASSERT_TRUE(node.Step(Msg(leader, id, 2 * term, Heartbeat{})).ok());
        if (candidates) node.Step(Msg(leader, id, 2 * term, TimeoutNow{})).IgnoreError();
        ASSERT_EQ(node.raft().role(), candidates ? Role::kCandidate : Role::kFollower);
        node.Sent();
      }
      int asking = 0;
      while (asking == 0) {
        for (TestNode& node : nodes) {
          node.Tick();
          asking += Bodies<PreVoteRequest>(node.Sent()).empty() ? 0 : 1;
        }
      }
      conflicts += asking > 1 ? 1 : 0;
    }
    // Of five timers that end within 10 ticks the first is alone with probability 0.75: sum of 5/10 *
    // (k/10)^4.
    EXPECT_LT(conflicts, 3 * kRounds / 10);
    EXPECT_GT(conflicts, 2 * kRounds / 10) << "or they are not drawn independently";
  }
}

// --- 5.4.1 ---

// "The RPC includes information about the candidate's log."
TEST(Paper5_4_1, ARequestForAVoteDescribesTheCandidatesLogAndGoesToAllOthers) {
  for (const std::vector<uint64_t>& log : std::vector<std::vector<uint64_t>>{{}, {1}, {1, 2}, {1, 1, 1, 3}}) {
    const uint64_t term = log.empty() ? 0 : log.back();
    TestNode node({.log_terms = log, .term = term});
    Timeout(node);
    const auto asked = Bodies<PreVoteRequest>(node.Sent());
    ASSERT_TRUE(node.Step(Msg(2, 1, term + 1, PreVoteReply{true})).ok());
    const std::vector<Message> sent = node.Sent();
    EXPECT_THAT(Receivers(sent), UnorderedElementsAre(N(2), N(3)));
    const LogPosition last = log.empty() ? LogPosition{} : At(log.size(), log.back());
    for (const PreVoteRequest& request : asked) EXPECT_EQ(request.last, last);
    for (const VoteRequest& request : Bodies<VoteRequest>(sent)) EXPECT_EQ(request.last, last);
    for (const Message& m : sent) EXPECT_EQ(m.term, T(term + 1));
  }
}

// "The voter denies its vote if its own log is more up-to-date than that of the candidate. [...] If the logs
// have last entries with different terms, then the log with the later term is more up-to-date. If the logs
// end with the same term, then whichever log is longer is more up-to-date."
TEST(Paper5_4_1, RB17_AVoterDeniesACandidateWhoseLogIsLessUpToDate) {
  for (uint64_t term : {2, 3, 4}) {
    for (uint64_t index : {2, 3, 4}) {
      const bool up_to_date = term > 3 || (term == 3 && index >= 3);
      TestNode voter({.log_terms = {1, 2, 3}, .term = 5});
      ASSERT_TRUE(voter.Step(Msg(2, 1, 6, VoteRequest{At(index, term), false})).ok());
      const auto votes = Bodies<VoteReply>(voter.Sent(), N(2));
      ASSERT_THAT(votes, SizeIs(1));
      EXPECT_EQ(votes[0].granted, up_to_date) << At(index, term);
      TestNode asked({.log_terms = {1, 2, 3}, .term = 5});
      ASSERT_TRUE(asked.Step(Msg(2, 1, 6, PreVoteRequest{At(index, term)})).ok());
      const auto answers = Bodies<PreVoteReply>(asked.Sent(), N(2));
      ASSERT_THAT(answers, SizeIs(1));
      EXPECT_EQ(answers[0].granted, up_to_date) << At(index, term);
    }
  }
}

TEST(Paper5_4_1, RB16_LearningATermIsNotGrantingAVote) {
  TestNode node({.log_terms = {1, 2, 3}, .term = 3});
  ASSERT_TRUE(node.Step(Msg(2, 1, 7, VoteRequest{At(1, 1), false})).ok());
  EXPECT_FALSE(Bodies<VoteReply>(node.Sent(), N(2)).at(0).granted);
  EXPECT_EQ(node.disk_hard_state(), (HardState{T(7), std::nullopt}));
  ASSERT_TRUE(node.Step(Msg(3, 1, 7, VoteRequest{At(3, 3), false})).ok());
  EXPECT_TRUE(Bodies<VoteReply>(node.Sent(), N(3)).at(0).granted);
}

}  // namespace
}  // namespace symbolon::consensus
