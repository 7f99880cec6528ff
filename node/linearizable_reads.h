#pragma once
// Linearizable reads (Raft thesis 6.4): the node learns from the leader how far it must have applied before
// it may answer.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "api/backend.h"
#include "consensus/raft.h"
#include "node/event_loop.h"
#include "node/runtime.h"

namespace symbolon::node {

// Reads that arrive while one is being handed to Raft share its turn; whatever fails is asked again, under a
// new number, until its time is up. Each read ends exactly once. Thread-safe, but for On... (event loop);
// callbacks run outside the lock.
class LinearizableReads {
 public:
  // The index from which the state is fresh enough, committed and applied, or why not.
  using Done = std::function<void(absl::StatusOr<uint64_t> index)>;

  // `loop` must outlive it.
  explicit LinearizableReads(EventLoop* loop) : loop_(loop) {}

  void Add(api::Abandoned abandoned, MonotonicTime deadline, Done done);

  void OnRead(const consensus::ReadState& read);
  // Asks again what failed; ends what is overdue or abandoned.
  void OnTick(consensus::Raft& raft, MonotonicTime now);
  // Ends all, and everything that comes later at once.
  void Stop();

 private:
  struct Read {
    api::Abandoned abandoned;
    MonotonicTime deadline;
    Done done;
  };
  using Reads = std::vector<Read>;

  void Ask(consensus::Raft& raft);
  static void TakeOverdue(Reads& from, MonotonicTime now, Reads& late, Reads& abandoned);

  EventLoop* const loop_;
  std::mutex mutex_;
  Reads gathering_;                      // guarded by mutex_
  bool asked_ = false;                   // a turn of the loop is coming for gathering_; guarded by mutex_
  std::map<uint64_t, Reads> under_way_;  // by ReadId; guarded by mutex_
  uint64_t next_id_ = 1;                 // never used twice; guarded by mutex_
  bool stopped_ = false;                 // guarded by mutex_
};

}  // namespace symbolon::node
