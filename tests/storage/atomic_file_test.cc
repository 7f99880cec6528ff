#include "storage/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

TEST(AtomicFile, ReplacesWholeAndLeavesNothingBeside) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/file";
  ASSERT_OK(WriteFileAtomically(path, "one"));
  ASSERT_OK(WriteFileAtomically(path, std::string(100000, 'x'), 0600));
  EXPECT_EQ(ReadWholeFile(path, 1 << 20).value(), std::string(100000, 'x'));
  struct stat st {};
  ASSERT_EQ(::stat(path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(AtomicFile, AFailedWriteLeavesTheOldContents) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/taken";
  ASSERT_OK(CreateDirectories(path + "/inside"));  // a folder that is not empty cannot be replaced
  EXPECT_FALSE(WriteFileAtomically(path, "x").ok());
  EXPECT_TRUE(FileExists(path + "/inside"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(AtomicFile, ErrorsNameThePathAndTheKind) {
  const auto missing = ReadWholeFile("/nonexistent/file", 10);
  EXPECT_TRUE(absl::IsNotFound(missing.status()));
  EXPECT_NE(missing.status().message().find("/nonexistent/file"), std::string::npos);
  EXPECT_TRUE(absl::IsNotFound(WriteFileAtomically("/nonexistent/file", "x")));
}

TEST(AtomicFile, TheCapHoldsForFilesWithAndWithoutASize) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/file";
  ASSERT_OK(WriteFileAtomically(path, "0123456789"));
  EXPECT_EQ(ReadWholeFile(path, 10).value(), "0123456789");
  EXPECT_TRUE(absl::IsResourceExhausted(ReadWholeFile(path, 9).status()));
  EXPECT_TRUE(absl::IsResourceExhausted(ReadWholeFile("/proc/self/status", 9).status()));
}

TEST(AtomicFile, CreatesFoldersOnTheWay) {
  TemporaryFolder folder;
  ASSERT_OK(CreateDirectories(folder.path() + "/a/b/c"));
  ASSERT_OK(CreateDirectories(folder.path() + "/a/b/c"));
  ASSERT_OK(WriteFileAtomically(folder.path() + "/a/file", "x"));
  EXPECT_FALSE(CreateDirectories(folder.path() + "/a/file/d").ok());
}

}  // namespace
}  // namespace symbolon::storage
