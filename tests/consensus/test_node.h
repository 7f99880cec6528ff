#pragma once
// One Raft instance with a disk, driven by hand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "consensus/raft.h"
#include "tests/consensus/memory_log.h"
#include "tests/consensus/trace_file.h"

namespace symbolon::consensus {

inline NodeId N(uint64_t n) {
  return NodeId(n);
}
inline Term T(uint64_t t) {
  return Term(t);
}
inline Index I(uint64_t i) {
  return Index(i);
}
inline LogPosition At(uint64_t index, uint64_t term) {
  return {Index(index), Term(term)};
}

inline std::vector<NodeId> Ids(uint64_t first, uint64_t last) {
  std::vector<NodeId> out;
  for (uint64_t n = first; n <= last; ++n) out.push_back(NodeId(n));
  return out;
}

inline Configuration Voters(uint64_t count) {
  return Configuration(Ids(1, count), {});
}

inline Message Msg(uint64_t from, uint64_t to, uint64_t term, MessageBody body) {
  return {NodeId(from), NodeId(to), Term(term), std::move(body)};
}

// Bodies of kind B among `messages`, of those for `to` only when given.
template <typename B>
std::vector<B> Bodies(const std::vector<Message>& messages, NodeId to = NodeId(0)) {
  std::vector<B> out;
  for (const Message& m : messages) {
    if (to != NodeId(0) && m.to != to) continue;
    if (const B* body = std::get_if<B>(&m.body)) out.push_back(*body);
  }
  return out;
}

// <suite>.<test>-<n>: the n-th trace of the test that runs now.
inline std::string NextTraceName() {
  static std::map<std::string, int> counts;
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string name = test ? fmt::format("{}.{}", test->test_suite_name(), test->name()) : "no-test";
  return fmt::format("{}-{}", name, ++counts[name]);
}

struct NodeSetup {
  uint64_t id = 1;
  Configuration configuration = Voters(3);
  std::vector<uint64_t> log_terms = {};
  uint64_t term = 0;
  uint64_t vote = 0;                // 0: none
  std::vector<Entry> entries = {};  // behind those of log_terms
  std::function<void(Options&)> tune = nullptr;
  std::function<void(std::string_view)> trace = nullptr;  // empty: a file of its own, if traces are wanted
};

class TestNode {
 public:
  static constexpr uint64_t kElectionTicks = 10;

  explicit TestNode(NodeSetup setup = {}) : setup_(std::move(setup)), log_(setup_.log_terms) {
    hard_state_.term = Term(setup_.term);
    if (setup_.vote != 0) hard_state_.vote = NodeId(setup_.vote);
    log_.Write(setup_.entries);
    if (!setup_.trace) setup_.trace = OpenTrace(NextTraceName(), false);
    Start();
  }

  Raft& raft() { return *raft_; }
  MemoryLog& disk() { return log_; }
  HardState& disk_hard_state() { return hard_state_; }
  NodeId id() const { return NodeId(setup_.id); }

  // What Options::random gives: with election_ticks 10, a timeout of 10 + (value % 10) ticks. From the next
  // reset on.
  uint64_t random = 0;

  // A crash and a new start from what is on disk; batches not persisted are lost.
  void Restart(Index applied = Index()) {
    applied_at_start_ = applied;
    batches_.clear();
    sent_.clear();
    Start();
  }

  // The same, as another kind of process.
  void RestartWith(std::function<void(Options&)> tune) {
    setup_.tune = std::move(tune);
    Restart();
  }

  absl::Status Step(Message message) {
    absl::Status status = raft_->Step(std::move(message));
    if (persist_at_once) Drain();
    return status;
  }
  void Tick(uint64_t count = 1) {
    for (uint64_t i = 0; i < count; ++i) {
      raft_->Tick();
      if (persist_at_once) Drain();
    }
  }
  absl::StatusOr<LogPosition> Propose(const std::string& text = "x") {
    auto position = raft_->Propose(
        [&](Index index, Term term) { return MakeData(fmt::format("({}, {}) {}", index, term, text)); });
    if (persist_at_once) Drain();
    return position;
  }

  absl::StatusOr<LogPosition> Change(const Configuration& next, bool forced = false) {
    auto position = raft_->ProposeConfiguration(
        [&](Index index, Term term) { return ConfigurationData(index, term, next); }, next, forced);
    if (persist_at_once) Drain();
    return position;
  }

  // Takes all effects; persists them in the same step unless persist_at_once is off.
  void Drain() {
    while (raft_->HasEffects()) {
      absl::StatusOr<Effects> effects = raft_->TakeEffects();
      if (!effects.ok()) {
        error = effects.status();
        return;
      }
      Keep(*effects);
      batches_.push_back(*std::move(effects));
      if (persist_at_once) PersistAll();
    }
  }

  // The batches taken and not yet persisted, oldest first (persist_at_once off).
  size_t batches() const { return batches_.size(); }
  const Effects& batch(size_t i) const { return batches_.at(i); }

  // Makes the oldest batch durable; `confirm` tells the core.
  void PersistOne(bool confirm = true) {
    Effects effects = std::move(batches_.front());
    batches_.erase(batches_.begin());
    if (effects.hard_state) hard_state_ = *effects.hard_state;
    log_.Write(effects.append);
    for (Message& m : effects.messages_after_persist) sent_.push_back(std::move(m));
    if (effects.token != PersistToken() && confirm) {
      EXPECT_TRUE(raft_->Persisted(effects.token).ok());
    }
  }
  void PersistAll() {
    while (!batches_.empty()) PersistOne();
  }

  // All that has left the node since last asked.
  std::vector<Message> Sent() {
    Drain();
    return std::exchange(sent_, {});
  }

  // Elects this node with the help of as many voters as are needed. Leaves no message unsent.
  void Lead() {
    for (uint64_t i = 0; i < 2 * kElectionTicks && raft_->role() == Role::kFollower; ++i) Tick();
    ForEachOtherVoter([&](NodeId voter) {
      if (raft_->role() != Role::kPreCandidate) return;
      EXPECT_TRUE(Step({voter, id(), Next(raft_->term()), PreVoteReply{true}}).ok());
    });
    ForEachOtherVoter([&](NodeId voter) {
      if (raft_->role() != Role::kCandidate) return;
      EXPECT_TRUE(Step({voter, id(), raft_->term(), VoteReply{true}}).ok());
    });
    ASSERT_EQ(raft_->role(), Role::kLeader);
    Sent();
  }

  // A follower's acknowledgement up to `last`.
  absl::Status Acknowledge(uint64_t from, Index last, uint64_t round = 0) {
    return Step(
        {NodeId(from), id(), raft_->term(), AppendReply{.accepted = true, .last = last, .round = round}});
  }
  // Everyone else acknowledges everything; nothing is left to send.
  void Settle() {
    for (int i = 0; i < 3; ++i) {
      ForEachOtherVoter(
          [&](NodeId voter) { EXPECT_TRUE(Acknowledge(voter.value(), raft_->last().index).ok()); });
    }
    EXPECT_TRUE(raft_->Applied(raft_->commit()).ok());
    Sent();
  }

  bool persist_at_once = true;
  absl::Status error;
  std::vector<ProposalOutcome> proposals;
  std::vector<ReadState> reads;
  std::vector<TransferOutcome> transfers;
  std::vector<RoleChange> roles;
  std::vector<LogPosition> removed;

 private:
  void Start() {
    Options options;
    options.id = id();
    options.genesis = setup_.configuration;
    options.applied = applied_at_start_;
    options.no_op = NoOpData;
    options.read_configuration = ReadConfigurationData;
    options.random = [this] { return random; };
    options.election_ticks = kElectionTicks;
    options.trace = setup_.trace;
    if (setup_.tune) setup_.tune(options);
    auto raft = Raft::Create(std::move(options), hard_state_, &log_);
    ASSERT_TRUE(raft.ok()) << raft.status();
    raft_ = *std::move(raft);
  }
  void Keep(const Effects& effects) {
    for (const Message& m : effects.messages_now) sent_.push_back(m);
    proposals.insert(proposals.end(), effects.proposals.begin(), effects.proposals.end());
    reads.insert(reads.end(), effects.reads.begin(), effects.reads.end());
    transfers.insert(transfers.end(), effects.transfers.begin(), effects.transfers.end());
    if (effects.role_change) roles.push_back(*effects.role_change);
    if (effects.removed) removed.push_back(*effects.removed);
  }
  template <typename F>
  void ForEachOtherVoter(F f) {
    for (NodeId voter : setup_.configuration.voters()) {
      if (voter != id()) f(voter);
    }
  }

  NodeSetup setup_;
  MemoryLog log_;
  HardState hard_state_;
  Index applied_at_start_;
  std::unique_ptr<Raft> raft_;
  std::vector<Effects> batches_;
  std::vector<Message> sent_;
};

}  // namespace symbolon::consensus
