#pragma once
// Reads entries one after the other: headers and bodies side by side, bodies put together from their tiles.

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "storage/database.h"
#include "storage/raft_state.h"

namespace symbolon::storage {

struct StoredEntry {
  consensus::Term term;
  consensus::EntryKind kind = consensus::EntryKind::kNormal;
  Bytes header;
  Bytes body;
};

// Not thread-safe. `database` (and `snapshot`, if any) must outlive it.
class EntryReader {
 public:
  // Begins at `first`. `large_scan`: reads ahead and leaves the cache alone.
  EntryReader(const Database& database, uint64_t first, const rocksdb::Snapshot* snapshot, bool large_scan);

  // The next entry. DataLoss, naming index and piece, when it is missing or cannot be read; OutOfRange after
  // the last.
  absl::StatusOr<StoredEntry> Next();
  uint64_t next_index() const { return next_; }

 private:
  absl::StatusOr<Bytes> NextBody();

  const Database& database_;
  uint64_t next_;
  std::unique_ptr<rocksdb::Iterator> headers_;
  std::unique_ptr<rocksdb::Iterator> bodies_;
};

}  // namespace symbolon::storage
