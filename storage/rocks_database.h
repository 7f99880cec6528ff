#pragma once
// RocksDB behind the store; the one place for its options.

#include <rocksdb/db.h>

#include <memory>
#include <string>

#include "storage/database.h"
#include "storage/disk.h"
#include "storage/rocksdb_log.h"

namespace symbolon::storage {

class RocksDatabase final : public Database {
 public:
  // `dir` is RocksDB's own folder. Errors as in Disk::OpenDatabase.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const Options& options, const std::string& dir,
                                                        WalEnd wal_end, Access access);
  ~RocksDatabase() override;

  absl::Status Get(Family family, ByteView key, Bytes* value, const rocksdb::Snapshot* snapshot,
                   bool large_scan) const override;
  absl::Status FlushAndClose() override;
  absl::Status PauseCompaction(bool pause) override;
  uint64_t MemoryBytes() const override;

  rocksdb::DB* db() const { return db_.get(); }

 private:
  RocksDatabase(std::string dir, bool read_only, bool verify_checksums)
      : Database(std::move(dir), read_only), verify_checksums_(verify_checksums) {}
  std::unique_ptr<rocksdb::Iterator> MakeIterator(Family family, const rocksdb::Snapshot* snapshot,
                                                  bool large_scan) const override;
  rocksdb::Status Commit(rocksdb::WriteBatch* batch, bool sync) override;
  const rocksdb::Snapshot* GetSnapshot() const override { return db_->GetSnapshot(); }
  void ReleaseSnapshot(const rocksdb::Snapshot* snapshot) const override { db_->ReleaseSnapshot(snapshot); }
  std::string RecentWarnings() const override { return log_->Recent(); }

  const bool verify_checksums_;
  std::shared_ptr<WarningLog> log_;
  std::shared_ptr<rocksdb::Cache> cache_;
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace symbolon::storage
