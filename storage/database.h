#pragma once
// The database behind the store, as this room sees it: column families, batches, errors as values. Only .cc
// files of this room include it.

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/bytes.h"
#include "storage/store.h"

namespace symbolon::storage {

// docs/storage.md has keys and values. The order is that of kFamilyNames.
enum class Family : uint8_t {
  kMeta,
  kRaft,
  kHeaders,
  kBodies,
  kTiles,
  kVerdicts,
  kAttestations,
  kSequences,
  kTags,
  kStatus,
};
inline constexpr std::array<const char*, 10> kFamilyNames = {
    "default",  "raft",         "headers",   "bodies", "tiles",
    "verdicts", "attestations", "sequences", "tags",   "status"};

inline rocksdb::Slice ToSlice(ByteView v) {
  return {v.data(), v.size()};
}
inline ByteView ToView(const rocksdb::Slice& s) {
  return {s.data(), s.size()};
}

// The database behind the store. Its language is RocksDB's: batches, iterators and snapshots are of its
// types, also where another implementation stands behind them. Thread-safe.
class Database {
 public:
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // ---- reading
  // NotFound has no message: the caller knows what it looked for. As part of a large scan it leaves nothing
  // in the cache.
  virtual absl::Status Get(Family family, ByteView key, Bytes* value,
                           const rocksdb::Snapshot* snapshot = nullptr, bool large_scan = false) const = 0;
  std::unique_ptr<rocksdb::Iterator> Iterate(Family family, const rocksdb::Snapshot* snapshot = nullptr,
                                             bool large_scan = false) const {
    return MakeIterator(family, snapshot, large_scan);
  }

  // ---- writing
  rocksdb::ColumnFamilyHandle* handle(Family family) const { return handles_[static_cast<size_t>(family)]; }
  // The first failure is final (LV-14): `what` names it in this and every later error.
  [[nodiscard]] absl::Status Write(rocksdb::WriteBatch* batch, bool sync, const char* what);
  // Makes a failure outside the database (of the durable mark) final too. OK passes through.
  [[nodiscard]] absl::Status Latch(absl::Status status, const char* what);
  absl::Status failure() const;

  // Everything into table files, so that the next start has no write-ahead log to replay. Idempotent.
  [[nodiscard]] virtual absl::Status FlushAndClose() = 0;

  // No new background compactions; what is written meanwhile makes reads somewhat slower. Not thread-safe.
  [[nodiscard]] virtual absl::Status PauseCompaction(bool pause) = 0;

  // Cache (data, index, filters) and memtables together.
  virtual uint64_t MemoryBytes() const = 0;

  bool read_only() const { return read_only_; }

  // Gets every error of damage from then on, from any thread. To be set before others use the database.
  void OnDamage(std::function<void(const absl::Status&)> on_damage) { on_damage_ = std::move(on_damage); }

  // RocksDB's status as ours, with what was done, the folder, and the last warnings (they name the file).
  absl::Status Convert(const rocksdb::Status& status, const std::string& doing) const;

 protected:
  Database(std::string dir, bool read_only) : dir_(std::move(dir)), read_only_(read_only) {}

  std::array<rocksdb::ColumnFamilyHandle*, kFamilyNames.size()> handles_{};

 private:
  friend class ScopedSnapshot;
  virtual std::unique_ptr<rocksdb::Iterator> MakeIterator(Family family, const rocksdb::Snapshot* snapshot,
                                                          bool large_scan) const = 0;
  virtual rocksdb::Status Commit(rocksdb::WriteBatch* batch, bool sync) = 0;
  virtual const rocksdb::Snapshot* GetSnapshot() const = 0;
  virtual void ReleaseSnapshot(const rocksdb::Snapshot* snapshot) const = 0;
  // Oldest first, separated by "; "; empty when there were none.
  virtual std::string RecentWarnings() const = 0;

  const std::string dir_;
  const bool read_only_;
  std::function<void(const absl::Status&)> on_damage_;
  mutable std::mutex mutex_;
  absl::Status failure_;  // guarded by mutex_
};

// A snapshot of the whole database, released at the end of the scope.
class ScopedSnapshot {
 public:
  explicit ScopedSnapshot(const Database& database)
      : database_(database), snapshot_(database.GetSnapshot()) {}
  ~ScopedSnapshot() { database_.ReleaseSnapshot(snapshot_); }
  ScopedSnapshot(const ScopedSnapshot&) = delete;
  ScopedSnapshot& operator=(const ScopedSnapshot&) = delete;
  const rocksdb::Snapshot* get() const { return snapshot_; }

 private:
  const Database& database_;
  const rocksdb::Snapshot* const snapshot_;
};

}  // namespace symbolon::storage
