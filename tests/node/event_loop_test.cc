#include "node/event_loop.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "storage/raft_log.h"
#include "tests/node/hand_runtime.h"
#include "tests/node/test_network.h"

namespace symbolon::node {
namespace {

using namespace consensus;  // NOLINT(google-build-using-namespace)

struct Listener final : public LoopListener {
  void OnAppend(const std::vector<Entry>&) override {}
  void OnApplicable(Index) override {}
  void OnRead(const ReadState&) override {}
  void OnProposal(const ProposalOutcome&) override {}
  void OnRole(const RoleChange&) override {}
  void OnTransfer(const TransferOutcome&) override {}
  void OnRemoved(LogPosition) override {}
  void OnApplied(Raft&, Index) override {}
  void OnTick(Raft&) override {}
  void OnStandstill(bool now) override { stands_still = now; }
  void OnRefused(NodeId, const absl::Status& why) override { ADD_FAILURE() << why; }
  void OnFailure(const absl::Status& why) override { ADD_FAILURE() << why; }

  bool stands_still = false;
};

// Node 1 of three; the others are the test.
class EventLoopTest : public testing::Test {
 protected:
  static constexpr uint64_t kElectionTicks = 10, kSilentAfter = 2 * kElectionTicks;

  void SetUp() override {
    storage::Options files;
    files.dir = network_.dir() + "/store";
    files.create_if_missing = true;
    store_ = *storage::Store::Open(files, {network_.network(), 1});
    log_ = *storage::RaftLog::Open(store_.get());
    consensus::Options options;
    options.id = NodeId(1);
    options.genesis = Configuration({NodeId(1), NodeId(2), NodeId(3)}, {});
    options.read_configuration = [](const EntryData&) { return absl::UnimplementedError(""); };
    options.no_op = [](Index, Term) { return Data(); };
    options.random = [] { return uint64_t{0}; };
    options.election_ticks = kElectionTicks;
    options.heartbeat_ticks = 1;
    loop_ = std::make_unique<EventLoop>(
        EventLoop::Options{.tick = std::chrono::milliseconds(10), .silent_after_ticks = kSilentAfter},
        &runtime_, *Raft::Create(options, log_->hard_state(), log_.get()), log_.get(), &listener_,
        [this](const Message& message) { sent_.push_back(message); });
    loop_->Start();
  }

  static std::shared_ptr<const EntryData> Data() {
    return std::make_shared<EntryData>(EntryData{"header", "body"});
  }
  void Turn() { runtime_.Turn(WorkerKind::kConsensus); }
  void Write() { runtime_.Turn(WorkerKind::kLogWriter); }
  void Tick() {
    runtime_.now += std::chrono::milliseconds(10);
    Turn();
  }
  void Hear(uint64_t from, uint64_t term, MessageBody body) {
    loop_->Deliver({NodeId(from), NodeId(1), Term(term), std::move(body), 1});
    Turn();
  }
  template <typename Body>
  size_t CountSent() {
    const auto is = [](const Message& message) { return std::holds_alternative<Body>(message.body); };
    const auto count = static_cast<size_t>(std::count_if(sent_.begin(), sent_.end(), is));
    sent_.clear();
    return count;
  }
  // One entry, from the leader of term 1.
  static AppendRequest WithEntry(uint64_t index) {
    AppendRequest request;
    request.prev = {Index(index - 1), Term(index == 1 ? 0 : 1)};
    request.entries = {{Index(index), Term(1), EntryKind::kNormal, Data()}};
    return request;
  }

  test::TestNetwork network_{{.nodes = 1}};
  HandRuntime runtime_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::RaftLog> log_;
  Listener listener_;
  std::vector<Message> sent_;
  std::unique_ptr<EventLoop> loop_;
};

TEST_F(EventLoopTest, ANodeWhoseDiskHangsIsSilentUntilItMoves) {
  Hear(2, 1, Heartbeat{});
  Write();  // the term
  Tick();
  sent_.clear();
  Hear(2, 1, WithEntry(1));
  for (uint64_t i = 0; i < kSilentAfter - 1; ++i) {
    Tick();
    Hear(2, 1, Heartbeat{});
  }
  EXPECT_EQ(CountSent<HeartbeatReply>(), kSilentAfter - 1);
  EXPECT_FALSE(listener_.stands_still);
  for (uint64_t i = 0; i < 3 * kSilentAfter; ++i) {  // it does not campaign either
    Tick();
    if (i < 3) Hear(2, 1, Heartbeat{});
  }
  EXPECT_TRUE(listener_.stands_still);
  EXPECT_TRUE(sent_.empty());

  Write();
  EXPECT_EQ(CountSent<AppendReply>(), 1u) << "what was written is acknowledged";
  Tick();
  Hear(2, 1, Heartbeat{});
  EXPECT_EQ(CountSent<HeartbeatReply>(), 1u);
  EXPECT_FALSE(listener_.stands_still);
}

TEST_F(EventLoopTest, ADiskThatIsSlowButMovesIsNotStandingStill) {
  for (uint64_t entry = 1; entry <= 5; ++entry) {
    Hear(2, 1, WithEntry(entry));
    for (uint64_t i = 0; i < kSilentAfter - 1; ++i) {
      Tick();
      Hear(2, 1, Heartbeat{});
    }
    Write();
  }
  EXPECT_EQ(CountSent<HeartbeatReply>(), 5 * (kSilentAfter - 1));
}

TEST_F(EventLoopTest, ALeaderThatCannotApplyIsSilentAndStillAnswers) {
  while (CountSent<PreVoteRequest>() == 0) Tick();
  Hear(2, 1, PreVoteReply{true});
  Write();
  Turn();
  Hear(2, 1, VoteReply{true});
  Write();
  Turn();
  Hear(2, 1, AppendReply{.accepted = true, .last = Index(1)});  // its no-op is committed
  ASSERT_EQ(loop_->raft().commit(), Index(1));
  sent_.clear();
  for (uint64_t i = 0; i < kSilentAfter; ++i) {
    Tick();
    Hear(2, 1, HeartbeatReply{});
  }
  EXPECT_GT(CountSent<Heartbeat>(), kElectionTicks);
  for (uint64_t i = 0; i < 3 * kSilentAfter; ++i) Tick();
  EXPECT_TRUE(sent_.empty());
  EXPECT_NE(loop_->raft().role(), Role::kLeader);

  Hear(3, 2, VoteRequest{{Index(1), Term(1)}, true});
  Write();
  EXPECT_EQ(CountSent<VoteReply>(), 1u);
  loop_->Applied(Index(1));
  while (CountSent<PreVoteRequest>() == 0) Tick();
}

// The ticks of a pause are not made up for, and the mail that came meanwhile is read before the one tick:
// else a process that slept would stand for election over a leader that is well (S-64).
TEST_F(EventLoopTest, LV16_APauseCostsOneTickAndTheMailComesFirst) {
  Hear(2, 1, Heartbeat{});
  Write();
  for (int i = 0; i < 5; ++i) Tick();
  ASSERT_EQ(loop_->raft().election_elapsed(), 5u);
  runtime_.now += std::chrono::seconds(10);
  for (int i = 0; i < 3; ++i) Turn();
  EXPECT_EQ(loop_->raft().election_elapsed(), 6u);
  for (int i = 0; i < 3; ++i) Tick();
  runtime_.now += std::chrono::seconds(10);  // one tick more would be too many
  Hear(2, 1, Heartbeat{});
  EXPECT_EQ(loop_->raft().role(), Role::kFollower);
  EXPECT_EQ(loop_->raft().leader(), NodeId(2));
  EXPECT_EQ(loop_->raft().election_elapsed(), 1u);
  EXPECT_EQ(CountSent<PreVoteRequest>(), 0u);
}

}  // namespace
}  // namespace symbolon::node
