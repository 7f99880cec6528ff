#include "cli/publish/pending_batch.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace symbolon::cli {
namespace {

// A run may be cut off between the two steps of a write; what it left holds records and secrets.
TEST(PendingBatch, WhatARunThatWasCutOffHadBegunToWriteIsRemoved) {
  std::string made = "/tmp/symbolon-pending-XXXXXX";
  ASSERT_NE(mkdtemp(made.data()), nullptr);
  const Path folder = made;
  for (const char* name : {"pending-5", "pending-5.tmp.21799", "birth-17.json", "birth-18.json.tmp.3",
                           "a.tmp.x", "b.tmp.", "published.index"}) {
    std::ofstream(folder / name) << "bytes";
  }
  EXPECT_TRUE(RemoveUnfinished(folder).ok());
  std::set<std::string> left;
  for (const auto& item : std::filesystem::directory_iterator(folder))
    left.insert(item.path().filename().string());
  EXPECT_EQ(left,
            (std::set<std::string>{"pending-5", "birth-17.json", "a.tmp.x", "b.tmp.", "published.index"}));
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(RemoveUnfinished(folder).ok());
}

}  // namespace
}  // namespace symbolon::cli
