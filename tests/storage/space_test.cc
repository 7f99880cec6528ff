// LV-15: a disk that runs full takes no proposals, keeps term and vote going, and needs no restart when there
// is space again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "storage/durable_mark.h"
#include "storage/rocks_database.h"
#include "tests/storage/support/disk_with_space.h"
#include "tests/storage/test_ledger.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

using consensus::HardState;
using consensus::Index;
using consensus::NodeId;
using consensus::Term;
using testing::HasSubstr;

constexpr uint64_t kReserve = 1 << 20;

class SpaceTest : public AnyDiskTest {
 protected:
  void SetUp() override {
    space_.emplace(disk());
    auto node = TestNode::Open(SpaceOptions(), ledger_);
    ASSERT_OK(node.status());
    node_.emplace(*std::move(node));
    ASSERT_OK(node_->Persist({ledger_.NoOp(), ledger_.Batch(5)}));
  }
  Options SpaceOptions() {
    Options options = TestOptions(folder_.path() + "/store", &*space_);
    options.reserve_bytes = kReserve;
    return options;
  }
  bool IsLow() { return node_->store->CheckSpace()->low; }

  TestLedger ledger_;
  std::optional<DiskWithSpace> space_;
  std::optional<TestNode> node_;
};

TEST_P(SpaceTest, IsLowBelowTheReserveAndUntilSomewhatMoreIsFree) {
  EXPECT_FALSE(IsLow());
  space_->SetFree(kReserve);
  EXPECT_FALSE(IsLow());
  space_->SetFree(kReserve - 1);
  EXPECT_TRUE(IsLow());
  EXPECT_EQ(node_->store->CheckSpace()->free_bytes, kReserve - 1);
  space_->SetFree(kReserve + 1);
  EXPECT_TRUE(IsLow()) << "it flaps";
  space_->SetFree(2 * kReserve);
  EXPECT_FALSE(IsLow());
}

TEST_P(SpaceTest, ProposalsAreRefusedWholeAndTakenWhenThereIsSpace) {
  const std::vector<consensus::Entry> next = {ledger_.Batch(3)};
  const Promises before = node_->store->mark()->promises();
  space_->SetFree(kReserve / 2);
  for (int i = 0; i < 3; ++i) {
    const absl::Status refused = node_->Persist(next);
    EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("nothing was written"));
    // Several writes are one: that one of them needs nothing does not write it.
    const std::vector<LogWrite> writes = {{HardState{Term(7), NodeId(2)}, {}}, {std::nullopt, next}};
    EXPECT_TRUE(absl::IsResourceExhausted(node_->log->Persist(writes)));
    EXPECT_EQ(node_->log->LastIndex(), Index(2));
    EXPECT_EQ(node_->log->hard_state().term, Term(1));
    EXPECT_EQ(node_->store->mark()->promises(), before);
    EXPECT_OK(node_->log->failure());
  }
  // What was there is read and applied, and nothing of the refused writes is found after a restart.
  ASSERT_OK(node_->ApplyTo(2));
  ASSERT_OK(node_->ledger->RecordSigned({2, node_->ledger->applied_root()}));
  node_.reset();
  auto node = TestNode::Open(SpaceOptions(), ledger_);
  ASSERT_OK(node.status());
  EXPECT_EQ(node->log->LastIndex(), Index(2));
  space_->SetFree(kReserve);
  ASSERT_OK(node->PersistAndApply(next));
  EXPECT_EQ(node->log->LastIndex(), Index(3));
}

TEST_P(SpaceTest, WhatKeepsTheClusterGoingIsWrittenOn) {
  space_->SetFree(0);
  ASSERT_OK(node_->log->Persist(LogWrite{HardState{Term(5), NodeId(3)}, {}}));
  EXPECT_EQ(node_->store->mark()->promises().vote, 3u);
  for (int i = 0; i < 3; ++i) ledger_.NextTerm();
  ASSERT_OK(node_->log->Persist(LogWrite{std::nullopt, {ledger_.NoOp()}}));
  consensus::Entry members = ledger_.NoOp();
  members.kind = consensus::EntryKind::kConfiguration;
  ASSERT_OK(node_->log->Persist(LogWrite{std::nullopt, {members}}));
  EXPECT_EQ(node_->store->mark()->promises().last_index, 4u);
}

// RocksDB goes on over both turns of the switch, and flushes meanwhile.
TEST_P(SpaceTest, CompactionsWaitForRoom) {
  for (int round = 0; round < 3; ++round) {
    space_->SetFree(2 * kReserve);
    EXPECT_FALSE(IsLow());
    for (int i = 0; i < 5; ++i) ASSERT_OK(node_->PersistAndApply({ledger_.Batch(300)}));
    space_->SetFree(100 * kReserve);
    EXPECT_FALSE(IsLow());
    ASSERT_OK(node_->PersistAndApply({ledger_.Batch(300)}));
  }
}

// Nor do they begin in the moment of opening, before anybody has looked.
TEST_P(SpaceTest, CompactionsWaitFromTheStartOn) {
  if (!real()) GTEST_SKIP() << "RocksDB's own threads";
  space_->SetFree(2 * kReserve);
  EXPECT_FALSE(IsLow());
  const auto tables = [&] {
    auto* db = static_cast<RocksDatabase&>(node_->store->database()).db();
    std::vector<rocksdb::LiveFileMetaData> files;
    db->GetLiveFilesMetaData(&files);
    return std::count_if(files.begin(), files.end(), [](const auto& file) { return file.level == 0; });
  };
  // Each close leaves a table of level 0; four are enough for a compaction.
  for (int start = 0; start < 8; ++start) {
    ASSERT_OK(node_->PersistAndApply({ledger_.Batch(30)}));
    ASSERT_OK(node_->store->Close());
    *node_ = TestNode();
    auto node = TestNode::Open(SpaceOptions(), ledger_);
    ASSERT_OK(node.status());
    *node_ = *std::move(node);
  }
  const auto before = tables();
  EXPECT_GE(before, 8);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(tables(), before) << "a compaction went on";
  space_->SetFree(100 * kReserve);
  EXPECT_FALSE(IsLow());
  for (int i = 0; i < 500 && tables() >= before; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LT(tables(), before) << "no compaction when there is room";
}

// The disk that is really full is the end of the process, whatever the reserve was.
TEST_P(SpaceTest, ADiskThatIsReallyFullIsFinal) {
  if (real()) return;  // CrashTest does it there
  simulated_.SetCapacity(simulated_.UsedBytes(folder_.path()).value() + 100);
  const std::vector<consensus::Entry> next = {ledger_.Batch(20)};
  EXPECT_TRUE(absl::IsResourceExhausted(node_->Persist(next)));
  EXPECT_FALSE(node_->log->failure().ok());
  simulated_.SetCapacity(1 << 30);
  EXPECT_TRUE(absl::IsFailedPrecondition(node_->Persist(next)));
}

ON_EVERY_DISK(SpaceTest);

}  // namespace
}  // namespace symbolon::storage
