#pragma once
// The data folder of one node: opening it, with every check that must pass before the node may speak.
//
//   <dir>/STORE   text: format, network, node number. Written once, last thing of creation.
//   <dir>/MARK    what this node has promised (storage/durable_mark.h)
//   <dir>/db/     RocksDB: log, bodies, tiles, indexes (docs/storage.md lists the column families)
//
// RaftLog (storage/raft_log.h) and LedgerStore (storage/ledger_store.h) work on an open Store and must not
// outlive it.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "storage/disk.h"
#include "storage/startup_report.h"

namespace symbolon::ledger {
struct StateSnapshot;
}

namespace rocksdb {
class Env;
}

namespace symbolon::storage {

class DurableMark;

// How much is re-read and re-hashed before the store is handed out.
enum class Verification : uint8_t {
  kNone,   // for tools that are about to check, or export, by themselves
  kTiles,  // the ledger root from the stored tiles, the newest header: milliseconds
  kFull,   // besides: every header against its leaf hash, every body against its header's roots, every index
};

// What a start does with a store that does not hold all that it should.
enum class OnDamage : uint8_t {
  kRefuse,   // an error that names the first damage; nothing is changed
  kRecover,  // goes on as far as that can be proved to be right; Store::report() says in what standing
};

struct Options {
  std::string dir;
  // Creates an empty store when there is none. Otherwise that is NotFound: an existing node whose folder is
  // empty has lost its promises and must come back under a new identity.
  bool create_if_missing = false;
  Verification verify = Verification::kTiles;
  OnDamage on_damage = OnDamage::kRefuse;

  // Together the bound of RocksDB's memory: data, index and filter blocks in the cache, memtables in the
  // write buffers.
  size_t block_cache_bytes = size_t{64} << 20;
  size_t write_buffer_bytes = size_t{32} << 20;
  size_t tile_cache_bytes = size_t{8} << 20;  // expanded tiles of the ledger tree
  int max_open_files = 256;

  // Free space that proposals may not use up: it is for what keeps the cluster going, and for what RocksDB
  // does in the background (LV-15).
  uint64_t reserve_bytes = uint64_t{256} << 20;

  // Since 1970, when the store is opened; 0: not known. Only a store that observes looks at it, for a number
  // of its incarnation above those of lives that it may not remember.
  uint64_t wall_milliseconds = 0;

  // Whether the ledger can go on from this stored state, of a tree with that root. Called while the store is
  // opened. An error is damage like any other: whoever recovers has derived state made again.
  std::function<absl::Status(const ledger::StateSnapshot& state, const Digest& root)> check_state;

  // Gets warnings as they come (also RocksDB's own), one line each, from any thread. Never a record's
  // content.
  std::function<void(const std::string&)> warn;

  // Not owned; must outlive the store.
  Disk* disk = OperatingSystemDisk();
  // For tests that inject faults below RocksDB; null is the operating system. Not owned.
  rocksdb::Env* env = nullptr;
};

// Whose store it is. Both are stamped into the store; another network's or node's store is refused.
struct Identity {
  Digest network{};
  uint64_t node_number = 0;

  bool operator==(const Identity&) const = default;
};

// Thread-safe.
class Store {
 public:
  // One process per folder, one Store per folder in it.
  //
  // FailedPrecondition: open elsewhere; another network's or node's store; a format this program does not
  // know. A torn write at the end of RocksDB's write-ahead log, beyond all that was promised, is cut and
  // reported by `warn`.
  //
  // DataLoss: damage, or promises that the log no longer keeps; the message names the first place and what to
  // do. With OnDamage::kRecover that is left only where nothing can be opened at all; else (docs/storage.md):
  // - damaged table files: the log is salvaged into a new database, and derived state is made again;
  // - the log lacks what was acknowledged: it is opened as it is, in standing kRecovering;
  // - the mark is lost, or older than the log, or a file OBSERVER is in the folder: standing kObserver.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const Options& options, const Identity& identity);

  // For looking at a store, damaged or not, whosever it is: nothing is checked and nothing changed, block
  // checksums are not verified, and what is read is what lies on disk. Writes fail. Must not run beside a
  // node on the same folder.
  static absl::StatusOr<std::unique_ptr<Store>> OpenReadOnlyForExport(const Options& options);

  // Close(), ignoring its result.
  ~Store();

  // Flushes everything into table files, so that the next start has no write-ahead log to replay. No other
  // call on the store or its readers may run or follow. Idempotent.
  [[nodiscard]] absl::Status Close();

  const Identity& identity() const { return identity_; }
  const Options& options() const { return options_; }

  // What the start found. Empty when all is well.
  const StartupReport& report() const { return report_; }

  // Notes that a read found damage, so that the next start reads everything, and recovers. Errors other than
  // DataLoss are none. Damage that RocksDB finds is noted by itself. Thread-safe.
  void NoteDamage(const absl::Status& status);

  // What was noted first since the store was opened, or OK.
  absl::Status noted_damage() const;

  // Grows with every Open. A peer that sees it fall is talking to a copy of the disk.
  uint64_t incarnation() const { return incarnation_; }

  // How much space there is. `low` from when less than the reserve is free until an eighth more than it is:
  // the node should take no proposals then, and hand over leadership; term, vote and mark can be written on.
  // To be called now and then, from one thread: it also lets RocksDB begin compactions only where there is
  // room for them.
  struct Space {
    uint64_t free_bytes = 0;
    bool low = false;
  };
  absl::StatusOr<Space> CheckSpace();
  // Bytes of all files of the store.
  absl::StatusOr<uint64_t> DiskBytes() const;
  // Bytes of memory that RocksDB holds now.
  uint64_t MemoryBytes() const;

  // OK, or the first failed write, after which nothing is written any more by this process.
  absl::Status failure() const;

  // For the other files of this room.
  // ResourceExhausted when proposals of so many bytes would leave less than half of the reserve.
  absl::Status CheckReserve(uint64_t bytes) const;
  Database& database() const { return *database_; }
  DurableMark* mark() const { return mark_.get(); }  // null when opened for export

 private:
  Store(Options options, Identity identity);
  absl::Status OpenChecked();
  absl::Status OpenMark();
  absl::Status KeepPromises();
  absl::Status ObserveOnly(const std::string& why);
  void Found(std::string finding);

  Options options_;
  Identity identity_;
  StartupReport report_;
  uint64_t incarnation_ = 0;
  mutable std::mutex damage_mutex_;
  absl::Status noted_damage_;  // guarded by damage_mutex_
  bool space_is_low_ = false;
  bool compaction_is_paused_ = true;  // as a database is opened
  std::unique_ptr<DurableMark> mark_;
  std::unique_ptr<Database> database_;
};

}  // namespace symbolon::storage
