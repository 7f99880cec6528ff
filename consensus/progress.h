#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "consensus/pace.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// Has a follower caught up? Thesis 4.2.1: replication is split into rounds, each of which brings everything
// that the leader's log held when the round began. Caught up is who needed less than an election timeout for
// its latest round, and has not been longer than that about the present one.
class CatchUp {
 public:
  // The leader's log has grown to `last`: who had everything before begins a round.
  void Appended(Index last, uint64_t tick);
  // The follower has acknowledged up to `match`; the leader's log ends at `last`.
  void Acknowledged(Index match, Index last, uint64_t tick, uint64_t limit_ticks);
  bool IsDone(uint64_t tick, uint64_t limit_ticks) const;

 private:
  friend class Fingerprint;
  void Begin(Index goal, uint64_t tick);

  bool quick_ = false;  // the latest round
  bool open_ = false;   // a round is under way: not while the follower has everything
  Index goal_;
  uint64_t began_ = 0;
};

// What a leader knows of one other member (Raft paper figure 2: nextIndex, matchIndex), and how much is on
// its way to it. Two states (thesis 10.2.1, pipelining):
//   probe      where the logs part is not known: one request at a time, nothing new until it is answered
//   replicate  they agree up to match: requests follow each other without waiting, as the window allows
class Progress {
 public:
  enum class State { kProbe, kReplicate };

  // At the start of a term: nothing is proved, the best guess is that the follower has everything.
  explicit Progress(Index next) : next_(next) {}

  State state() const { return state_; }
  // Proved and durable at the follower. Only success replies raise it; nothing lowers it within a term but
  // BeginAgain.
  Index match() const { return match_; }
  // The first index to send next. Always past match.
  Index next() const { return next_; }

  // May another request leave now? `max_bytes` and `max_messages` bound the window in state replicate.
  bool MaySend(size_t max_bytes, size_t max_messages) const;

  // A request with entries next..last, of `bytes` in all, has left (no entries: last = next - 1).
  void Sent(Index last, size_t bytes);

  // A success reply. False when it proves nothing new.
  bool Accepted(Index last);

  // A success reply of a follower that had no room for the rest: what was sent after `last` is sent again,
  // one request at a time.
  bool AcceptedPart(Index last);

  // A success reply of a follower whose disk is full: it is asked again when the next nudge is due.
  bool AcceptedFull(Index last);
  bool is_full() const { return full_; }

  // A refusal of the request whose prev was `prev`; `hint` is the follower's guess. False when it is stale:
  // answers to requests that later ones have overtaken must not move next.
  bool Refused(Index prev, Index hint);

  // The follower has lost what it acknowledged: nothing is proved any more, and it has not caught up.
  void BeginAgain(Index next);

  // A heartbeat interval has passed. Requests may be lost, so after two intervals without any progress the
  // follower counts as stalled.
  void HeartbeatTick();

  // The follower is there (it answered a heartbeat). True when it is stalled: a request must be sent, even an
  // empty one, so that its answer shows what arrived. True once per heartbeat interval.
  bool NeedsNudge();

  // Bookkeeping of the leader, not of replication:
  std::optional<uint64_t> heard;  // the tick of its latest answer in this term
  Index sent_commit;              // the commit index that it was last told
  uint64_t confirmed_round = 0;   // the latest read round that it has answered
  CatchUp catch_up;
  Pace pace;                        // of a learner
  bool observer = false;            // its promises are lost: it counts in no majority
  std::optional<Index> removed_at;  // the configuration entry without it: served up to there, then dismissed

 private:
  friend class Fingerprint;

  void ProbeFrom(Index next);

  struct Request {
    Index last;
    size_t bytes;
  };

  bool IsWaiting() const { return probe_outstanding_ || next_ > Next(match_); }

  State state_ = State::kProbe;
  Index match_;
  Index next_;
  bool probe_outstanding_ = false;
  bool full_ = false;         // in state probe only
  bool was_waiting_ = false;  // at the last heartbeat
  Index match_then_;          // at the last heartbeat
  bool stalled_ = false;
  std::deque<Request> window_;
  size_t window_bytes_ = 0;  // entries only
};

}  // namespace symbolon::consensus
