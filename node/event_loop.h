#pragma once
// The one worker that owns Raft. Everything else hands it messages and tasks; it carries out what Raft wants
// done.

#include <absl/status/status.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "consensus/raft.h"
#include "node/log_writer.h"
#include "node/runtime.h"
#include "node/standstill.h"

namespace symbolon::node {

// What happens in the loop. All calls come from the loop's turns (but OnFailure) and must not block.
class LoopListener {
 public:
  virtual ~LoopListener() = default;
  // The log was cut at entries.front().index and then grew by these.
  virtual void OnAppend(const std::vector<consensus::Entry>& entries) = 0;
  // Entries up to `applicable` are committed and durable here.
  virtual void OnApplicable(consensus::Index applicable) = 0;
  virtual void OnRead(const consensus::ReadState& read) = 0;
  virtual void OnProposal(const consensus::ProposalOutcome& outcome) = 0;
  virtual void OnRole(const consensus::RoleChange& change) = 0;
  virtual void OnTransfer(const consensus::TransferOutcome& outcome) = 0;
  // A committed configuration has removed this node: once. It takes no more part.
  virtual void OnRemoved(consensus::LogPosition position) = 0;
  // The state machine's progress has reached Raft.
  virtual void OnApplied(consensus::Raft& raft, consensus::Index applied) = 0;
  virtual void OnTick(consensus::Raft& raft) = 0;
  // This node's storage came to a standstill, or moves again.
  virtual void OnStandstill(bool stands_still) = 0;
  // Raft refused a message and has not acted on it: its sender is at fault.
  virtual void OnRefused(consensus::NodeId from, const absl::Status& why) = 0;
  // Consensus cannot go on: once, from any thread. The process should end.
  virtual void OnFailure(const absl::Status& status) = 0;
};

// Thread-safe but for Start and Stop.
class EventLoop {
 public:
  // Runs in the loop's turn with Raft, or, when the loop stops before its turn comes, with nullptr; exactly
  // once.
  using Task = std::function<void(consensus::Raft* raft)>;

  struct Options {
    std::chrono::milliseconds tick{50};
    size_t max_inbox_bytes = size_t{64} << 20;  // of messages; more are dropped, as a bad link would
    size_t max_tasks = 16384;
    // After so many ticks in which the log writer, or the state machine, had work and did none of it this
    // node is silent; see MaySend. 0: never.
    uint64_t silent_after_ticks = 0;
  };

  // All must outlive the loop. `send` must not block; it is called from the loop's and the writer's turns.
  EventLoop(Options options, Runtime* runtime, std::unique_ptr<consensus::Raft> raft, storage::RaftLog* log,
            LoopListener* listener, std::function<void(const consensus::Message&)> send);
  ~EventLoop();  // Stop()

  void Start();
  // Ends both workers. What is in the inbox is not processed; tasks are called with nullptr. Writes under way
  // are finished, but nothing is told of them any more.
  void Stop();

  // False when the inbox is full and the message was dropped.
  bool Deliver(consensus::Message message);
  // False when too many tasks wait, or the loop has stopped; then the task is not called at all.
  bool Post(Task task);
  // The state machine has applied everything up to `index`.
  void Applied(consensus::Index index);

  // Of messages that wait.
  size_t inbox_bytes() const {
    std::lock_guard lock(mutex_);
    return inbox_.message_bytes;
  }
  // For whoever runs in the loop's turns, or when it has stopped.
  const consensus::Raft& raft() const { return *raft_; }

 private:
  struct Inbox {
    std::vector<consensus::Message> messages;
    std::vector<Task> tasks;
    size_t message_bytes = 0;
    consensus::PersistToken persisted;
    consensus::Index applied;
  };

  MonotonicTime Turn();
  void Process(Inbox inbox);
  void CarryOutEffects();
  void CarryOut(consensus::Effects effects);
  void WatchStorage();
  bool StandsStill(const Standstill& work) const {
    return options_.silent_after_ticks != 0 && work.ticks() >= options_.silent_after_ticks;
  }
  bool MaySend(const consensus::Message& message) const;
  void Fail(const absl::Status& status);

  const Options options_;
  Runtime* const runtime_;
  const std::unique_ptr<consensus::Raft> raft_;
  LoopListener* const listener_;
  const std::function<void(const consensus::Message&)> send_;
  LogWriter writer_;
  std::atomic<bool> failed_{false};

  // These belong to the turns.
  MonotonicTime next_tick_ = kNever;
  consensus::PersistToken handed_, persisted_;  // to the writer, and by it
  consensus::Index applicable_;
  Standstill writing_, applying_;
  bool stood_still_ = false;

  mutable std::mutex mutex_;
  Inbox inbox_;           // guarded by mutex_
  bool stopped_ = false;  // guarded by mutex_
  std::unique_ptr<Worker> worker_;
};

}  // namespace symbolon::node
