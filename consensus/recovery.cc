// A node whose storage found less at start than it once promised. What may be counted on is said case by
// case; docs/consensus.md tells the whole story.

#include <fmt/format.h>

#include "consensus/raft.h"

namespace symbolon::consensus {

// The end of the log as far as this node's promises go: what its votes compare candidates with.
//
// Recovering: the log has lost its tail, but the durable mark says how far it went when this node last
// acknowledged anything. A vote looks at nothing but (last term, last index) of the voter's log (Raft paper
// 5.4.1); so a voter that compares with the mark refuses whomever it would have refused with its tail, and
// the proof of leader completeness (5.4.3), which asks of the voter only that, holds for it word by word.
// While it is filled again its own last position may pass the mark; then that counts, as in any log.
//
// It is an ordinary member again once its durable log ends at or past the mark in that order. Same term: the
// log has the mark's entry, since one leader made all entries of the term in one log. Later term t: whatever
// was committed with this node's help was committed in a term no later than the mark's (a leader counts
// copies of entries of its own term only, 5.4.2, and this node had none later), hence is in the log of t's
// leader before its entries of t (5.4.3), hence in every log that holds one of those.
LogPosition Raft::PromisedLast() const {
  return IsUpToDate(log_.last(), promised_) ? log_.last() : promised_;
}

void Raft::MaybeRecovered() {
  if (standing_ != Standing::kRecovering) return;
  const LogPosition durable{log_.durable(), *log_.TermAt(log_.durable())};
  if (!IsUpToDate(durable, promised_)) return;
  standing_ = Standing::kMember;
  promised_ = {};
}

// A leader of this term may remember more of this node than is here: what it acknowledged in an earlier life.
// Nothing rests on that until this process has seen for itself how far the two logs agree. True when the
// leader had to be told so; the request is then answered.
bool Raft::AskedToBeginAgain(NodeId leader, Index match, uint64_t round) {
  if (standing_ == Standing::kMember || match <= std::get<Follower>(role_).proved) return false;
  // More than the mark says: the mark itself is behind. The entry there has a term no later than this one.
  if (standing_ == Standing::kRecovering && match > std::max(log_.last().index, promised_.index)) {
    promised_ = {match, term()};
  }
  Send(leader,
       AppendReply{.prev = log_.last().index, .hint = log_.last(), .round = round, .recovering = true});
  return true;
}

// L11: a number that falls is an old message, or two processes run on copies of one disk.
absl::Status Raft::CheckIncarnation(const Message& message) {
  uint64_t& known = incarnations_[message.from];
  if (message.incarnation < known) {
    return absl::InvalidArgumentError(fmt::format(
        "node {} sent a message of its incarnation {} after one of incarnation {}; refused. If this goes on, "
        "its backup was put back without a file OBSERVER, or two processes run on copies of one disk: stop "
        "both, and replace the node under a new identity: {}",
        message.from, message.incarnation, known, Describe(message)));
  }
  const bool restarted = message.incarnation > known;
  known = message.incarnation;
  if (Leader* leader = AsLeader()) NoteStanding(*leader, message, restarted);
  return absl::OkStatus();
}

// Once a process of a node has said that its promises are lost, what was proved before cannot be told from
// what it says now: it counts no more, until a later process of it says otherwise.
void Raft::NoteStanding(Leader& leader, const Message& message, bool restarted) {
  auto it = leader.progress.find(message.from);
  if (it == leader.progress.end()) return;
  Progress& progress = it->second;
  if (restarted && progress.observer) {
    progress.observer = false;
    progress.BeginAgain(log_.last().index);
  }
  if (message.observer) progress.observer = true;
}

}  // namespace symbolon::consensus
