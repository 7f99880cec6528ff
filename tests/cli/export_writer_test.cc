#include "cli/export_writer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "cli/export.h"
#include "ledger/merkle/hash.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

class ExportTest : public ::testing::Test {
 protected:
  void SetUp() override { folder_ = ::testing::TempDir() + "export_" + std::to_string(getpid()); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(uint64_t entries) {
    ExportWriter writer(folder_);
    for (uint64_t i = 1; i <= entries; ++i) {
      const Bytes header = fmt::format("header {}", i);
      ASSERT_TRUE(writer.Add(header, i % 3 == 0 ? fmt::format("body {}", i) : "", ledger::LeafHash(header)).ok());
    }
    ASSERT_TRUE(writer.Finish("genesis", {}, "note").ok());
  }

  std::string folder_;
};

// Sizes at and around the edges of tiles.
TEST_F(ExportTest, EveryEntryComesBack) {
  for (uint64_t size : {1, 255, 256, 257, 600}) {
    std::filesystem::remove_all(folder_);
    Write(size);
    ExportReader reader = *ExportReader::Open(folder_);
    EXPECT_EQ(reader.genesis(), "genesis");
    EXPECT_EQ(reader.checkpoint(), "note");
    for (uint64_t i = 1; i <= size; ++i) {
      const ExportedEntry entry = *reader.Read(i, size);
      ASSERT_EQ(entry.header, fmt::format("header {}", i));
      ASSERT_EQ(entry.body, i % 3 == 0 ? fmt::format("body {}", i) : "");
      ASSERT_EQ(entry.leaf_hash, ledger::LeafHash(entry.header));
    }
  }
}

TEST_F(ExportTest, FilesLieWhereTlogTilesPutsThem) {
  Write(600);
  for (const char* file : {"checkpoint", "genesis", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2",
                           "tile/entries/000", "tile/entries/002.p/88", "body/003", "body/600"}) {
    EXPECT_TRUE(storage::FileExists(folder_ + "/" + file)) << file;
  }
  EXPECT_FALSE(storage::FileExists(folder_ + "/body/001"));
}

TEST_F(ExportTest, MissingOrShortFilesAreNamed) {
  Write(300);
  std::filesystem::resize_file(folder_ + "/tile/0/001.p/44", 40);
  ExportReader reader = *ExportReader::Open(folder_);
  EXPECT_TRUE(reader.Read(256, 300).ok());
  EXPECT_NE(std::string(reader.Read(257, 300).status().message()).find("tile/0/001.p/44"), std::string::npos);
  std::filesystem::remove(folder_ + "/tile/entries/000");
  EXPECT_NE(std::string(reader.Read(1, 300).status().message()).find("tile/entries/000"), std::string::npos);
}

}  // namespace
}  // namespace symbolon::cli
