#pragma once
// A folder for a test's store, and what tests of storage have in common.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "storage/store.h"
#include "tests/storage/support/simulated_disk.h"

namespace symbolon::storage {

#define ASSERT_OK(expr)                                    \
  do {                                                     \
    const absl::Status ok_status_ = (expr);                \
    ASSERT_TRUE(ok_status_.ok()) << ok_status_.ToString(); \
  } while (false)
#define EXPECT_OK(expr)                                    \
  do {                                                     \
    const absl::Status ok_status_ = (expr);                \
    EXPECT_TRUE(ok_status_.ok()) << ok_status_.ToString(); \
  } while (false)

// Removed at the end of the scope. In memory where there is such a place: a store syncs often, and what a
// loss of power does is simulated above the file system.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const bool has_memory = ::access("/dev/shm", W_OK) == 0;
    const std::filesystem::path parent = has_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string pattern = parent / "symbolon-storage-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline Options TestOptions(const std::string& dir, Disk* disk) {
  Options options;
  options.dir = dir;
  options.disk = disk;
  options.create_if_missing = true;
  options.verify = Verification::kFull;
  options.block_cache_bytes = size_t{4} << 20;
  options.write_buffer_bytes = size_t{4} << 20;
  options.reserve_bytes = 0;  // a small disk is no matter here
  return options;
}

// Real files.
class StoreTest : public testing::Test {
 protected:
  Options MakeOptions() const { return TestOptions(folder_.path() + "/store", OperatingSystemDisk()); }

  TemporaryFolder folder_;
};

enum class DiskKind { kReal, kSimulated };

// Each test runs on RocksDB and on the simulated disk, so that what a simulation shows holds for a real node.
class AnyDiskTest : public testing::TestWithParam<DiskKind> {
 protected:
  bool real() const { return GetParam() == DiskKind::kReal; }
  Disk* disk() { return real() ? OperatingSystemDisk() : &simulated_; }
  Options MakeOptions() { return TestOptions(folder_.path() + "/store", disk()); }

  TemporaryFolder folder_;
  SimulatedDisk simulated_;
};

inline std::string DiskName(const testing::TestParamInfo<DiskKind>& kind) {
  return kind.param == DiskKind::kReal ? "OnTheRealDisk" : "OnTheSimulatedDisk";
}
#define ON_EVERY_DISK(fixture) \
  INSTANTIATE_TEST_SUITE_P(, fixture, testing::Values(DiskKind::kReal, DiskKind::kSimulated), DiskName)

}  // namespace symbolon::storage
