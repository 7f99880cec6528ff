#pragma once
// What a store needs of a disk: small files, one file that is written in place, and a key-value database. The
// operating system's with RocksDB is the real one; tests put in its place a simulated one that forgets what
// was not synced (tests/storage/support/simulated_disk.h).

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace symbolon::storage {

class Database;
struct Options;

// How a database is to treat a damaged end of its write-ahead log.
enum class WalEnd : uint8_t {
  kMustBeWhole,   // any damage is an error
  kStopAtDamage,  // everything before the first damage counts
  kSkipDamage,    // everything that can be read counts: for looking, never for going on
};

enum class Access : uint8_t {
  kCreate,          // to write, made when there is none
  kWrite,           // to write
  kRead,            // nothing is written; the write-ahead log is replayed into memory only
  kReadDamaged,     // likewise, and a table file that cannot be opened is an error only where it is read
  kReadUnverified,  // likewise, and checksums of blocks are not checked
};

// A file that is written in place. Not thread-safe.
class FixedFile {
 public:
  virtual ~FixedFile() = default;
  // Durable when it returns OK. When power is lost before that, each 4 KiB block that it touches may hold the
  // old bytes, the new ones, or a mixture; other blocks are not hurt.
  [[nodiscard]] virtual absl::Status Write(uint64_t offset, ByteView bytes) = 0;
};

// Thread-safe. Errors of files are those of storage/atomic_file.h.
class Disk {
 public:
  virtual ~Disk() = default;

  // ---- small files
  // Of a file or a folder.
  virtual bool Exists(const std::string& path) const = 0;
  // ResourceExhausted if the file is longer than `max_bytes`.
  virtual absl::StatusOr<Bytes> Read(const std::string& path, size_t max_bytes) const = 0;
  // The file holds either all of `contents` or what it held before, also after loss of power; durable when it
  // returns OK.
  [[nodiscard]] virtual absl::Status Replace(const std::string& path, ByteView contents, mode_t mode) = 0;
  // The file is there already.
  virtual absl::StatusOr<std::unique_ptr<FixedFile>> OpenFixed(const std::string& path) = 0;
  // Durable. Fine when there is none.
  [[nodiscard]] virtual absl::Status Remove(const std::string& path) = 0;

  // ---- folders
  // Like `mkdir -p`, durably, for the owner alone.
  [[nodiscard]] virtual absl::Status MakeFolder(const std::string& path) = 0;
  // Whole, or not at all; durable. `to` does not exist.
  [[nodiscard]] virtual absl::Status RenameFolder(const std::string& from, const std::string& to) = 0;
  // With everything in it. Fine when there is none.
  [[nodiscard]] virtual absl::Status RemoveFolder(const std::string& path) = 0;

  // ---- the database in folder `dir`
  // FailedPrecondition when it is open elsewhere; DataLoss for damage.
  virtual absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const Options& options,
                                                                 const std::string& dir, WalEnd wal_end,
                                                                 Access access) = 0;

  // ---- space
  // Free bytes on the file system of the folder.
  virtual absl::StatusOr<uint64_t> FreeBytes(const std::string& dir) const = 0;
  // Bytes of all files in the folder and below.
  virtual absl::StatusOr<uint64_t> UsedBytes(const std::string& dir) const = 0;
};

// The real one; lives for ever.
Disk* OperatingSystemDisk();

}  // namespace symbolon::storage
