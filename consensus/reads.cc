// ReadIndex: thesis 6.4. No leases: a read index depends on no clock.

#include "consensus/raft.h"

namespace symbolon::consensus {

absl::Status Raft::ReadIndex(ReadId id) {
  if (!failure_.ok()) return failure_;
  if (local_reads_.IsPending(id))
    return absl::AlreadyExistsError("this read id is still waiting; take a new one");
  if (local_reads_.size() >= options_.max_pending_reads) {
    return BusyError(local_reads_.size(), options_.max_pending_reads);
  }
  const std::optional<NodeId> leader = this->leader();
  if (!leader) return NotLeaderError(std::nullopt);
  const uint64_t wire_id = local_reads_.Add(id, ticks_ + options_.read_timeout_ticks);
  if (*leader == this->id()) {
    RegisterRead(*leader, wire_id);
  } else {
    // No term: a follower that asks must not depose the leader that it asks.
    Send(*leader, Term(0), ReadRequest{wire_id}, Needs::kNothing);
  }
  return absl::OkStatus();
}

// Thesis 6.4, steps 1 and 2: the read index is the commit index now; before the first commit of its own term
// a leader does not know what is committed, and the read waits for that.
void Raft::RegisterRead(NodeId origin, uint64_t id) {
  Leader& leader = *AsLeader();
  const bool knows_commit = commit_ >= leader.term_start;
  const RegisteredRead read{origin, id, knows_commit ? commit_ : Index()};
  if (leader.reads.size() >= options_.max_pending_reads) return AnswerRead(read, false);
  leader.reads.Register(read);
  leader.speak = true;
}

// Step 3: one round of heartbeats for all reads that have gathered.
void Raft::BeginReadRound() {
  Leader& leader = *AsLeader();
  if (commit_ < leader.term_start || !leader.reads.Begin(commit_)) return;
  SendHeartbeats();
  ConfirmReads();  // a cluster of one needs nobody else
}

void Raft::ConfirmReads() {
  Leader& leader = *AsLeader();
  const std::vector<RegisteredRead> confirmed =
      leader.reads.TakeConfirmed(configuration(), [&](NodeId node, uint64_t round) {
        return node == id() || leader.progress.at(node).confirmed_round >= round;
      });
  for (const RegisteredRead& read : confirmed) AnswerRead(read, true);
  if (!confirmed.empty()) leader.speak = true;  // the next round may begin
}

void Raft::AnswerRead(const RegisteredRead& read, bool confirmed) {
  if (read.origin != id()) {
    Send(read.origin, ReadReply{read.id, confirmed, confirmed ? read.index : Index()});
  } else if (confirmed) {
    local_reads_.Confirm(read.id, read.index);
  } else {
    local_reads_.Fail(read.id);
  }
}

void Raft::OnReadRequest(NodeId from, const ReadRequest& request) {
  if (role() == Role::kLeader && IsMember(from)) return RegisterRead(from, request.id);
  Send(from, ReadReply{request.id, false, Index()});
}

// Gates the read and nothing else: the index is not checked against this log, so it must not move the commit
// index. Only the leader that was asked can tell: reads asked of a former one have failed when it was left.
void Raft::OnReadReply(NodeId from, const ReadReply& reply) {
  if (from != leader()) return;
  if (reply.confirmed) {
    local_reads_.Confirm(reply.id, reply.index);
  } else {
    local_reads_.Fail(reply.id);
  }
}

}  // namespace symbolon::consensus
