#pragma once
// RocksDB behind the store: column families, one place for its options, errors as values. Only .cc files of
// this room include it.

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/bytes.h"
#include "storage/rocksdb_log.h"
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

// How RocksDB is to treat a damaged end of its write-ahead log.
enum class WalEnd : uint8_t {
  kMustBeWhole,   // any damage is an error
  kStopAtDamage,  // everything before the first damage counts
  kSkipDamage,    // everything that can be read counts: for looking, never for going on
};

// Thread-safe.
class Database {
 public:
  // `dir` is RocksDB's own folder.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const Options& options, const std::string& dir,
                                                        WalEnd wal_end, bool create);
  // Nothing is written; the write-ahead log is replayed into memory only.
  static absl::StatusOr<std::unique_ptr<Database>> OpenReadOnly(const Options& options,
                                                                const std::string& dir, WalEnd wal_end,
                                                                bool verify_checksums);
  ~Database();

  // ---- reading
  // NotFound has no message: the caller knows what it looked for.
  absl::Status Get(Family family, ByteView key, Bytes* value,
                   const rocksdb::Snapshot* snapshot = nullptr) const;
  std::unique_ptr<rocksdb::Iterator> Iterate(Family family, const rocksdb::Snapshot* snapshot = nullptr,
                                             bool large_scan = false) const;

  // ---- writing
  rocksdb::ColumnFamilyHandle* handle(Family family) const { return handles_[static_cast<size_t>(family)]; }
  // The first failure is final (LV-14): `what` names it in this and every later error.
  [[nodiscard]] absl::Status Write(rocksdb::WriteBatch* batch, bool sync, const char* what);
  // Makes a failure outside RocksDB (of the durable mark) final too. OK passes through.
  [[nodiscard]] absl::Status Latch(absl::Status status, const char* what);
  absl::Status failure() const;

  [[nodiscard]] absl::Status FlushAndClose();

  // Cache (data, index, filters) and memtables together.
  uint64_t MemoryBytes() const;

  rocksdb::DB* db() const { return db_.get(); }
  bool read_only() const { return read_only_; }

  // RocksDB's status as ours, with what was done, the folder, and the last warnings of RocksDB (they name the
  // file).
  absl::Status Convert(const rocksdb::Status& status, const std::string& doing) const;

 private:
  Database(std::string dir, bool verify_checksums)
      : dir_(std::move(dir)), verify_checksums_(verify_checksums) {}
  static absl::StatusOr<std::unique_ptr<Database>> OpenWith(const Options& options, const std::string& dir,
                                                            WalEnd wal_end, bool create, bool read_only,
                                                            bool verify_checksums);

  std::string dir_;
  bool verify_checksums_;
  bool read_only_ = false;
  std::shared_ptr<WarningLog> log_;
  std::shared_ptr<rocksdb::Cache> cache_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyNames.size()> handles_{};

  mutable std::mutex mutex_;
  absl::Status failure_;  // guarded by mutex_
};

// A snapshot of the whole database, released at the end of the scope.
class ScopedSnapshot {
 public:
  explicit ScopedSnapshot(const Database& database) : db_(database.db()), snapshot_(db_->GetSnapshot()) {}
  ~ScopedSnapshot() { db_->ReleaseSnapshot(snapshot_); }
  ScopedSnapshot(const ScopedSnapshot&) = delete;
  ScopedSnapshot& operator=(const ScopedSnapshot&) = delete;
  const rocksdb::Snapshot* get() const { return snapshot_; }

 private:
  rocksdb::DB* db_;
  const rocksdb::Snapshot* snapshot_;
};

}  // namespace symbolon::storage
