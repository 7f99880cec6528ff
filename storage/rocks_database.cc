#include "storage/rocks_database.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <atomic>
#include <vector>

#include "base/status_macros.h"
#include "storage/keys.h"

namespace symbolon::storage {
namespace {

constexpr size_t kCacheShardBits = 4;
constexpr double kFilterBitsPerKey = 10;

rocksdb::WALRecoveryMode RecoveryMode(WalEnd wal_end) {
  switch (wal_end) {
    case WalEnd::kMustBeWhole:
      return rocksdb::WALRecoveryMode::kAbsoluteConsistency;
    case WalEnd::kStopAtDamage:
      return rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    case WalEnd::kSkipDamage:
      break;
  }
  return rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
}

rocksdb::DBOptions MakeDbOptions(const Options& options, WalEnd wal_end, Access access,
                                 const std::shared_ptr<rocksdb::Cache>& cache) {
  const bool create = access == Access::kCreate;
  rocksdb::DBOptions db;
  db.create_if_missing = create;
  db.create_missing_column_families = create;
  db.paranoid_checks = wal_end != WalEnd::kSkipDamage && access != Access::kReadDamaged;
  db.wal_recovery_mode = RecoveryMode(wal_end);
  // A log file that was synced and is gone, or shorter, is an error instead of an old state.
  db.track_and_verify_wals_in_manifest = true;
  // All families are flushed together, so that a log file that is still there holds more than any table file.
  // Else RocksDB replays nothing of a log with a damaged file, as some family would be ahead of the others.
  db.atomic_flush = true;
  // A background error is final, like any other (LV-14): RocksDB must not go on by itself over what it lost.
  db.max_bgerror_resume_count = 0;
  db.max_open_files = options.max_open_files;
  db.max_file_opening_threads = 2;
  db.skip_stats_update_on_db_open = true;
  db.max_background_jobs = 2;
  db.max_total_wal_size = std::max<uint64_t>(options.write_buffer_bytes * 4, uint64_t{16} << 20);
  db.max_manifest_file_size = uint64_t{4} << 20;
  db.keep_log_file_num = 1;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  // Memtables are charged to the cache, which has room for both: the sum is the bound.
  db.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes, cache);
  if (options.env != nullptr) db.env = options.env;
  return db;
}

// Families that hold the ledger itself stay uncompressed: damage then hits what it hits and nothing around
// it, and an export of a damaged store shows the damaged bytes. They hold hashes, which do not compress
// anyway.
bool Compressed(Family family) {
  switch (family) {
    case Family::kVerdicts:
    case Family::kAttestations:
    case Family::kSequences:
    case Family::kTags:
    case Family::kStatus:
      return true;
    default:
      return false;
  }
}

rocksdb::ColumnFamilyOptions MakeFamilyOptions(const Options& options, Family family,
                                               const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.optimize_filters_for_memory = true;
  table.format_version = 5;
  // The only family in which most look-ups find nothing.
  if (family == Family::kTags) table.filter_policy.reset(rocksdb::NewRibbonFilterPolicy(kFilterBitsPerKey));
  if (family == Family::kTags) table.block_size = 16 << 10;

  rocksdb::ColumnFamilyOptions cf;
  cf.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  cf.compression = Compressed(family) ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  cf.bottommost_compression = Compressed(family) ? rocksdb::kZSTD : rocksdb::kNoCompression;
  cf.level_compaction_dynamic_level_bytes = true;
  // Until somebody has seen that there is room (Store::CheckSpace): opening would begin one at once.
  cf.disable_auto_compactions = true;
  cf.write_buffer_size = std::max<size_t>(options.write_buffer_bytes / 2, size_t{1} << 20);
  cf.max_write_buffer_number = 3;
  cf.arena_block_size = size_t{64} << 10;
  if (family == Family::kTags) {
    cf.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kTagPrefixSize));
    cf.memtable_prefix_bloom_size_ratio = 0.02;
  }
  return cf;
}

bool IsLockFailure(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() &&
         (text.find("lock file") != std::string::npos || text.find("lock hold by") != std::string::npos);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> RocksDatabase::Open(const Options& options, const std::string& dir,
                                                              WalEnd wal_end, Access access) {
  const bool read_only = access != Access::kCreate && access != Access::kWrite;
  auto database = std::unique_ptr<RocksDatabase>(
      new RocksDatabase(dir, read_only, /*verify_checksums=*/access != Access::kReadUnverified));
  // Without its checks RocksDB would also go on over damage in its log, and only say so.
  auto log_damage = std::make_shared<std::atomic<bool>>(false);
  database->log_ = MakeWarningLog([warn = options.warn, log_damage](const std::string& line) {
    if (line.find("(ignoring error)") != std::string::npos) *log_damage = true;
    if (warn) warn(line);
  });
  const auto cache = database->cache_ =
      rocksdb::NewLRUCache(options.block_cache_bytes + options.write_buffer_bytes, kCacheShardBits);
  rocksdb::DBOptions db_options = MakeDbOptions(options, wal_end, access, cache);
  db_options.info_log = database->log_->logger();

  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    families.emplace_back(kFamilyNames[i], MakeFamilyOptions(options, static_cast<Family>(i), cache));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = read_only
                                     ? rocksdb::DB::OpenForReadOnly(db_options, dir, families, &handles, &db)
                                     : rocksdb::DB::Open(db_options, dir, families, &handles, &db);
  if (!status.ok()) {
    if (IsLockFailure(status)) {
      return absl::FailedPreconditionError(
          fmt::format("{} is in use by another process: stop it first, or use another folder", dir));
    }
    return database->Convert(status, "opening the database");
  }
  database->db_.reset(db);
  std::copy(handles.begin(), handles.end(), database->handles_.begin());
  if (access == Access::kReadDamaged && *log_damage) {
    return absl::DataLossError(fmt::format("{}: table files and the write-ahead log are damaged: {}", dir,
                                           database->log_->Recent()));
  }
  return database;
}

RocksDatabase::~RocksDatabase() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

absl::Status RocksDatabase::Get(Family family, ByteView key, Bytes* value, const rocksdb::Snapshot* snapshot,
                                bool large_scan) const {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  read.fill_cache = !large_scan;
  read.verify_checksums = verify_checksums_;
  const rocksdb::Status status = db_->Get(read, handle(family), ToSlice(key), value);
  if (status.IsNotFound()) return absl::NotFoundError("");
  return Convert(status, fmt::format("reading {}", kFamilyNames[static_cast<size_t>(family)]));
}

std::unique_ptr<rocksdb::Iterator> RocksDatabase::MakeIterator(Family family,
                                                               const rocksdb::Snapshot* snapshot,
                                                               bool large_scan) const {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  read.verify_checksums = verify_checksums_;
  // Look-ups of a tag stay within its beginning and use the filters; scans see everything.
  read.prefix_same_as_start = family == Family::kTags && !large_scan;
  read.total_order_seek = !read.prefix_same_as_start;
  // A scan over everything would push out of the cache what proofs need.
  read.fill_cache = !large_scan;
  if (large_scan) read.readahead_size = size_t{1} << 20;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(read, handle(family)));
}

rocksdb::Status RocksDatabase::Commit(rocksdb::WriteBatch* batch, bool sync) {
  rocksdb::WriteOptions write;
  write.sync = sync;
  return db_->Write(write, batch);
}

absl::Status RocksDatabase::FlushAndClose() {
  if (db_ == nullptr) return absl::OkStatus();
  absl::Status status = read_only() ? absl::OkStatus() : failure();
  if (!read_only() && status.ok()) {
    rocksdb::FlushOptions flush;
    flush.wait = true;
    status = Convert(db_->Flush(flush, {handles_.begin(), handles_.end()}), "flushing");
  }
  if (!read_only()) rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/true);
  for (rocksdb::ColumnFamilyHandle*& handle : handles_) {
    db_->DestroyColumnFamilyHandle(handle);
    handle = nullptr;
  }
  const absl::Status closed = Convert(db_->Close(), "closing");
  db_.reset();
  return status.ok() ? closed : status;
}

absl::Status RocksDatabase::PauseCompaction(bool pause) {
  if (db_ == nullptr || read_only()) return absl::OkStatus();
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    const rocksdb::Status status =
        db_->SetOptions(handle, {{"disable_auto_compactions", pause ? "true" : "false"}});
    if (!status.ok()) return Convert(status, "pausing compactions");
  }
  return absl::OkStatus();
}

uint64_t RocksDatabase::MemoryBytes() const {
  return cache_->GetUsage();
}

}  // namespace symbolon::storage
