// The receiver's side of AppendEntries: Raft paper 5.3.

#include <fmt/format.h>

#include "base/status_macros.h"
#include "consensus/raft.h"

namespace symbolon::consensus {

// A request of the current term comes from the leader of the term; a candidate that meets it has lost (5.2).
absl::Status Raft::FollowLeader(NodeId from) {
  const std::optional<NodeId> known = leader();
  if (known && known != from) {
    return absl::InvalidArgumentError(fmt::format(
        "node {} acts as leader of term {}, whose leader is node {}; refused", from, term(), *known));
  }
  if (!known) BecomeFollower(from);
  ResetElectionTimer();
  if (removed_ && !RemovalOf(id())) removed_.reset();  // who hears a leader was not removed after all
  return absl::OkStatus();
}

// Not in the paper (L22 in docs/hazards.md): the leader says how far this node has acknowledged in this term.
// Less in the log means that what was durable is lost.
absl::Status Raft::CheckMatch(Index match) {
  if (standing_ != Standing::kMember || match <= log_.last().index) return absl::OkStatus();
  return Fail(absl::DataLossError(fmt::format(
      "this node acknowledged entries up to {} in term {}, but its log ends at {}: durable data was lost",
      match, term(), log_.last().index)));
}

absl::Status Raft::OnAppend(NodeId from, AppendRequest request) {
  RETURN_IF_ERROR(FollowLeader(from));
  RETURN_IF_ERROR(CheckMatch(request.match));
  if (AskedToBeginAgain(from, request.match, request.round)) return absl::OkStatus();
  if (!log_.Holds(request.prev)) {
    if (request.prev.index <= commit_) {
      return Fail(absl::DataLossError(fmt::format(
          "the leader of term {}, node {}, has term {} at the committed entry {}, this node has term {}: one "
          "of the two logs is damaged",
          term(), from, request.prev.term, request.prev.index, *log_.TermAt(request.prev.index))));
    }
    Send(from,
         AppendReply{.prev = request.prev.index, .hint = log_.HintFor(request.prev), .round = request.round});
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(CheckChanges(request));
  // Only what this request has proved equal is acknowledged and may commit; the log may go on after it, in a
  // branch that the leader does not have.
  const Index end = request.prev.index + request.entries.size();
  ASSIGN_OR_RETURN(const Index proved, AcceptEntries(request.prev, std::move(request.entries)));
  if (const Index commit = std::min(request.commit, proved); commit > commit_) AdvanceCommit(commit);
  Follower& follower = std::get<Follower>(role_);
  follower.proved = std::max(follower.proved, proved);
  const bool partial = proved < end;  // answered when what is being written has made room
  Send(from,
       AppendReply{
           .accepted = true, .last = proved, .partial = partial, .round = request.round, .full = disk_full_},
       proved <= log_.durable() && !partial ? Needs::kTerm : Needs::kEverything);
  return absl::OkStatus();
}

// How many entries, from the first, this log holds already.
absl::StatusOr<size_t> Raft::CountKnown(const std::vector<Entry>& entries) const {
  size_t known = 0;
  for (; known < entries.size() && log_.Holds(entries[known].position()); ++known) {
    const Entry* mine = log_.InTail(entries[known].index);
    if (mine && (mine->kind != entries[known].kind || *mine->data != *entries[known].data)) {
      return absl::InvalidArgumentError(fmt::format(
          "the leader of term {} sent other bytes for entry {} of term {} than this node has; refused",
          term(), mine->index, mine->term));
    }
  }
  return known;
}

// Raft paper figure 2, AppendEntries 3 and 4: keeps what agrees; cuts at the first entry whose term differs,
// never sooner, never at or below the commit index; appends what is new, as far as there is room. Returns the
// last index that is now known to be equal to the leader's.
absl::StatusOr<Index> Raft::AcceptEntries(LogPosition prev, std::vector<Entry> entries) {
  ASSIGN_OR_RETURN(const size_t known, CountKnown(entries));
  for (size_t i = known; i < entries.size(); ++i) {
    const Index index = entries[i].index;
    const size_t held = log_.unpersisted_bytes();
    if (held > 0 && held + entries[i].bytes() > options_.max_unpersisted_bytes) return Before(index);
    // The reserve of a full disk is for what keeps the cluster going, not for proposals.
    if (disk_full_ && entries[i].kind == EntryKind::kNormal) return Before(index);
    if (index <= log_.last().index) {
      if (index <= commit_) {
        return Fail(absl::DataLossError(
            fmt::format("the leader of term {} replaces the committed entry {}: it has term "
                        "{}, this node has term {}; one of the two logs is damaged",
                        term(), index, entries[i].term, *log_.TermAt(index))));
      }
      log_.TruncateFrom(index);
      writes_.TruncateFrom(index);
      configurations_.TruncateFrom(index);
    }
    RETURN_IF_ERROR(AppendToLog(std::move(entries[i])));
  }
  return prev.index + entries.size();
}

// Raft paper 5.2. Commits at most what the leader knows that this node has: a heartbeat checks no match.
absl::Status Raft::OnHeartbeat(NodeId from, const Heartbeat& heartbeat) {
  RETURN_IF_ERROR(FollowLeader(from));
  RETURN_IF_ERROR(CheckMatch(heartbeat.match));
  if (AskedToBeginAgain(from, heartbeat.match, heartbeat.round)) return absl::OkStatus();
  if (const Index commit = std::min(heartbeat.commit, heartbeat.match); commit > commit_)
    AdvanceCommit(commit);
  Send(from, HeartbeatReply{heartbeat.round});
  return absl::OkStatus();
}

}  // namespace symbolon::consensus
