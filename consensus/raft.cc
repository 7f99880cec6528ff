// Creation, dispatch of messages, and the hand-over to the driver.

#include "consensus/raft.h"

#include <fmt/format.h>

#include <cassert>

#include "base/status_macros.h"
#include "consensus/message_check.h"
#include "consensus/trace.h"

namespace symbolon::consensus {

namespace {

// What a read that waits occupies, about.
constexpr size_t kReadBytes = 64;

}  // namespace

absl::StatusOr<std::unique_ptr<Raft>> Raft::Create(Options options, HardState hard_state,
                                                   const LogView* view) {
  if (options.trace) return CreateTraced(std::move(options), hard_state, view);
  if (absl::Status status = options.Validate(); !status.ok()) return Annotate(status, "consensus options");
  ASSIGN_OR_RETURN(Log log, Log::Open(view, options.tail_cache_bytes));
  const Term newest = std::max(log.last().term, options.promised.term);
  const bool behind = options.standing == Standing::kObserver && newest > hard_state.term;
  if (behind) hard_state = {newest, std::nullopt};
  if (options.standing == Standing::kRecovering && options.promised.term > hard_state.term) {
    return absl::DataLossError(
        fmt::format("the durable mark is of term {}, the stored term is {}: term and vote were lost too, and "
                    "this node can only be an observer",
                    options.promised.term, hard_state.term));
  }
  // It would pass for more than was promised, and stand for leader with what nobody may have.
  if (options.standing == Standing::kRecovering && log.last().term > options.promised.term) {
    return absl::DataLossError(
        fmt::format("the log of a recovering node ends in term {}, the durable mark in term {}: a branch "
                    "that was cut is there "
                    "again",
                    log.last().term, options.promised.term));
  }
  if (log.last().term > hard_state.term) {
    return absl::DataLossError(fmt::format(
        "the stored log ends in term {}, the stored term is {}: term and vote were lost or moved back in "
        "time, and this node can no longer know what it has promised",
        log.last().term, hard_state.term));
  }
  if (options.applied > log.last().index) {
    return absl::DataLossError(fmt::format(
        "entries up to {} have been applied, but the stored log ends at {}: its end has been lost",
        options.applied, log.last().index));
  }
  ASSIGN_OR_RETURN(ConfigurationHistory configurations, LoadConfigurations(options, *view, log));
  auto raft = std::unique_ptr<Raft>(
      new Raft(std::move(options), hard_state, std::move(log), std::move(configurations)));
  raft->hard_state_dirty_ = behind;
  return raft;
}

Raft::Raft(Options options, HardState hard_state, Log log, ConfigurationHistory configurations)
    : options_(std::move(options)),
      hard_state_(hard_state),
      log_(std::move(log)),
      configurations_(std::move(configurations)),
      commit_(options_.applied),
      applied_(options_.applied),
      standing_(options_.standing),
      promised_(standing_ == Standing::kRecovering ? options_.promised : LogPosition()),
      local_reads_(options_.random()),
      told_commit_(commit_),
      told_applicable_(commit_) {
  ResetElectionTimer();
  MaybeRecovered();
  NoteOwnRemoval();
}

std::unique_ptr<Raft> Raft::Clone(const LogView* log) const {
  std::unique_ptr<Raft> copy(new Raft(*this));
  copy->log_.ReadFrom(log);
  return copy;
}

absl::Status Raft::Fail(absl::Status status) {
  if (failure_.ok()) failure_ = std::move(status);
  return failure_;
}

void Raft::Tick() {
  if (!failure_.ok()) return;
  ++ticks_;
  for (ProposalOutcome& outcome : proposals_.Expire(ticks_)) proposal_outcomes_.push_back(outcome);
  local_reads_.Expire(ticks_);
  TickTransfer();
  if (role() == Role::kLeader) {
    TickLeader();
  } else {
    TickElection();
  }
}

absl::Status Raft::Step(Message message) {
  RETURN_IF_ERROR(failure_);
  if (message.to != id()) {
    return absl::InvalidArgumentError(
        fmt::format("a message for node {} came to node {}: {}", message.to, id(), Describe(message)));
  }
  RETURN_IF_ERROR(CheckMessage(message, term()));
  if (auto* m = std::get_if<AppendRequest>(&message.body)) RETURN_IF_ERROR(CheckConfigurations(*m));
  RETURN_IF_ERROR(CheckIncarnation(message));

  // These decide for themselves whether the sender's term is adopted.
  if (auto* m = std::get_if<ReadRequest>(&message.body))
    return OnReadRequest(message.from, *m), absl::OkStatus();
  if (auto* m = std::get_if<Removed>(&message.body)) return OnRemoved(message.from, *m), absl::OkStatus();
  if (auto* m = std::get_if<PreVoteRequest>(&message.body)) {
    return OnPreVoteRequest(message.from, message.term, *m), absl::OkStatus();
  }
  if (auto* m = std::get_if<VoteRequest>(&message.body)) {
    return OnVoteRequest(message.from, message.term, *m), absl::OkStatus();
  }
  if (auto* m = std::get_if<PreVoteReply>(&message.body); m && m->granted) {
    return OnPreVoteReply(message.from, message.term, *m), absl::OkStatus();
  }

  // Raft paper 5.1: who meets a larger term adopts it and follows; a smaller term is out of date. Not from
  // the answer of a removed node; but one that leads is believed, as others have elected it (membership.cc).
  if (message.term > term() && IsAnswer(message.body) && RemovalOf(message.from)) return absl::OkStatus();
  if (message.term > term()) AdoptTerm(message.term);
  if (message.term < term()) return AnswerOldTerm(message), absl::OkStatus();
  return Dispatch(message);
}

absl::Status Raft::Dispatch(Message& message) {
  const NodeId from = message.from;
  if (auto* m = std::get_if<AppendRequest>(&message.body)) return OnAppend(from, std::move(*m));
  if (auto* m = std::get_if<AppendReply>(&message.body)) return OnAppendReply(from, *m);
  if (auto* m = std::get_if<Heartbeat>(&message.body)) return OnHeartbeat(from, *m);
  if (auto* m = std::get_if<HeartbeatReply>(&message.body)) return OnHeartbeatReply(from, *m);
  if (auto* m = std::get_if<PreVoteReply>(&message.body)) OnPreVoteReply(from, message.term, *m);
  if (auto* m = std::get_if<VoteReply>(&message.body)) OnVoteReply(from, *m);
  if (auto* m = std::get_if<ReadReply>(&message.body)) OnReadReply(from, *m);
  if (std::holds_alternative<TimeoutNow>(message.body)) OnTimeoutNow(from);
  return absl::OkStatus();
}

// A deposed leader must hear of it, or a node whose term is ahead could neither follow it nor replace it. The
// term is all that it is told: should it lead again in that very term, numbers of its earlier one (round,
// prev) would pass for answers to what it asks now.
void Raft::AnswerOldTerm(const Message& message) {
  if (std::holds_alternative<AppendRequest>(message.body)) Send(message.from, AppendReply{});
  if (std::holds_alternative<Heartbeat>(message.body)) Send(message.from, HeartbeatReply{});
}

bool Raft::HardStateIsDurable() const {
  return !hard_state_dirty_ && !writes_.HardStateInFlight();
}

void Raft::Send(NodeId to, Term term, MessageBody body, Needs needs) {
  const bool now = needs == Needs::kNothing || (needs == Needs::kTerm && HardStateIsDurable());
  (now ? messages_now_ : messages_after_persist_)
      .push_back({id(), to, term, std::move(body), options_.incarnation, standing_ == Standing::kObserver});
}

void Raft::AdvanceCommit(Index index) {
  assert(index > commit_ && index <= log_.last().index);
  commit_ = index;
  NoteOwnRemoval();
  if (Leader* leader = AsLeader()) {
    while (!leader->uncommitted.empty() && leader->uncommitted.front().first <= commit_) {
      leader->uncommitted_bytes -= leader->uncommitted.front().second;
      leader->uncommitted.pop_front();
    }
  }
  const LogPosition position{commit_, *log_.TermAt(commit_)};
  for (ProposalOutcome& outcome : proposals_.Resolve(position, [this](Index i) { return log_.TermAt(i); })) {
    proposal_outcomes_.push_back(outcome);
  }
}

absl::StatusOr<LogPosition> Raft::Propose(const EntryFactory& make) {
  RETURN_IF_ERROR(failure_);
  Leader* leader = AsLeader();
  if (leader == nullptr) return NotLeaderError(this->leader());
  if (IsTransferring()) return TransferringError(transfer_->target);
  if (disk_full_) return NoSpaceError();
  // Callers of former terms may still wait for their answers; they count as the smallest entries would.
  const size_t waiting = std::max(leader->uncommitted_bytes, proposals_.size() * Entry::kOverhead);
  if (waiting >= options_.max_uncommitted_bytes) return BusyError(waiting, options_.max_uncommitted_bytes);
  // A majority may commit faster than this disk writes.
  if (log_.unpersisted_bytes() >= options_.max_unpersisted_bytes) {
    return BusyError(log_.unpersisted_bytes(), options_.max_unpersisted_bytes);
  }
  RETURN_IF_ERROR(AppendOwn(EntryKind::kNormal, make));
  proposals_.Add(log_.last(), ticks_ + options_.proposal_timeout_ticks);
  return log_.last();
}

bool Raft::HasEffects() const {
  if (!failure_.ok()) return true;
  const Leader* leader = std::get_if<Leader>(&role_);
  return (leader && leader->speak) || hard_state_dirty_ || log_.HasUnhanded() || !messages_now_.empty() ||
         !messages_after_persist_.empty() || !proposal_outcomes_.empty() || !transfer_outcomes_.empty() ||
         local_reads_.HasEnded(applied_) || commit_ != told_commit_ || applicable() != told_applicable_ ||
         CurrentRole() != told_role_ || (removed_ && removed_ != told_removed_);
}

absl::StatusOr<Effects> Raft::TakeEffects() {
  RETURN_IF_ERROR(failure_);
  RETURN_IF_ERROR(Speak());

  Effects effects;
  const bool hard_state = std::exchange(hard_state_dirty_, false);
  if (hard_state) effects.hard_state = hard_state_;
  effects.append = log_.HandOut();
  effects.messages_now = std::exchange(messages_now_, {});
  effects.messages_after_persist = std::exchange(messages_after_persist_, {});
  if (!hard_state && effects.append.empty() && writes_.empty()) {
    // All that these messages claim is durable already.
    auto& waiting = effects.messages_after_persist;
    std::move(waiting.begin(), waiting.end(), std::back_inserter(effects.messages_now));
    waiting.clear();
  } else if (hard_state || !effects.append.empty() || !effects.messages_after_persist.empty()) {
    const Index last = effects.append.empty() ? Index() : effects.append.back().index;
    effects.token = writes_.Begin(last, hard_state, ticks_);
  }
  effects.commit = told_commit_ = commit_;
  effects.applicable = told_applicable_ = applicable();
  effects.reads = local_reads_.TakeEnded(applied_);
  effects.proposals = std::exchange(proposal_outcomes_, {});
  effects.transfers = std::exchange(transfer_outcomes_, {});
  if (removed_ && removed_ != told_removed_) effects.removed = told_removed_ = removed_;
  if (CurrentRole() != told_role_) effects.role_change = told_role_ = CurrentRole();
  return effects;
}

absl::Status Raft::Persisted(PersistToken token) {
  RETURN_IF_ERROR(failure_);
  const std::optional<Index> durable = writes_.Complete(token);
  if (!durable) return absl::InvalidArgumentError(fmt::format("batch {} was never handed out", token));
  log_.MarkDurable(*durable);
  MaybeRecovered();
  MaybeWin();
  MaybeCommit();
  return absl::OkStatus();
}

absl::Status Raft::Applied(Index index) {
  RETURN_IF_ERROR(failure_);
  if (index < applied_ || index > commit_) {
    return absl::InvalidArgumentError(
        fmt::format("applied index {} is not between the last one, {}, and the commit index, {}", index,
                    applied_, commit_));
  }
  applied_ = index;
  return absl::OkStatus();
}

std::optional<NodeId> Raft::leader() const {
  if (role() == Role::kLeader) return id();
  if (const Follower* follower = std::get_if<Follower>(&role_)) return follower->leader;
  return std::nullopt;
}

bool Raft::IsReadyLeader() const {
  const Leader* leader = std::get_if<Leader>(&role_);
  return leader != nullptr && applied_ >= leader->term_start;
}

absl::StatusOr<std::vector<Entry>> Raft::Entries(Index first, Index last, size_t max_bytes) const {
  if (first == Index(0) || first > last || last > log_.durable()) {
    return absl::OutOfRangeError(fmt::format("entries {} to {} were asked for; there are {} durable ones",
                                             first, last, log_.durable()));
  }
  return log_.Read(first, last, max_bytes);
}

std::vector<Raft::PeerProgress> Raft::Peers() const {
  std::vector<PeerProgress> out;
  if (const Leader* leader = std::get_if<Leader>(&role_)) {
    for (const auto& [node, progress] : leader->progress) {
      out.push_back({.node = node,
                     .match = progress.match(),
                     .next = progress.next(),
                     .state = progress.state(),
                     .active = IsActive(progress),
                     .caught_up = progress.catch_up.IsDone(ticks_, options_.election_ticks),
                     .observer = progress.observer,
                     .full = progress.is_full(),
                     .removed = progress.removed_at.has_value()});
    }
  }
  return out;
}

size_t Raft::MemoryBytes() const {
  size_t bytes = log_.tail_bytes() + proposals_.size() * Entry::kOverhead + local_reads_.size() * kReadBytes;
  for (const std::vector<Message>* messages : {&messages_now_, &messages_after_persist_}) {
    for (const Message& message : *messages) bytes += consensus::MemoryBytes(message);
  }
  if (const Leader* leader = std::get_if<Leader>(&role_)) bytes += leader->reads.size() * kReadBytes;
  return bytes;
}

}  // namespace symbolon::consensus
