#pragma once

#include <deque>
#include <optional>

#include "consensus/types.h"

namespace symbolon::consensus {

// The writes on their way to the disk, in the order handed out. What a message claims is durable before it
// leaves (Raft paper, figure 2: "updated on stable storage before responding"); a leader writes while its
// followers do (thesis 10.2.1), so several writes may be under way.
class WritesInFlight {
 public:
  struct Write {
    PersistToken token;
    Index last;  // the last entry written that the log still holds; 0: none
    bool hard_state = false;
    uint64_t tick = 0;  // when it was handed out
  };

  // Issues the token of a new write. One that writes nothing (`last` 0, no hard state) waits only for those
  // before it; the next takes its place, so that answers do not pile up here while a disk is full.
  PersistToken Begin(Index last, bool hard_state, uint64_t tick);

  // The log was cut at `first`: what these writes put there no longer counts. A completion that arrives late
  // then vouches for nothing but what is still in the log, even if the same bytes have been appended once
  // more since.
  void TruncateFrom(Index first);

  // Everything up to `token` is durable. Returns the last index that this proves durable (0: none), or
  // nullopt for a token never issued. A token confirmed before proves nothing new.
  std::optional<Index> Complete(PersistToken token);

  bool empty() const { return writes_.empty(); }
  bool HardStateInFlight() const;

  // When the oldest write was handed out; requires !empty().
  uint64_t oldest_tick() const { return writes_.front().tick; }

 private:
  friend class Fingerprint;

  std::deque<Write> writes_;
  PersistToken last_issued_;
};

}  // namespace symbolon::consensus
