#pragma once

#include <absl/functional/function_ref.h>

#include <deque>
#include <optional>
#include <vector>

#include "consensus/effects.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// Proposals made on this node that are owed an answer: that they are committed (Raft paper 5.3), or that they
// never will be (thesis 6.3 leaves the rest to the client). They outlive the leadership in which they were
// made: a deposed leader still learns from the log what became of them.
class PendingProposals {
 public:
  void Add(LogPosition position, uint64_t deadline_tick) { pending_.push_back({position, deadline_tick}); }

  // Answers what the committed log decides. `term_at` gives the term of any index up to `commit`.
  //   committed: the entry at the proposal's index has the proposal's term
  //   dropped:   another entry is committed there, or a later term is committed before it (terms never fall
  //              along a log). Being cut from this node's log proves nothing: another node may still hold the
  //              entry and win.
  std::vector<ProposalOutcome> Resolve(LogPosition commit,
                                       absl::FunctionRef<std::optional<Term>(Index)> term_at);

  // Answers as unknown what is past its deadline.
  std::vector<ProposalOutcome> Expire(uint64_t tick);

  // Leadership is lost: nobody is asked to wait longer than until `tick`.
  void ShortenDeadlines(uint64_t tick);

  size_t size() const { return pending_.size(); }

 private:
  friend class Fingerprint;

  struct Pending {
    LogPosition position;
    uint64_t deadline;
  };
  std::deque<Pending> pending_;  // in the order proposed: by term, then by index
};

}  // namespace symbolon::consensus
