// The leader's side of AppendEntries: Raft paper 5.3, 5.4.2; thesis 6.2 (check-quorum), 10.2 (batching,
// pipelining, writing to the own disk in parallel).

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/status_macros.h"
#include "consensus/raft.h"

namespace symbolon::consensus {

absl::Status Raft::AppendOwn(EntryKind kind, const EntryFactory& make) {
  Entry entry{Next(log_.last().index), term(), kind, make(Next(log_.last().index), term())};
  if (entry.data == nullptr) {
    return absl::InternalError(
        fmt::format("no bytes were made for entry {} of term {}", entry.index, entry.term));
  }
  Leader& leader = *AsLeader();
  leader.uncommitted.emplace_back(entry.index, entry.bytes());
  leader.uncommitted_bytes += entry.bytes();
  leader.speak = true;
  for (auto& [node, progress] : leader.progress) {
    progress.catch_up.Appended(entry.index, ticks_);
    if (IsPaced(node)) progress.pace.Appended(entry.bytes());
  }
  return AppendToLog(std::move(entry));
}

void Raft::TickLeader() {
  Leader& leader = *AsLeader();
  // Not in the paper (LV-12 in docs/hazards.md): a leader whose disk hangs cannot commit, yet its heartbeats
  // would keep everyone quiet. It makes room.
  if (!writes_.empty() && ticks_ - writes_.oldest_tick() >= options_.election_ticks) {
    return BecomeFollower(std::nullopt);
  }
  // Thesis 6.2: a leader that a majority has not answered for an election timeout steps down.
  const bool followed = MajorityHolds(configuration(), [&](NodeId node) {
    if (node == id()) return true;
    const Progress& progress = leader.progress.at(node);
    return !progress.observer && ticks_ - progress.heard.value_or(leader.since) < options_.election_ticks;
  });
  if (!followed) return BecomeFollower(std::nullopt);
  DismissRemoved();
  for (auto& [node, progress] : leader.progress) {
    if (!IsPaced(node)) continue;
    progress.pace.Tick(options_.learner_bytes_per_tick);
    leader.speak = leader.speak || progress.next() <= log_.last().index;
  }
  if (++leader.ticks_since_heartbeat >= options_.heartbeat_ticks) {
    leader.ticks_since_heartbeat = 0;
    for (auto& [node, progress] : leader.progress) progress.HeartbeatTick();
    SendHeartbeats();
  }
}

// Thesis 4.2.1: no commit waits for a learner, so it need not be sent everything at once (LV-21).
bool Raft::IsPaced(NodeId node) const {
  return options_.learner_bytes_per_tick != 0 && configuration().IsLearner(node);
}

// To learners too: they must know the leader.
void Raft::SendHeartbeats() {
  Leader& leader = *AsLeader();
  for (auto& [node, progress] : leader.progress) {
    if (IsTransferring() && transfer_->told && node == transfer_->target) {
      Send(node, TimeoutNow{});  // the first may be lost; an ordinary heartbeat would only hold it back
      continue;
    }
    Send(node, Heartbeat{std::min(commit_, progress.match()), leader.reads.current(), progress.match()});
  }
}

// Called once for all inputs since effects were last taken: what was proposed meanwhile travels in one
// request, and a new commit index travels with it.
absl::Status Raft::Speak() {
  Leader* leader = AsLeader();
  if (leader == nullptr || !std::exchange(leader->speak, false)) return absl::OkStatus();
  for (auto& [node, progress] : leader->progress) {
    if (absl::Status status = ReplicateTo(node, progress); !status.ok()) return Fail(status);
  }
  BeginReadRound();
  MaybeStepAside();
  return absl::OkStatus();
}

absl::Status Raft::ReplicateTo(NodeId node, Progress& progress) {
  if (IsTransferring() && transfer_->told && node == transfer_->target) return absl::OkStatus();
  const Index last = std::min(log_.last().index, progress.removed_at.value_or(log_.last().index));
  while (progress.next() <= last && !(IsPaced(node) && progress.pace.left() == 0) &&
         progress.MaySend(options_.max_inflight_bytes, options_.max_inflight_messages)) {
    RETURN_IF_ERROR(SendAppend(node, progress, last));
  }
  const bool news = progress.sent_commit < commit_ && progress.state() == Progress::State::kReplicate &&
                    progress.MaySend(options_.max_inflight_bytes, options_.max_inflight_messages);
  return news ? SendAppend(node, progress, Before(progress.next())) : absl::OkStatus();
}

// Entries progress.next() .. last, or as many as fit in one request; none if last = next - 1.
absl::Status Raft::SendAppend(NodeId node, Progress& progress, Index last) {
  const Index prev = Before(progress.next());
  const std::optional<Term> prev_term = log_.TermAt(prev);
  assert(prev_term.has_value());
  AppendRequest request;
  request.prev = {prev, *prev_term};
  if (last > prev) {
    size_t max_bytes = progress.is_full() ? 1 : options_.max_append_bytes;
    if (IsPaced(node)) max_bytes = std::min(max_bytes, progress.pace.left());
    ASSIGN_OR_RETURN(request.entries, log_.Read(progress.next(), last, max_bytes));
    assert(request.entries.front().index == progress.next());
    // Who has no room for proposals is asked whether it still has none.
    if (progress.is_full() && request.entries.front().kind == EntryKind::kNormal) request.entries.clear();
  }
  request.commit = commit_;
  request.round = AsLeader()->reads.current();
  request.match = progress.match();
  size_t bytes = 0;
  for (const Entry& entry : request.entries) bytes += entry.bytes();
  progress.Sent(prev + request.entries.size(), bytes);
  if (IsPaced(node)) progress.pace.Sent(bytes);
  progress.sent_commit = commit_;
  Send(node, std::move(request));
  return absl::OkStatus();
}

// The only place where a leader advances the commit index. Raft paper 5.4.2: copies are counted only for
// entries of its own term; those before commit with them. Its own copy counts when it is durable, like any
// other's.
void Raft::MaybeCommit() {
  Leader* leader = AsLeader();
  if (leader == nullptr) return;
  const Index index = MajorityIndex(configuration(), [&](NodeId node) {
    if (node == id()) return log_.durable();
    const Progress& progress = leader->progress.at(node);
    return progress.observer ? Index() : progress.match();
  });
  if (index <= commit_ || log_.TermAt(index) != term()) return;
  AdvanceCommit(index);
  leader->speak = true;
}

// Any answer of the current term shows that the sender had no later leader when it answered. A round that has
// not begun confirms nothing.
void Raft::HeardFrom(Progress& progress, uint64_t round) {
  progress.heard = ticks_;
  if (progress.observer) return;
  if (round <= AsLeader()->reads.current())
    progress.confirmed_round = std::max(progress.confirmed_round, round);
  ConfirmReads();
}

absl::Status Raft::OnAppendReply(NodeId from, const AppendReply& reply) {
  Leader* leader = AsLeader();
  if (leader == nullptr) return absl::OkStatus();
  auto it = leader->progress.find(from);
  if (it == leader->progress.end()) return absl::OkStatus();
  if (reply.accepted && reply.last > log_.last().index) {
    return absl::InvalidArgumentError(fmt::format(
        "node {} acknowledged entry {}, the log ends at {}; refused", from, reply.last, log_.last().index));
  }
  Progress& progress = it->second;
  HeardFrom(progress, reply.round);
  leader->speak = true;
  if (reply.accepted) {
    const bool grew = reply.full      ? progress.AcceptedFull(reply.last)
                      : reply.partial ? progress.AcceptedPart(reply.last)
                                      : progress.Accepted(reply.last);
    if (configuration().IsLearner(from))
      progress.catch_up.Acknowledged(progress.match(), log_.last().index, ticks_, options_.election_ticks);
    if (grew) MaybeCommit();
    TellTransferTarget();
  } else if (reply.recovering) {
    // What it proved is lost: the commit index, which may rest on it, stays (recovery.cc says why it may).
    progress.BeginAgain(std::min(log_.last().index, Next(log_.HintFor(reply.hint).index)));
  } else {
    // Raft paper 5.3, last paragraph, on both sides: the follower skips its terms that are too new, the
    // leader its own. So the number of probes is bounded by the number of terms, not of entries.
    progress.Refused(reply.prev, log_.HintFor(reply.hint).index);
  }
  return absl::OkStatus();
}

absl::Status Raft::OnHeartbeatReply(NodeId from, const HeartbeatReply& reply) {
  Leader* leader = AsLeader();
  if (leader == nullptr) return absl::OkStatus();
  auto it = leader->progress.find(from);
  if (it == leader->progress.end()) return absl::OkStatus();
  Progress& progress = it->second;
  HeardFrom(progress, reply.round);
  if (!progress.NeedsNudge()) return absl::OkStatus();
  leader->speak = true;  // sends a lost probe again
  if (progress.state() == Progress::State::kProbe) return absl::OkStatus();
  return SendAppend(from, progress, Before(progress.next()));
}

}  // namespace symbolon::consensus
