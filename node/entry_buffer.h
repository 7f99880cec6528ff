#pragma once
// The end of the log in memory, for the thread that applies: entries need not be read back from the disk
// right after they were written to it.

#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "consensus/entry.h"
#include "consensus/types.h"

namespace symbolon::node {

// Holds a run of consecutive entries of the log, cut when the log is cut. When full it takes no more until it
// has been emptied; what it lacks is read from the disk. Thread-safe.
class EntryBuffer {
 public:
  explicit EntryBuffer(size_t max_bytes) : max_bytes_(max_bytes) {}

  // The log was cut at entries.front().index and grew by these.
  void Append(const std::vector<consensus::Entry>& entries);
  // Entries from `first` on up to `last`, as many as fit in `max_bytes` and `max_count`, at least one if
  // `first` is here; else none.
  std::vector<consensus::Entry> Read(consensus::Index first, consensus::Index last, size_t max_bytes,
                                     size_t max_count) const;
  // Entries up to `index` are applied.
  void DropThrough(consensus::Index index);
  size_t bytes() const {
    std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  const size_t max_bytes_;
  mutable std::mutex mutex_;
  std::deque<consensus::Entry> entries_;  // guarded by mutex_
  size_t bytes_ = 0;                      // guarded by mutex_
};

}  // namespace symbolon::node
