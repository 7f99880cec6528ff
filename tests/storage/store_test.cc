#include "storage/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "storage/store_stamp.h"
#include "tests/storage/test_ledger.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

using AnyStoreTest = AnyDiskTest;

using testing::HasSubstr;

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

TEST_P(AnyStoreTest, IsCreatedOnlyWhenAsked) {
  Options options = MakeOptions();
  options.create_if_missing = false;
  const auto store = Store::Open(options, {TestDigest("network", 1), 1});
  EXPECT_TRUE(absl::IsNotFound(store.status()));
  EXPECT_FALSE(disk()->Exists(options.dir));
}

TEST_P(AnyStoreTest, IncarnationGrowsWithEveryStart) {
  const Identity identity{TestDigest("network", 1), 1};
  for (uint64_t start = 1; start <= 3; ++start) {
    const auto store = Store::Open(MakeOptions(), identity);
    ASSERT_OK(store.status());
    EXPECT_EQ((*store)->incarnation(), start);
    EXPECT_EQ((*store)->identity(), identity);
  }
}

TEST_P(AnyStoreTest, AnotherNodeOrNetworkIsRefused) {
  ASSERT_OK(Store::Open(MakeOptions(), {TestDigest("network", 1), 1}).status());
  const absl::Status other_node = Store::Open(MakeOptions(), {TestDigest("network", 1), 2}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(other_node));
  EXPECT_THAT(Message(other_node), HasSubstr("belongs to node 1, not to node 2"));
  const absl::Status other_network = Store::Open(MakeOptions(), {TestDigest("network", 2), 1}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(other_network));
}

TEST_F(StoreTest, ADatabaseFolderOfAnotherNodeIsRefused) {
  Options one = MakeOptions(), two = MakeOptions();
  two.dir += "-2";
  ASSERT_OK(Store::Open(one, {TestDigest("network", 1), 1}).status());
  ASSERT_OK(Store::Open(two, {TestDigest("network", 1), 2}).status());
  std::filesystem::remove_all(two.dir + "/db");
  std::filesystem::copy(one.dir + "/db", two.dir + "/db", std::filesystem::copy_options::recursive);
  EXPECT_TRUE(absl::IsFailedPrecondition(Store::Open(two, {TestDigest("network", 1), 2}).status()));
}

TEST_P(AnyStoreTest, ANewerFormatIsRefusedWithWhatToDo) {
  const Identity identity{TestDigest("network", 1), 1};
  ASSERT_OK(Store::Open(MakeOptions(), identity).status());
  ASSERT_OK(disk()->Replace(MakeOptions().dir + "/STORE", EncodeStamp({kStoreFormat + 1, identity}), 0600));
  const absl::Status status = Store::Open(MakeOptions(), identity).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(Message(status), HasSubstr("use the program version that wrote it"));
  ASSERT_OK(disk()->Replace(MakeOptions().dir + "/STORE", "something else\n", 0600));
  EXPECT_TRUE(absl::IsDataLoss(Store::Open(MakeOptions(), identity).status()));
}

TEST_P(AnyStoreTest, TheSameProcessCannotOpenItTwice) {
  const Identity identity{TestDigest("network", 1), 1};
  const auto first = Store::Open(MakeOptions(), identity);
  ASSERT_OK(first.status());
  const absl::Status second = Store::Open(MakeOptions(), identity).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(second)) << second;
  EXPECT_THAT(Message(second), HasSubstr("in use by another process"));
}

TEST_P(AnyStoreTest, AnInterruptedCreationIsCompleted) {
  const Identity identity{TestDigest("network", 1), 1};
  ASSERT_OK(Store::Open(MakeOptions(), identity).status());
  ASSERT_OK(disk()->Remove(MakeOptions().dir + "/STORE"));  // the last thing that creation writes
  ASSERT_OK(Store::Open(MakeOptions(), identity).status());
}

TEST_F(StoreTest, AStoreInUseThatLostAPartIsNotTakenForANewOne) {
  TestLedger ledger;
  {
    auto node = TestNode::Open(MakeOptions(), ledger);
    ASSERT_OK(node.status());
    ASSERT_OK(node->PersistAndApply({ledger.NoOp()}));
  }
  const std::string dir = MakeOptions().dir;
  for (const char* part : {"STORE", "MARK", "db"}) {
    const std::string path = dir + "/" + part;
    std::filesystem::rename(path, path + ".away");
    const absl::Status status = Store::Open(MakeOptions(), ledger.identity()).status();
    EXPECT_FALSE(status.ok()) << "without " << part;
    std::filesystem::remove_all(path);
    std::filesystem::rename(path + ".away", path);
  }
  ASSERT_OK(Store::Open(MakeOptions(), ledger.identity()).status());
}

TEST_F(StoreTest, ACleanStopLeavesNoWriteAheadLogToReplay) {
  TestLedger ledger;
  auto node = TestNode::Open(MakeOptions(), ledger);
  ASSERT_OK(node.status());
  ASSERT_OK(node->PersistAndApply({ledger.NoOp(), ledger.Batch(20)}));
  ASSERT_OK(node->store->Close());
  ASSERT_OK(node->store->Close());
  uintmax_t log_bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(MakeOptions().dir + "/db")) {
    if (file.path().extension() == ".log") log_bytes += file.file_size();
  }
  EXPECT_EQ(log_bytes, 0u);
}

TEST_P(AnyStoreTest, TellsItsSizes) {
  const auto store = Store::Open(MakeOptions(), {TestDigest("network", 1), 1});
  ASSERT_OK(store.status());
  EXPECT_GT((*store)->CheckSpace()->free_bytes, 0u);
  EXPECT_GT((*store)->DiskBytes().value(), 0u);
  EXPECT_LE((*store)->MemoryBytes(), MakeOptions().block_cache_bytes + MakeOptions().write_buffer_bytes);
}

ON_EVERY_DISK(AnyStoreTest);

}  // namespace
}  // namespace symbolon::storage
