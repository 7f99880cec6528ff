#pragma once
// Linearizable reads without writing to the log (thesis 6.4).

#include <absl/functional/function_ref.h>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "consensus/configuration.h"
#include "consensus/effects.h"
#include "consensus/quorum.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// A read as the leader holds it: who asked, under which number, and the commit index when it was registered.
struct RegisteredRead {
  NodeId origin;
  uint64_t id = 0;
  Index index;
};

// A leader's reads on their way to confirmation. A round is one exchange of heartbeats with a fresh number.
// It confirms exactly the reads registered before it began; reads that come while it is under way gather for
// the next.
class ReadRounds {
 public:
  // Before the leader has committed in its own term it does not know what is committed (thesis 6.4, step 1):
  // such reads wait, without an index.
  void Register(RegisteredRead read) { gathering_.push_back(read); }

  // The number that requests and heartbeats sent now must carry.
  uint64_t current() const { return round_; }

  // Begins a round if reads wait and none is under way; false otherwise. Reads without an index get `commit`.
  bool Begin(Index commit);

  // The reads of the round under way, once a majority (`has_confirmed`: has the voter answered this round or
  // a later one?) has shown that this leader was not replaced before the round began. Empty otherwise.
  std::vector<RegisteredRead> TakeConfirmed(const Configuration& configuration,
                                            absl::FunctionRef<bool(NodeId, uint64_t)> has_confirmed);

  // Everything that is still unconfirmed, for a leader that steps down.
  std::vector<RegisteredRead> TakeAll();

  size_t size() const { return gathering_.size() + under_way_.size(); }

 private:
  friend class Fingerprint;

  uint64_t round_ = 0;
  std::vector<RegisteredRead> gathering_;
  std::vector<RegisteredRead> under_way_;
};

// The reads asked of this node, in whatever role, until they are answered.
class LocalReads {
 public:
  // `random` starts the numbers that go to other nodes: an answer to a former process must fit no read of
  // this one.
  explicit LocalReads(uint64_t random) : next_id_(random >> 1) {}

  // Returns the number under which the read goes to a leader; every attempt has its own. Deadlines must not
  // fall.
  uint64_t Add(ReadId id, uint64_t deadline_tick);

  // The leader vouches for `index`. Ignored when nobody waits for `wire_id` any more.
  void Confirm(uint64_t wire_id, Index index);

  // The leader cannot answer `wire_id`.
  void Fail(uint64_t wire_id);

  // Leader or term changed: what is not confirmed never will be.
  void FailUnconfirmed();

  // Fails what has waited past its deadline, for confirmation or for the state machine.
  void Expire(uint64_t tick);

  // The reads that have ended: failed ones, and confirmed ones whose index is applied.
  std::vector<ReadState> TakeEnded(Index applied);
  bool HasEnded(Index applied) const;

  bool IsPending(ReadId id) const { return ids_.contains(id); }
  size_t size() const { return unconfirmed_.size() + confirmed_.size(); }

 private:
  friend class Fingerprint;

  struct Unconfirmed {
    ReadId id;
    uint64_t deadline = 0;
  };
  std::map<uint64_t, Unconfirmed> unconfirmed_;  // by wire id, thus by deadline
  std::multimap<Index, Unconfirmed> confirmed_;  // by read index: ends in this order
  std::set<ReadId> ids_;
  std::vector<ReadState> failed_;
  uint64_t next_id_;
};

}  // namespace symbolon::consensus
