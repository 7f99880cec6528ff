// Full disks (LV-15) and bounded memory (I-14).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consensus/test_cluster.h"

namespace symbolon::consensus {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// --- disk full ---

TEST(DiskFull, LV15_ALeaderRefusesProposalsAndKeepsLeadingAndServingReads) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.raft(1).SetDiskFull(true);
  const auto refused = cluster[1].Propose();
  EXPECT_TRUE(IsNoSpace(refused.status())) << refused.status();
  EXPECT_EQ(RetryAt(refused.status()), std::nullopt);
  ASSERT_TRUE(cluster.raft(1).ReadIndex(ReadId(1)).ok());
  cluster.Tick(2);
  ASSERT_THAT(cluster[1].reads, SizeIs(1));
  EXPECT_TRUE(cluster[1].reads[0].confirmed);
  EXPECT_EQ(cluster.Leader(), 1u);
  ASSERT_TRUE(cluster.raft(1).TransferLeadership(N(2)).ok()) << "and can hand over";
  cluster.Tick(3);
  EXPECT_EQ(cluster.Leader(), 2u) << "the no-op of the new term fits in the reserve of node 1 too";
  EXPECT_EQ(cluster.raft(1).last(), cluster.raft(2).last());
}

TEST(DiskFull, LV15_AFollowerTakesNoProposalsAndSaysSoAndRecoversWithoutARestart) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.raft(2).SetDiskFull(true);
  for (int i = 0; i < 5; ++i) cluster[1].Propose().IgnoreError();
  cluster.Tick(5);
  EXPECT_EQ(cluster.raft(1).commit(), I(6)) << "the other two go on";
  EXPECT_EQ(cluster.raft(2).last(), At(1, 1));
  EXPECT_TRUE(cluster.raft(1).Peers()[0].full);
  EXPECT_FALSE(cluster.raft(1).Peers()[1].full);
  EXPECT_EQ(cluster.raft(2).leader(), N(1)) << "it follows and keeps quiet";
  cluster.raft(2).SetDiskFull(false);
  cluster.Tick(5);
  EXPECT_EQ(cluster.raft(2).commit(), I(6));
  EXPECT_FALSE(cluster.raft(1).Peers()[0].full);
}

TEST(DiskFull, LV15_WhatKeepsTheClusterGoingIsStillTaken) {
  TestNode follower;
  follower.raft().SetDiskFull(true);
  Entry no_op = MakeEntry(1, 1);
  no_op.kind = EntryKind::kNoOp;
  const Message append = Msg(
      2, 1, 1, AppendRequest{At(0, 0), {no_op, MakeChange(2, 1, Voters(4)), MakeEntry(3, 1)}, I(0), 0, I(0)});
  ASSERT_TRUE(follower.Step(append).ok());
  EXPECT_EQ(follower.raft().last(), At(2, 1));
  const auto replies = Bodies<AppendReply>(follower.Sent());
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_TRUE(replies[0].accepted);
  EXPECT_EQ(replies[0].last, I(2)) << "only what is there is acknowledged";
  EXPECT_TRUE(replies[0].full);
  ASSERT_TRUE(follower.Step(Msg(3, 1, 2, VoteRequest{At(2, 1), true})).ok());
  EXPECT_EQ(follower.disk_hard_state(), (HardState{T(2), N(3)})) << "and term and vote";
}

// The bytes that are not taken do not go back and forth: it is asked whether there is room, once a heartbeat.
TEST(DiskFull, LV15_ALeaderDoesNotKeepSendingWhatIsNotTaken) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.raft(2).SetDiskFull(true);
  cluster[1].Propose(std::string(1000, 'x')).IgnoreError();
  size_t requests = 0, bytes = 0;
  for (int i = 0; i < 30; ++i) {
    cluster[1].Tick();
    for (int k = 0; k < 4; ++k) {
      for (uint64_t from = 1; from <= 3; ++from) {
        for (const Message& m : cluster[from].Sent()) {
          const auto* append = std::get_if<AppendRequest>(&m.body);
          if (append && m.to == N(2)) {
            ++requests;
            for (const Entry& entry : append->entries) bytes += entry.bytes();
          }
          EXPECT_TRUE(cluster[m.to.value()].Step(m).ok());
        }
      }
    }
  }
  EXPECT_GE(requests, 10u) << "it does ask again";
  EXPECT_LE(requests, 35u);
  EXPECT_LE(bytes, 1100u) << "sent once, before it was known";
}

TEST(DiskFull, LV15_WhoIsFullCampaignsAfterTheOthers) {
  TestCluster cluster(3);
  cluster.Elect(1);
  cluster.Tick(2);
  cluster.raft(2).SetDiskFull(true);
  cluster.Tick();  // draws its timeout anew
  cluster.Down(1);
  cluster[2].random = 0;
  cluster.Tick(40);
  EXPECT_EQ(cluster.Leader(), 3u);
  TestNode alone({.configuration = Voters(1)});
  alone.raft().SetDiskFull(true);
  alone.Tick(60);
  EXPECT_EQ(alone.raft().role(), Role::kLeader);
}

// --- memory ---

// A majority that commits faster than the leader's own disk writes must not fill the leader's memory.
TEST(Memory, I14_AProposalWaitsForTheLeadersOwnDisk) {
  TestNode leader({.tune = [](Options& options) {
    options.max_unpersisted_bytes = 2000;
    options.tail_cache_bytes = 0;
  }});
  leader.Lead();
  leader.Settle();
  leader.persist_at_once = false;
  size_t accepted = 0;
  absl::Status refused;
  for (int i = 0; i < 100 && refused.ok(); ++i) {
    refused = leader.Propose(std::string(100, 'x')).status();
    if (refused.ok()) ++accepted;
    leader.Drain();
    for (uint64_t from : {2, 3}) leader.Acknowledge(from, leader.raft().last().index).IgnoreError();
    leader.Drain();
    EXPECT_EQ(leader.raft().commit(), leader.raft().last().index) << "two others have it";
  }
  EXPECT_TRUE(IsBusy(refused)) << refused;
  EXPECT_GE(accepted, 10u);
  EXPECT_LE(leader.raft().MemoryBytes(), 2000 + 500u);
  leader.PersistAll();
  EXPECT_TRUE(leader.Propose().ok()) << "and is taken again when the disk has caught up";
}

TEST(Memory, I14_CallersOfFormerTermsCount) {
  TestNode leader({.configuration = Voters(3), .tune = [](Options& options) {
                     options.max_uncommitted_bytes = 1000;
                     options.proposal_timeout_ticks = 1000;
                   }});
  size_t waiting = 0;
  for (uint64_t round = 0; round < 10; ++round) {
    leader.Lead();
    while (leader.Propose().ok()) ++waiting;
    waiting -= leader.proposals.size();
    leader.proposals.clear();
    EXPECT_LE(waiting * Entry::kOverhead, 1000 + Entry::kOverhead);
    leader.Step(Msg(2, 1, leader.raft().term().value() + 1, HeartbeatReply{})).IgnoreError();
  }
}

TEST(Memory, I14_S66_WithoutAQuorumMemoryIsFlat) {
  TestNode leader({.tune = [](Options& options) { options.max_uncommitted_bytes = 5000; }});
  leader.Lead();
  size_t most = 0;
  for (int i = 0; i < 10000; ++i) {
    leader.Propose("flood").IgnoreError();
    if (i == 1000) most = leader.raft().MemoryBytes();
  }
  EXPECT_GT(most, 5000u);
  EXPECT_EQ(leader.raft().MemoryBytes(), most);
}

TEST(Memory, I14_S67_ASlowFollowerCostsItsWindowAndNoMore) {
  TestNode leader({.tune = [](Options& options) {
    options.max_inflight_bytes = 3000;
    options.max_append_bytes = 1000;
    options.tail_cache_bytes = 2000;
  }});
  leader.Lead();
  leader.Settle();
  size_t messages = 0, bytes = 0;
  for (int i = 0; i < 2000; ++i) {
    leader.Propose(std::string(50, 'x')).IgnoreError();
    leader.Acknowledge(2, leader.raft().last().index).IgnoreError();
    EXPECT_LE(leader.raft().MemoryBytes(), 2000 + 300u);
    for (const Message& m : leader.Sent()) {
      if (m.to != N(3)) continue;
      ++messages;
      for (const Entry& entry : std::get<AppendRequest>(m.body).entries) bytes += entry.bytes();
    }
  }
  EXPECT_LE(bytes, 3000 + 1000u) << "what node 3 never answers";
  EXPECT_LE(messages, 2 * 64u);
}

}  // namespace
}  // namespace symbolon::consensus
