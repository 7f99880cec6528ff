#include "node/event_loop.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace symbolon::node {
namespace {

size_t BytesOf(const consensus::Message& message) {
  size_t bytes = sizeof(message);
  if (const auto* append = std::get_if<consensus::AppendRequest>(&message.body)) {
    for (const consensus::Entry& entry : append->entries) bytes += entry.bytes() + sizeof(entry);
  }
  return bytes;
}

}  // namespace

EventLoop::EventLoop(Options options, Runtime* runtime, std::unique_ptr<consensus::Raft> raft,
                     storage::RaftLog* log, LoopListener* listener,
                     std::function<void(const consensus::Message&)> send)
    : options_(options),
      runtime_(runtime),
      raft_(std::move(raft)),
      listener_(listener),
      send_(std::move(send)),
      writer_(runtime, log,
              {.send = send_,
               .persisted =
                   [this](consensus::PersistToken token) {
                     {
                       std::lock_guard lock(mutex_);
                       inbox_.persisted = std::max(inbox_.persisted, token);
                     }
                     worker_->Wake();
                   },
               .failed = [this](const absl::Status& status) { Fail(status); }}),
      worker_(runtime->NewWorker(WorkerKind::kConsensus, [this] { return Turn(); })) {}

EventLoop::~EventLoop() {
  Stop();
}

void EventLoop::Start() {
  next_tick_ = runtime_->Now() + options_.tick;
  writer_.Start();
  worker_->Start();
}

void EventLoop::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  worker_->Stop();
  writer_.Stop();
  std::vector<Task> tasks;
  {
    std::lock_guard lock(mutex_);
    tasks.swap(inbox_.tasks);
  }
  for (const Task& task : tasks) task(nullptr);
}

bool EventLoop::Deliver(consensus::Message message) {
  const size_t bytes = BytesOf(message);
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return false;
    // A message larger than the whole inbox is let in when it is alone: dropped for ever, it would block its
    // sender.
    if (inbox_.message_bytes != 0 && inbox_.message_bytes + bytes > options_.max_inbox_bytes) return false;
    inbox_.message_bytes += bytes;
    inbox_.messages.push_back(std::move(message));
  }
  worker_->Wake();
  return true;
}

bool EventLoop::Post(Task task) {
  {
    std::lock_guard lock(mutex_);
    if (stopped_ || inbox_.tasks.size() >= options_.max_tasks) return false;
    inbox_.tasks.push_back(std::move(task));
  }
  worker_->Wake();
  return true;
}

void EventLoop::Applied(consensus::Index index) {
  {
    std::lock_guard lock(mutex_);
    inbox_.applied = std::max(inbox_.applied, index);
  }
  worker_->Wake();
}

MonotonicTime EventLoop::Turn() {
  Inbox inbox;
  {
    std::lock_guard lock(mutex_);
    std::swap(inbox, inbox_);
  }
  if (failed_) {  // takes no more part; waits to be stopped
    for (const Task& task : inbox.tasks) task(nullptr);
    return kNever;
  }
  Process(std::move(inbox));
  // The inbox first, then at most one tick however long the pause was: a process that slept must not call
  // an election over a leader whose messages lie in front of it (LV-16).
  if (const auto now = runtime_->Now(); now >= next_tick_ && !failed_) {
    next_tick_ = now + options_.tick;
    WatchStorage();
    raft_->Tick();
    listener_->OnTick(*raft_);
    CarryOutEffects();
  }
  return next_tick_;
}

void EventLoop::Process(Inbox inbox) {
  if (inbox.persisted.value() != 0) {
    persisted_ = inbox.persisted;
    if (absl::Status status = raft_->Persisted(inbox.persisted); !status.ok()) Fail(status);
  }
  if (inbox.applied.value() != 0) {
    if (absl::Status status = raft_->Applied(inbox.applied); !status.ok()) Fail(status);
    listener_->OnApplied(*raft_, inbox.applied);
  }
  for (consensus::Message& message : inbox.messages) {
    const bool append = std::holds_alternative<consensus::AppendRequest>(message.body);
    const consensus::NodeId from = message.from;
    if (absl::Status status = raft_->Step(std::move(message)); !status.ok()) {
      listener_->OnRefused(from, status);
    }
    // The listener's picture of the log must be complete before anything else can make this node append on
    // its own (the no-op of a new leader is made from it).
    if (append) CarryOutEffects();
  }
  for (const Task& task : inbox.tasks) task(raft_.get());
  CarryOutEffects();
}

void EventLoop::CarryOutEffects() {
  while (!failed_ && raft_->HasEffects()) {
    auto effects = raft_->TakeEffects();
    if (!effects.ok()) return Fail(effects.status());
    CarryOut(*std::move(effects));
  }
}

void EventLoop::CarryOut(consensus::Effects effects) {
  for (const consensus::Message& message : effects.messages_now) {
    if (MaySend(message)) send_(message);
  }
  handed_ = std::max(handed_, effects.token);
  applicable_ = effects.applicable;
  if (!effects.append.empty()) listener_->OnAppend(effects.append);
  if (effects.token.value() != 0 || effects.hard_state || !effects.append.empty() ||
      !effects.messages_after_persist.empty()) {
    writer_.Enqueue({.write = {.hard_state = effects.hard_state, .append = std::move(effects.append)},
                     .token = effects.token,
                     .messages = std::move(effects.messages_after_persist)});
  }
  listener_->OnApplicable(effects.applicable);
  for (const consensus::ReadState& read : effects.reads) listener_->OnRead(read);
  for (const consensus::ProposalOutcome& outcome : effects.proposals) listener_->OnProposal(outcome);
  if (effects.role_change) listener_->OnRole(*effects.role_change);
  for (const consensus::TransferOutcome& outcome : effects.transfers) listener_->OnTransfer(outcome);
  if (effects.removed) listener_->OnRemoved(*effects.removed);
}

// A disk that waits for space does what docs/consensus.md says of full disks.
void EventLoop::WatchStorage() {
  writing_.Tick(writer_.WaitsForSpace() ? 0 : handed_.value(), persisted_.value());
  applying_.Tick(applicable_.value(), raft_->applied().value());
  const bool now = StandsStill(writing_) || StandsStill(applying_);
  if (std::exchange(stood_still_, now) != now) listener_->OnStandstill(now);
}

// Half a failure must not look like health. A node whose disk hangs can still answer heartbeats: a leader
// that only it and too few others hear would be sure of its majority, commit nothing, and keep its followers
// from electing one who could. And a leader that cannot apply has nothing to propose and so never finds out
// that its disk hangs. To the others a message that is not sent is one that was lost, so this touches no rule
// of Raft.
bool EventLoop::MaySend(const consensus::Message& message) const {
  if (StandsStill(writing_)) return false;
  const bool leads = std::holds_alternative<consensus::AppendRequest>(message.body) ||
                     std::holds_alternative<consensus::Heartbeat>(message.body);
  const bool campaigns = std::holds_alternative<consensus::PreVoteRequest>(message.body) ||
                         std::holds_alternative<consensus::VoteRequest>(message.body);
  return !StandsStill(applying_) || !(leads || campaigns);
}

void EventLoop::Fail(const absl::Status& status) {
  if (!failed_.exchange(true)) listener_->OnFailure(status);
}

}  // namespace symbolon::node
