#pragma once
// A folder for a test's store, and what tests of storage have in common.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "storage/store.h"

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

class StoreTest : public testing::Test {
 protected:
  Options MakeOptions() const {
    Options options;
    options.dir = folder_.path() + "/store";
    options.create_if_missing = true;
    options.verify = Verification::kFull;
    options.block_cache_bytes = size_t{4} << 20;
    options.write_buffer_bytes = size_t{4} << 20;
    return options;
  }

  TemporaryFolder folder_;
};

}  // namespace symbolon::storage
