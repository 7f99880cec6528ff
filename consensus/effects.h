#pragma once
// What Raft wants done, taken by its driver after a run of inputs.

#include <optional>
#include <ostream>
#include <vector>

#include "consensus/entry.h"
#include "consensus/message.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// What a node has promised, one record: written whole or not at all (Raft paper figure 2, persistent state).
struct HardState {
  Term term;
  std::optional<NodeId> vote;  // for whom, in `term`; never taken back within the term

  friend bool operator==(const HardState&, const HardState&) = default;
};

enum class Role { kFollower, kPreCandidate, kCandidate, kLeader };
std::ostream& operator<<(std::ostream& out, Role role);

// What the node is from now on, and whom it follows.
struct RoleChange {
  Role role = Role::kFollower;
  Term term;
  std::optional<NodeId> leader;  // this node itself when role is kLeader

  friend bool operator==(const RoleChange&, const RoleChange&) = default;
};

// The end of a read: every ReadIndex that returned OK ends in exactly one.
struct ReadState {
  ReadId id;
  bool confirmed = false;  // false: leader lost or unknown, or out of time: ask again, under another id
  Index index;             // confirmed: already applied here; state at or past this index is linearizable
};

// What became of a proposal, as far as a client must know it.
enum class Outcome {
  kCommitted,  // in the log for ever
  kDropped,    // surely never in the log
  kUnknown,    // may still commit, or not: ask the ledger by sequence number
};
std::ostream& operator<<(std::ostream& out, Outcome outcome);

// The end of a proposal: every Propose that returned OK ends in exactly one (or with the process).
struct ProposalOutcome {
  LogPosition position;
  Outcome outcome = Outcome::kUnknown;
};

// The end of a transfer: every TransferLeadership that returned OK ends in exactly one.
struct TransferOutcome {
  NodeId target;
  bool done = false;  // the target was seen as leader; false: given up, proposals are taken again
};

// Order of work: persist {hard_state, append} in one atomic, fsynced write; messages_now may leave before,
// beside or after that. When this batch and all before it are durable, send messages_after_persist and call
// Raft::Persisted(token). Batches must become durable in the order taken; several may be on their way, and
// one Persisted call may confirm several. A failed write is final: the process stops (a retry could lose what
// the kernel already marked clean).
struct Effects {
  std::optional<HardState> hard_state;
  // Consecutive entries. Whatever the log holds at append.front().index and after is cut in the same write.
  std::vector<Entry> append;
  // Not 0: this batch must be confirmed, also when there is nothing in it to write (its messages depend on
  // earlier batches).
  PersistToken token;

  std::vector<Message> messages_now;
  std::vector<Message> messages_after_persist;

  Index commit;      // committed: final, but perhaps not yet durable on this node
  Index applicable;  // min(commit, durable here): apply up to this index

  std::vector<ReadState> reads;
  std::vector<ProposalOutcome> proposals;
  std::optional<RoleChange> role_change;
  std::vector<TransferOutcome> transfers;
  // Once, when it is learned: the configuration entry that removed this node, committed. It campaigns no
  // more.
  std::optional<LogPosition> removed;
};

}  // namespace symbolon::consensus
