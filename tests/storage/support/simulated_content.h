#pragma once
// What lies on a simulated disk, and the faults that wait for who writes to it. Shared by the disk and
// whatever is open on it.

#include <rocksdb/status.h>

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "tests/storage/support/simulated_disk.h"
#include "tests/storage/support/simulated_rows.h"

namespace symbolon::storage {

struct LogRecord {
  Bytes batch;
  bool synced = false;
  bool damaged = false;
};

struct StoredDatabase {
  Families tables;
  uint64_t table_bytes = 0;
  std::deque<LogRecord> log;
  uint64_t log_bytes = 0;
  bool open = false;

  // All records up to `end` into the tables, durably; the rest is dropped.
  void Flush(size_t end);
  // How many records can be replayed.
  size_t WholeRecords() const;
};

struct StoredFile {
  Bytes bytes;                   // as read by a living machine
  std::optional<Bytes> durable;  // where that differs
};

enum class Step : uint8_t {
  kDone,
  kHalf,     // fails; what it should have written may or may not be on the disk
  kNothing,  // fails, and nothing happened
};

struct SimulatedContent {
  mutable std::mutex mutex;
  std::map<std::string, StoredFile> files;
  std::map<std::string, StoredDatabase> databases;
  std::map<std::string, Bytes> replacing;  // cut by a loss of power: either the old file or this

  uint64_t process = 1;  // what earlier ones had open is dead
  uint64_t capacity = 0;
  uint64_t write_buffer = 0;
  uint64_t operations = 0;
  uint64_t fail_from = std::numeric_limits<uint64_t>::max();
  Fault fault = Fault::kError;   // that strikes at fail_from
  Fault struck = Fault::kError;  // that struck last
  bool failed = false;
  bool reads_fail = false;

  uint64_t Used() const;
  Step Next(uint64_t bytes);
  // Of the fault that struck last.
  rocksdb::Status Failure() const;
  absl::Status FileFailure(const char* doing, const std::string& path) const;
};

absl::StatusOr<std::unique_ptr<Database>> OpenSimulatedDatabase(
    const std::shared_ptr<SimulatedContent>& content, const std::string& dir, WalEnd wal_end, Access access);

}  // namespace symbolon::storage
