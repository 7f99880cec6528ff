// Elections: Raft paper 5.2 and 5.4.1; thesis 6.2 (stickiness, check-quorum), 9.6 (pre-vote).

#include <cassert>

#include "consensus/raft.h"

namespace symbolon::consensus {

// Raft paper 5.2: timeouts are random, so that split votes are rare and soon resolved.
void Raft::ResetElectionTimer() {
  election_elapsed_ = 0;
  election_timeout_ = options_.election_ticks + options_.random() % options_.election_ticks + ElectionDelay();
}

// Not in the paper: election priority. A node that should lead only when nobody better is there gives the
// others time to be first. Its timer still ends, and what it then does is what everyone does, so it leads
// when it is alone.
uint64_t Raft::ElectionDelay() const {
  return options_.election_delay_ticks + (disk_full_ ? 2 * options_.election_ticks : 0);
}

// A node may campaign if it votes in the newest configuration or in the newest committed one: the only node
// with the whole log may be one that an entry not yet committed removes (thesis 4.2.2). Not once it has been
// told of its removal, and not while its log or its promises are not whole (recovery.cc).
bool Raft::MayCampaign() const {
  if (removed_ || standing_ != Standing::kMember) return false;
  return configuration().IsVoter(id()) || configurations_.At(commit_).IsVoter(id());
}

// Thesis 4.2.3, 6.2: a server that hears a leader takes part in no election against it.
bool Raft::HearsLeader() const {
  if (role() == Role::kLeader) return true;  // check-quorum ends a leadership that nobody follows
  return leader().has_value() && election_elapsed_ < options_.election_ticks;
}

void Raft::TickElection() {
  if (++election_elapsed_ < election_timeout_) return;
  if (MayCampaign()) {
    StartPreVote();
  } else {
    ResetElectionTimer();
    BecomeFollower(std::nullopt);  // the leader known is silent: ask it nothing more
  }
}

// Raft paper 5.1. Learning a term and granting a vote are two acts: this is the first. The election timer
// runs on.
void Raft::AdoptTerm(Term term) {
  assert(term > hard_state_.term);
  hard_state_ = {term, std::nullopt};
  hard_state_dirty_ = true;
  // Promises of the term left behind that have not been sent yet are withdrawn: they would be sent after the
  // newer term is durable, and entries that they acknowledge may be cut by then.
  messages_after_persist_.clear();
  BecomeFollower(std::nullopt);
}

// Raft paper 5.1, 5.2. Within the term: the vote stays, whatever role is left. Nothing is cut from the log.
void Raft::BecomeFollower(std::optional<NodeId> leader) {
  if (role() == Role::kLeader) LeaveLeadership();
  WithdrawVoteRequests();
  if (this->leader() != leader) local_reads_.FailUnconfirmed();
  role_ = Follower{leader, Index()};
  if (leader) NoteLeaderForTransfer(*leader);
}

void Raft::LeaveLeadership() {
  for (const RegisteredRead& read : AsLeader()->reads.TakeAll()) AnswerRead(read, false);
  local_reads_.FailUnconfirmed();
  proposals_.ShortenDeadlines(ticks_ + 2 * options_.election_ticks);
  if (transfer_ && !transfer_->told) EndTransfer(false);
  ResetElectionTimer();
}

// Requests of a candidacy that ends, if not sent yet: they describe a log that may change now, and nobody
// counts the answers any more.
void Raft::WithdrawVoteRequests() {
  std::erase_if(messages_after_persist_,
                [](const Message& m) { return std::holds_alternative<VoteRequest>(m.body); });
}

// To each voter but this node.
void Raft::ToEachOtherVoter(Term term, const MessageBody& body) {
  for (NodeId voter : configuration().voters()) {
    if (voter != id()) Send(voter, term, body, Needs::kTerm);
  }
}

// Thesis 9.6: ask first, in a term not yet begun, so that a node that cannot win disturbs nobody. Forgets the
// leader: a pre-candidate that still counted it as alive would refuse the other pre-candidates.
void Raft::StartPreVote() {
  local_reads_.FailUnconfirmed();
  ResetElectionTimer();
  PreCandidate candidate;
  candidate.votes.Record(id(), true);
  const bool won = candidate.votes.Won(configuration());
  role_ = std::move(candidate);
  if (won) return StartElection(false);
  ToEachOtherVoter(Next(term()), PreVoteRequest{log_.last()});
}

// Raft paper 5.2: begin a term, vote for oneself, ask the others. The own vote is a promise like any other:
// it is persisted before anybody is asked, and before it counts.
void Raft::StartElection(bool transfer) {
  local_reads_.FailUnconfirmed();
  ResetElectionTimer();
  hard_state_ = {Next(term()), id()};
  hard_state_dirty_ = true;
  messages_after_persist_.clear();
  role_ = Candidate();
  ToEachOtherVoter(term(), VoteRequest{log_.last(), transfer});
}

// Raft paper 5.2. Its own vote counts once it is durable (figure 2, persistent state).
void Raft::MaybeWin() {
  Candidate* candidate = std::get_if<Candidate>(&role_);
  if (candidate == nullptr || !HardStateIsDurable()) return;
  candidate->votes.Record(id(), true);
  if (candidate->votes.Won(configuration())) BecomeLeader();
}

// Raft paper 5.2, and thesis 6.4: the first entry of the term is a no-op, so that whatever it inherits can
// commit.
void Raft::BecomeLeader() {
  Leader leader;
  leader.term_start = Next(log_.last().index);
  leader.since = ticks_;
  role_ = std::move(leader);
  ServeMembers(Next(log_.last().index));
  NoteLeaderForTransfer(id());
  if (absl::Status status = AppendOwn(EntryKind::kNoOp, options_.no_op); !status.ok()) failure_ = status;
}

// Thesis 9.6. Nothing changes here by answering: not the term, not the vote, not the timer.
void Raft::OnPreVoteRequest(NodeId from, Term proposed, const PreVoteRequest& request) {
  if (DismissedAsRemoved(from)) return;
  const bool sticky = HearsLeader() && leader() != from;
  const bool can_grant = standing_ != Standing::kObserver && IsUpToDate(request.last, PromisedLast());
  if (!sticky && proposed > term() && can_grant) {
    Send(from, proposed, PreVoteReply{true}, Needs::kTerm);
  } else {
    Send(from, PreVoteReply{false});
  }
}

void Raft::OnPreVoteReply(NodeId from, Term term, const PreVoteReply& reply) {
  PreCandidate* candidate = std::get_if<PreCandidate>(&role_);
  if (candidate == nullptr) return;
  if (reply.granted && term != Next(this->term())) return;  // answers another question
  candidate->votes.Record(from, reply.granted);
  if (candidate->votes.Won(configuration())) StartElection(false);
}

void Raft::OnVoteRequest(NodeId from, Term term, const VoteRequest& request) {
  if (DismissedAsRemoved(from)) return;
  // Thesis 4.2.3: while a leader is heard, requests neither get the vote nor raise the term; but for those
  // that the leader itself has caused, and its own.
  if (!request.transfer && HearsLeader() && leader() != from) return Send(from, VoteReply{false});
  if (term > this->term()) AdoptTerm(term);
  const bool free = hard_state_.vote == from || (!hard_state_.vote && !leader());
  const bool can_grant = standing_ != Standing::kObserver && IsUpToDate(request.last, PromisedLast());
  if (term < this->term() || !free || !can_grant) return Send(from, VoteReply{false});
  if (hard_state_.vote != from) {
    hard_state_.vote = from;
    hard_state_dirty_ = true;
  }
  if (role() != Role::kFollower)
    BecomeFollower(std::nullopt);  // a pre-candidate that gives its vote stops asking
  ResetElectionTimer();
  Send(from, VoteReply{true});
}

void Raft::OnVoteReply(NodeId from, const VoteReply& reply) {
  Candidate* candidate = std::get_if<Candidate>(&role_);
  if (candidate == nullptr) return;
  candidate->votes.Record(from, reply.granted);
  MaybeWin();
}

}  // namespace symbolon::consensus
