#include "consensus/fingerprint.h"

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

// A leader with a follower that is behind, a proposal, a read, a transfer and a write under way.
void MakeBusy(TestNode& node) {
  node.Lead();
  node.Settle();
  node.persist_at_once = false;
  ASSERT_TRUE(node.raft().ReadIndex(ReadId(7)).ok());
  ASSERT_TRUE(node.Propose().ok());
  ASSERT_TRUE(node.raft().TransferLeadership(N(2)).ok());
  node.Drain();
}

TEST(Clone, DoesWhatTheOriginalDoes) {
  TestNode node;
  MakeBusy(node);
  const std::unique_ptr<Raft> copy = node.raft().Clone(&node.disk());
  const std::vector<Message> inputs = {
      Msg(2, 1, 1, AppendReply{.accepted = true, .last = I(2), .round = 1}),
      Msg(3, 1, 1, HeartbeatReply{.round = 1}),
      Msg(3, 1, 2, VoteRequest{At(2, 1), true}),
      Msg(3, 1, 2, Heartbeat{}),
      Msg(2, 1, 0, ReadRequest{3}),
  };
  for (const Message& input : inputs) {
    std::vector<std::string> said[2];
    int i = 0;
    for (Raft* raft : {&node.raft(), copy.get()}) {
      ASSERT_TRUE(raft->Step(input).ok());
      raft->Tick();
      const Effects effects = *raft->TakeEffects();
      for (const Message& m : effects.messages_now) said[i].push_back(Fingerprint::Of(m));
      for (const Message& m : effects.messages_after_persist) said[i].push_back(Fingerprint::Of(m));
      ++i;
    }
    EXPECT_EQ(said[0], said[1]) << input;
    EXPECT_EQ(Fingerprint::Of(node.raft()), Fingerprint::Of(*copy)) << input;
  }
}

TEST(Clone, GoesItsOwnWay) {
  TestNode node;
  MakeBusy(node);
  const std::string before = Fingerprint::Of(node.raft());
  const std::unique_ptr<Raft> copy = node.raft().Clone(&node.disk());
  ASSERT_TRUE(copy->Step(Msg(2, 1, 5, Heartbeat{})).ok());
  ASSERT_TRUE(copy->TakeEffects().ok());
  EXPECT_EQ(copy->term(), T(5));
  EXPECT_EQ(Fingerprint::Of(node.raft()), before);
  EXPECT_NE(Fingerprint::Of(*copy), before);
}

TEST(Clone, ReadsTheLogThatItWasGiven) {
  TestNode node({.log_terms = {1, 1}, .term = 1});
  MemoryLog other({1, 1});
  const std::unique_ptr<Raft> copy = node.raft().Clone(&other);
  ASSERT_TRUE(copy->Entries(I(1), I(2), 1000).ok());
  EXPECT_EQ(node.disk().reads(), 0u);
  EXPECT_EQ(other.reads(), 1u);
}

TEST(Fingerprint, TimeAndTokensAreDifferences) {
  TestNode node;
  node.Lead();
  node.Settle();
  const std::string before = Fingerprint::Of(node.raft());
  for (uint64_t i = 0; i < 2 * TestNode::kElectionTicks; ++i) {
    node.Tick();
    ASSERT_TRUE(node.Step(Msg(2, 1, 1, HeartbeatReply{})).ok());
    ASSERT_TRUE(node.Step(Msg(3, 1, 1, HeartbeatReply{})).ok());
  }
  EXPECT_EQ(node.raft().role(), Role::kLeader);
  EXPECT_EQ(Fingerprint::Of(node.raft()), before);
}

TEST(Fingerprint, AWaitThatGoesOnIsAnotherStateUntilItIsOver) {
  TestNode node({.tune = [](Options& options) { options.proposal_timeout_ticks = 20; }});
  node.Lead();
  node.Settle();
  ASSERT_TRUE(node.Propose().ok());
  node.Sent();
  const std::string before = Fingerprint::Of(node.raft());
  node.Tick();
  EXPECT_NE(Fingerprint::Of(node.raft()), before);
}

TEST(Fingerprint, TellsEntriesOfOnePlaceApart) {
  EXPECT_NE(Fingerprint::Of(MakeEntry(1, 1, "a")), Fingerprint::Of(MakeEntry(1, 1, "b")));
  AppendRequest a, b;
  a.entries = {MakeEntry(1, 1, "a")};
  b.entries = {MakeEntry(1, 1, "b")};
  EXPECT_NE(Fingerprint::Of(Msg(1, 2, 1, a)), Fingerprint::Of(Msg(1, 2, 1, b)));
}

}  // namespace
}  // namespace symbolon::consensus
