#pragma once

#include <absl/status/statusor.h>

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "consensus/entry.h"
#include "consensus/log_view.h"
#include "consensus/term_map.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// The log as one node sees it: what is persisted (read through a LogView), a tail in memory of what is not
// yet, and three marks:
//
//     1 ........ durable ........ handed ........ last
//     persisted  | being written  | not handed out |
//
// The tail begins at or before durable + 1; when it begins earlier, the surplus is a cache for followers that
// lag a little. It is always a suffix of the log: cut first, then filled, so it can never serve an entry that
// the log no longer holds.
class Log {
 public:
  // `view` must outlive the log. `cache_bytes`: how much of what is persisted the tail keeps.
  static absl::StatusOr<Log> Open(const LogView* view, size_t cache_bytes);

  // Another view of the same persisted log from now on.
  void ReadFrom(const LogView* view) { view_ = view; }

  LogPosition last() const { return terms_.last(); }
  Index durable() const { return durable_; }

  // The term at `index`, 0 for index 0, nullopt past the end.
  std::optional<Term> TermAt(Index index) const { return terms_.At(index); }

  const TermMap& terms() const { return terms_; }

  // Log matching (Raft paper 5.3): the entry here and the one meant are the same, as are all before them.
  bool Holds(LogPosition position) const { return terms_.At(position.index) == position.term; }

  // Where a leader whose log has `prev` should probe next (Raft paper 5.3, last paragraph): the last position
  // here at or before prev.index whose term is at most prev.term. Everything after it here surely differs
  // from the leader's.
  LogPosition HintFor(LogPosition prev) const { return terms_.LastAtMost(prev.index, prev.term); }

  // Appends one entry at last().index + 1.
  void Append(Entry entry);

  // Cuts `first` and everything after it. The durable mark falls at once, also for writes on their way.
  void TruncateFrom(Index first);

  // The entry in memory at `index`, or null when it is not in the tail.
  const Entry* InTail(Index index) const;

  // Entries from `first` on, up to `last`, as many as fit in `max_bytes` but at least one. Requires
  // 1 <= first <= last <= last().index. DataLoss when the view does not give what the log must hold.
  absl::StatusOr<std::vector<Entry>> Read(Index first, Index last, size_t max_bytes) const;

  // The entries not handed out for persisting yet; they count as handed from now on.
  bool HasUnhanded() const { return handed_ < last().index; }
  std::vector<Entry> HandOut();

  // Everything up to `index` is persisted. The caller has lowered `index` for truncations since
  // (persistence.h).
  void MarkDurable(Index index);

  // Bytes of all entries in memory.
  size_t tail_bytes() const { return tail_bytes_; }
  // Bytes of the entries past the durable mark.
  size_t unpersisted_bytes() const { return unpersisted_bytes_; }

 private:
  friend class Fingerprint;

  Log(const LogView* view, size_t cache_bytes, TermMap terms);
  Index TailBegin() const { return tail_.empty() ? Next(last().index) : tail_.front().index; }
  void TrimCache();

  const LogView* view_;
  size_t cache_bytes_;
  TermMap terms_;
  std::deque<Entry> tail_;
  size_t tail_bytes_ = 0;
  size_t unpersisted_bytes_ = 0;
  Index durable_;
  Index handed_;
};

}  // namespace symbolon::consensus
