#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <vector>

#include "consensus/log_view.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// What the consistency check (Raft paper 5.3) and the comparison of logs (5.4.1) ask: the term of every index
// of the log, as the first index of each term: terms never fall along a log, so a log of any length needs one
// item per election, and no rule of Raft ever waits for a disk to learn a term.
class TermMap {
 public:
  // Learns the runs of a persisted log by bisection. Fails when a read fails or a term is out of order.
  static absl::StatusOr<TermMap> Load(const LogView& log);

  // The last position; (0, 0) when empty.
  LogPosition last() const { return {last_index_, runs_.empty() ? Term() : runs_.back().term}; }

  // The term at `index`; 0 for index 0; nullopt past the end.
  std::optional<Term> At(Index index) const;

  // The last position at or before `from` whose term is at most `term`; (0, 0) if none.
  LogPosition LastAtMost(Index from, Term term) const;

  // The last index up to which both logs have the same terms.
  Index CommonEnd(const TermMap& other) const;

  // Appends at last().index + 1. `term` must not be below last().term.
  void Append(Term term);

  // Forgets `first` and all after it.
  void TruncateFrom(Index first);

 private:
  friend class Fingerprint;

  std::vector<LogPosition> runs_;  // where each term begins
  Index last_index_;
};

}  // namespace symbolon::consensus
