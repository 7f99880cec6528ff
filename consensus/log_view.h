#pragma once

#include <absl/status/statusor.h>

#include <cstddef>
#include <vector>

#include "consensus/entry.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// The persisted log, as the core reads it. Indexes 1..LastIndex() without a gap, terms that never fall;
// nothing is ever compacted, so an index at or below the last that cannot be read is damage, and the core
// stops on it rather than guess what stood there.
//
// Called on the core's thread only, while the driver may be persisting on another: an implementation must
// make each call safe beside a write. The core asks only for positions whose persistence the driver has
// confirmed (or that were there at start), and not for those that an append handed out since will overwrite.
class LogView {
 public:
  virtual ~LogView() = default;

  // The last index that is persisted; 0 when empty. Read once, by Raft::Create.
  virtual Index LastIndex() const = 0;

  // The term of the entry at `index`, 1..LastIndex(). Asked O(terms * log(entries)) times at start, not
  // later.
  virtual absl::StatusOr<Term> TermAt(Index index) const = 0;

  // The indexes of all configuration entries, ascending. Read once, by Raft::Create, which then reads those
  // entries.
  virtual absl::StatusOr<std::vector<Index>> ConfigurationIndexes() const = 0;

  // Entries first..last in order, at least one, then as many as fit in `max_bytes` (Entry::bytes).
  // Synchronous: the disk is read on the caller's thread. Requires first <= last.
  virtual absl::StatusOr<std::vector<Entry>> Read(Index first, Index last, size_t max_bytes) const = 0;
};

}  // namespace symbolon::consensus
