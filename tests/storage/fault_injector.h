#pragma once
// A file system for RocksDB that fails, or loses power, when a test says so.

#include <cstdint>
#include <memory>

namespace rocksdb {
class Env;
}

namespace symbolon::storage {

// Thread-safe. Must outlive every store that uses its env().
class FaultInjector {
 public:
  static std::unique_ptr<FaultInjector> Create();
  virtual ~FaultInjector() = default;

  virtual rocksdb::Env* env() = 0;

  // Creating, writing, syncing, renaming and removing files are operations. From the n-th on (1 is the next)
  // each fails.
  virtual void FailFrom(uint64_t n, bool disk_full) = 0;
  virtual void Heal() = 0;
  virtual bool failed() const = 0;

  // Once the store is gone: what was not synced is cut at a random place, and in what is left of a
  // write-ahead log beyond its synced part a random piece may be overwritten, as a disk may leave it that
  // lost power.
  virtual void LosePower(uint64_t seed) = 0;
};

}  // namespace symbolon::storage
