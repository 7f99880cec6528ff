#pragma once
// What nodes of one network say to each other. No serialisation here (api/ has it), no network name (the
// transport authenticates the sender and the network before a message comes this far).

#include <cstdint>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "consensus/entry.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// "Would you vote for me in `Message::term` (my term + 1)?" Changes nothing at the receiver (thesis 9.6).
struct PreVoteRequest {
  LogPosition last;  // the end of the sender's log
};

// Granted: Message::term echoes the request. Refused: it is the refuser's own term, for the asker to adopt.
struct PreVoteReply {
  bool granted = false;
};

// RequestVote (Raft paper 5.2, 5.4.1).
struct VoteRequest {
  LogPosition last;       // the end of the candidate's log
  bool transfer = false;  // campaigns at the leader's own wish: no stickiness (thesis 3.10)
};

// The result of RequestVote (Raft paper 5.2).
struct VoteReply {
  bool granted = false;
};

// AppendEntries (Raft paper 5.3). May be empty: then it asks whether `prev` matches, and carries the commit
// index.
struct AppendRequest {
  LogPosition prev;
  std::vector<Entry> entries;  // consecutive, from prev.index + 1
  Index commit;                // the leader's commit index
  uint64_t round = 0;          // the latest read round begun (thesis 6.4)
  Index match;                 // how far the receiver has acknowledged in this term: it must still hold that
};

// The result of AppendEntries (Raft paper 5.3), with what lets a leader find the place in fewer steps.
struct AppendReply {
  bool accepted = false;
  // Accepted: the last index that the request proved equal, and that is durable here.
  Index last = Index();
  // Accepted: there was room for a part only, up to `last`; sent when that is persisted, so there is room
  // now.
  bool partial = false;
  // Refused: prev.index of the request refused.
  Index prev = Index();
  // Refused: the last position at or before `prev` at which the logs can still be equal, judged by terms
  // (Raft paper 5.3, last paragraph). A guess to probe from, never a proof.
  LogPosition hint = {};
  uint64_t round = 0;  // echoed: confirms leadership also when it refuses
  // Refused: this node no longer has what it once acknowledged to the leader (Options::standing): forget its
  // match, begin again at `hint`.
  bool recovering = false;
  // Accepted: the sender's disk is full and takes no proposals for now. What `last` says is there.
  bool full = false;
};

// "I still lead": keeps followers quiet and confirms reads; answered without touching the disk.
struct Heartbeat {
  Index commit;  // min(commit index, match): the receiver surely has it (never more, or a stale tail commits)
  uint64_t round = 0;
  Index match;  // as in AppendRequest
};

// Counts for the read round, and as a sign of life (thesis 6.2, 6.4).
struct HeartbeatReply {
  uint64_t round = 0;
};

// A follower or learner asks the leader for a read index (thesis 6.4). Message::term is 0: it deposes nobody.
struct ReadRequest {
  uint64_t id = 0;  // never used twice by its sender, not even across restarts
};

// The read index of one ReadRequest (thesis 6.4).
struct ReadReply {
  uint64_t id = 0;
  bool confirmed = false;  // false: not leader, or too many reads; ask again
  Index index;             // confirmed: the commit index registered for this very read
};

// "Campaign at once" (thesis 3.10).
struct TimeoutNow {};

// "You are no member any more": the answer to a (pre-)vote request of a node that a committed configuration
// entry removed, and a leader's last word to it (thesis 4.2.3). Message::term is 0: it deposes nobody.
struct Removed {
  LogPosition position;  // of that entry
};

using MessageBody =
    std::variant<PreVoteRequest, PreVoteReply, VoteRequest, VoteReply, AppendRequest, AppendReply, Heartbeat,
                 HeartbeatReply, ReadRequest, ReadReply, TimeoutNow, Removed>;

// One message of `from` to `to`.
struct Message {
  NodeId from;
  NodeId to;
  Term term;  // the sender's term, but where the body says otherwise
  MessageBody body;
  uint64_t incarnation = 0;  // of the sender (Options::incarnation)
  bool observer = false;  // the sender's promises are lost (Standing::kObserver): nothing it says is counted
};

// Not a request, nor a leader's word.
bool IsAnswer(const MessageBody& body);
// What only a leader says, or a member to one that was removed. Not TimeoutNow, which is believed of the
// leader that a node follows already, and is the last word of one that leaves.
bool IsOfLeader(const MessageBody& body);

// What a message occupies, entries included.
size_t MemoryBytes(const Message& message);

// One line for logs and failing tests: kinds and numbers, never entry bytes.
std::string Describe(const Message& message);
std::ostream& operator<<(std::ostream& out, const Message& message);

}  // namespace symbolon::consensus
