#pragma once
// A disk in memory that fails, loses power or rots when a test says so, and does what the real one with
// RocksDB on it may do then. Everything is decided by calls and seeds: no clock, no thread, no generator of
// its own.
//
// What it promises is what the real one promises, and no more:
// - A write that was not synced survives the death of the process, but not for certain a loss of power: of
// the
//   unsynced batches a random suffix is lost, and the first lost one may leave a torn record.
// - A small file is replaced whole or not at all. Of a write in place each 4 KiB block is old, new, or torn.
// - Opening the database to write replays its log and makes everything in it durable, as RocksDB does.
// - Damage is noticed by checksum when it is read: a record of the log, or a block of some 4 KiB of rows,
// which
//   stays bad for iterators also when a row in it is written anew.
//
// A call never waits. A simulation in which a sync takes time runs the writer's turn when the sync would end;
// a loss of power while it hangs is FailFrom(n, kPowerCut) with a random n, that turn, and LosePower.
//
// Thread-safe by one lock, for the tests that share it among threads.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/database.h"
#include "storage/disk.h"

namespace symbolon::storage {

struct SimulatedContent;

enum class Fault : uint8_t {
  kError,     // EIO; whether the data is on disk is unknown
  kNoSpace,   // ENOSPC; an append may have left half a record
  kPowerCut,  // the operation is under way when power fails: LosePower decides what became of it
};

class SimulatedDisk final : public Disk {
 public:
  struct Settings {
    // Of a database's log; at this size it is turned into table files.
    uint64_t write_buffer_bytes = uint64_t{256} << 10;
    uint64_t capacity_bytes = uint64_t{1} << 40;
  };

  SimulatedDisk() : SimulatedDisk(Settings{}) {}
  explicit SimulatedDisk(const Settings& settings);
  ~SimulatedDisk() override;

  // What lies on the disk now, as a copy of it would: a clone of the machine, or a backup. Nothing is open.
  std::unique_ptr<SimulatedDisk> Clone() const;
  // Forgets everything and holds what the other one holds; what was open is dead.
  void Become(const SimulatedDisk& other);

  // ---- faults to come
  // Operations: appending to a database's log, syncing it, turning it into table files, writing in place,
  // replacing, renaming and removing. From the n-th on (1 is the next) each fails and, kError and kPowerCut
  // at the n-th excepted, does nothing.
  void FailFrom(uint64_t n, Fault fault);
  void FailReads(bool fail);
  bool reads_fail() const;
  void Heal();
  bool failed() const;  // since the last FailFrom
  uint64_t operations() const;
  void SetCapacity(uint64_t bytes);

  // ---- ends of the process. What it had open does nothing from here on but fail; it need not be closed.
  void KillProcess();
  void LosePower(uint64_t seed);

  // ---- damage. Nothing may be open.
  // In a small file, or one that is written in place. False when there is no such byte.
  bool FlipBit(const std::string& path, uint64_t offset, uint8_t bit);
  // In the value of a row in a table file. False when there is no such row or byte there.
  bool FlipBitInRow(const std::string& dir, Family family, ByteView key, uint64_t offset, uint8_t bit);
  // In a record of the log of the database in `dir`, 0 is the oldest. False when there is no such record.
  bool FlipBitInLog(const std::string& dir, uint64_t record);
  // The newest records are gone without a trace, though they were synced: a disk that lied.
  void LoseLogEnd(const std::string& dir, uint64_t records);
  // Keys of the rows in table files, in order.
  std::vector<Bytes> RowsOf(const std::string& dir, Family family) const;
  uint64_t LogRecords(const std::string& dir) const;
  // Nothing that is read there would be found damaged. Also while it is open.
  bool IsWhole(const std::string& dir) const;

  // ---- Disk
  bool Exists(const std::string& path) const override;
  absl::StatusOr<Bytes> Read(const std::string& path, size_t max_bytes) const override;
  absl::Status Replace(const std::string& path, ByteView contents, mode_t mode) override;
  absl::StatusOr<std::unique_ptr<FixedFile>> OpenFixed(const std::string& path) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status MakeFolder(const std::string& path) override;
  absl::Status RenameFolder(const std::string& from, const std::string& to) override;
  absl::Status RemoveFolder(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const Options& options, const std::string& dir,
                                                         WalEnd wal_end, Access access) override;
  absl::StatusOr<uint64_t> FreeBytes(const std::string& dir) const override;
  absl::StatusOr<uint64_t> UsedBytes(const std::string& dir) const override;

 private:
  const std::shared_ptr<SimulatedContent> content_;
};

}  // namespace symbolon::storage
