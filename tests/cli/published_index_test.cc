#include "cli/publish/published_index.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace symbolon::cli {
namespace {

class PublishedIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    file_ = ::testing::TempDir() + "published_index_" + std::to_string(getpid());
    std::filesystem::remove(file_);
  }
  void TearDown() override { std::filesystem::remove(file_); }

  static identity::Record Birth(const std::string& number, const std::string& name) {
    identity::Record record(*identity::FindRecordType("birth"));
    record.values[0] = name;
    record.values[12] = number;
    return record;
  }
  // Appends one block of rows for these records, numbered from `first`.
  static void Append(PublishedIndex& index, const std::vector<identity::Record>& records, uint64_t first) {
    std::vector<PublishedRow> rows;
    for (const auto& record : records) {
      rows.push_back(index.RowOf(record));
      rows.back().attestation_number = first++;
    }
    ASSERT_TRUE(index.Append(1, rows).ok());
  }

  std::string file_;
};

TEST_F(PublishedIndexTest, RowsComeBackAfterReopening) {
  Append(**PublishedIndex::Open(file_), {Birth("1", "A"), Birth("2", "B")}, 70);
  auto index = *PublishedIndex::Open(file_);
  EXPECT_EQ(index->size(), 2u);
  const PublishedRow row = index->RowOf(Birth("2", "B"));
  ASSERT_NE(index->Find(row.key), nullptr);
  EXPECT_EQ(index->Find(row.key)->attestation_number, 71u);
  EXPECT_EQ(index->Find(row.key)->content, row.content);
  EXPECT_EQ(index->Find(index->RowOf(Birth("3", "B")).key), nullptr);
}

TEST_F(PublishedIndexTest, ChangedContentUnderTheSameKeyIsSeen) {
  auto index = *PublishedIndex::Open(file_);
  Append(*index, {Birth("1", "A")}, 1);
  const PublishedRow changed = index->RowOf(Birth("1", "B"));
  ASSERT_NE(index->Find(changed.key), nullptr);
  EXPECT_NE(index->Find(changed.key)->content, changed.content);
}

// Whatever part of the last block a crash leaves, the blocks before it stand and the next append works.
TEST_F(PublishedIndexTest, BlockCutShortAnywhereIsDropped) {
  Append(**PublishedIndex::Open(file_), {Birth("1", "A")}, 1);
  const auto whole = std::filesystem::file_size(file_);
  Append(**PublishedIndex::Open(file_), {Birth("2", "B")}, 2);
  const auto both = std::filesystem::file_size(file_);
  for (auto size = both - 1; size >= whole; --size) {
    std::filesystem::resize_file(file_, size);
    {
      auto index = *PublishedIndex::Open(file_);
      ASSERT_EQ(index->size(), 1u) << size;
      Append(*index, {Birth("2", "B")}, 2);
    }
    ASSERT_EQ((*PublishedIndex::Open(file_))->size(), 2u) << size;
  }
}

TEST_F(PublishedIndexTest, TwoRunsInOneFolderAreRefused) {
  auto first = *PublishedIndex::Open(file_);
  EXPECT_EQ(PublishedIndex::Open(file_).status().code(), absl::StatusCode::kFailedPrecondition);
  first.reset();
  EXPECT_TRUE(PublishedIndex::Open(file_).ok());
}

TEST_F(PublishedIndexTest, AnotherFileIsRefused) {
  std::filesystem::copy_file("/proc/self/status", file_);
  EXPECT_EQ(PublishedIndex::Open(file_).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace symbolon::cli
