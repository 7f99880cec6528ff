#include "storage/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "storage/atomic_file.h"

namespace symbolon::storage {
namespace {

class KeyFileTest : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  std::string path_ = ::testing::TempDir() + "key_file_test.key";
};

TEST_F(KeyFileTest, KeyComesBack) {
  SigningKey key = SigningKey::Generate();
  ASSERT_TRUE(WriteKeyFile(path_, key).ok());
  EXPECT_EQ(ReadKeyFile(path_)->public_key(), key.public_key());
}

TEST_F(KeyFileTest, KeyThatOthersMayReadIsRefused) {
  ASSERT_TRUE(WriteKeyFile(path_, SigningKey::Generate()).ok());
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  EXPECT_EQ(ReadKeyFile(path_).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(KeyFileTest, AnythingElseIsRefusedWithoutShowingIt) {
  ASSERT_TRUE(WriteFileAtomically(path_, "0123456789-not-a-key\n", 0600).ok());
  const absl::Status status = ReadKeyFile(path_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()).find("not-a-key"), std::string::npos);
}

}  // namespace
}  // namespace symbolon::storage
