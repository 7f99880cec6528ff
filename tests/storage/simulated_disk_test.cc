// The simulated disk does what the real one may do, and a node's storage survives all of it.

#include "tests/storage/support/simulated_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "storage/durable_mark.h"
#include "storage/keys.h"
#include "tests/storage/crash_script.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

using testing::HasSubstr;

constexpr const char* kDir = "/store";
constexpr const char* kDb = "/store/db";

class SimulatedDiskTest : public testing::Test {
 protected:
  Options MakeOptions() { return TestOptions(kDir, &disk_); }
  std::unique_ptr<Database> Open(Access access = Access::kCreate) {
    auto database = disk_.OpenDatabase(MakeOptions(), kDb, WalEnd::kStopAtDamage, access);
    EXPECT_OK(database.status());
    return *std::move(database);
  }
  static absl::Status Put(Database& database, uint64_t key, bool sync, const Bytes& value = "value") {
    rocksdb::WriteBatch batch;
    batch.Put(database.handle(Family::kHeaders), U64Key(key), value);
    batch.Put(database.handle(Family::kVerdicts), U64Key(key), value);
    return database.Write(&batch, sync, "test");
  }
  // Keys of both families; they must be the same.
  static std::set<uint64_t> KeysOf(const Database& database) {
    std::set<uint64_t> keys[2];
    for (const int i : {0, 1}) {
      auto it = database.Iterate(i == 0 ? Family::kHeaders : Family::kVerdicts);
      for (it->SeekToFirst(); it->Valid(); it->Next()) keys[i].insert(*ParseU64Key(ToView(it->key())));
      EXPECT_TRUE(it->status().ok());
    }
    EXPECT_EQ(keys[0], keys[1]) << "a batch came apart";
    return keys[0];
  }

  SimulatedDisk disk_;
};

TEST_F(SimulatedDiskTest, AKilledProcessLosesNothingAndCanDoNothingMore) {
  auto database = Open();
  ASSERT_OK(Put(*database, 1, true));
  ASSERT_OK(Put(*database, 2, false));
  disk_.KillProcess();
  EXPECT_FALSE(Put(*database, 3, true).ok());
  Bytes value;
  EXPECT_FALSE(database->Get(Family::kHeaders, U64Key(1), &value).ok());
  EXPECT_FALSE(database->FlushAndClose().ok());
  EXPECT_EQ(KeysOf(*Open()), (std::set<uint64_t>{1, 2}));
}

TEST_F(SimulatedDiskTest, LossOfPowerTakesASuffixOfWhatWasNotSynced) {
  std::set<size_t> sizes;
  int torn = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    ASSERT_OK(disk_.RemoveFolder(kDb));
    auto database = Open();
    for (uint64_t key = 1; key <= 10; ++key) ASSERT_OK(Put(*database, key, key == 4));
    disk_.LosePower(seed);
    const bool whole =
        disk_.OpenDatabase(MakeOptions(), kDb, WalEnd::kMustBeWhole, Access::kRead).status().ok();
    torn += !whole;
    const std::set<uint64_t> keys = KeysOf(*Open());
    ASSERT_GE(keys.size(), 4u);
    EXPECT_EQ(*keys.rbegin(), keys.size()) << "a gap";
    sizes.insert(keys.size());
  }
  EXPECT_EQ(sizes, (std::set<size_t>{4, 5, 6, 7, 8, 9, 10}));
  EXPECT_GT(torn, 10);
  EXPECT_LT(torn, 90);
}

TEST_F(SimulatedDiskTest, TheSameSeedLosesTheSame) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    std::set<uint64_t> keys[2];
    for (const int run : {0, 1}) {
      ASSERT_OK(disk_.RemoveFolder(kDb));
      auto database = Open();
      for (uint64_t key = 1; key <= 10; ++key) ASSERT_OK(Put(*database, key, false));
      disk_.LosePower(seed);
      keys[run] = KeysOf(*Open());
    }
    EXPECT_EQ(keys[0], keys[1]);
  }
}

// What is read back after a failed sync may be gone after a loss of power.
TEST_F(SimulatedDiskTest, AFailedSyncLeavesItOpenWhetherTheDataIsThere) {
  int kept = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    ASSERT_OK(disk_.RemoveFolder(kDb));
    auto database = Open();
    disk_.FailFrom(2, Fault::kError);  // the append succeeds
    EXPECT_FALSE(Put(*database, 1, true).ok());
    disk_.Heal();
    disk_.LosePower(seed);
    kept += KeysOf(*Open()).size() == 1;
  }
  EXPECT_GT(kept, 5);
  EXPECT_LT(kept, 35);
}

TEST_F(SimulatedDiskTest, AReplacedFileIsOldOrNew) {
  std::set<Bytes> seen;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    ASSERT_OK(disk_.Replace("/file", "old", 0600));
    disk_.FailFrom(1, Fault::kPowerCut);
    EXPECT_FALSE(disk_.Replace("/file", "new", 0600).ok());
    disk_.LosePower(seed);
    seen.insert(disk_.Read("/file", 100).value());
  }
  EXPECT_EQ(seen, (std::set<Bytes>{"old", "new"}));
}

TEST_F(SimulatedDiskTest, BlocksOfAFileWrittenInPlaceTearOnTheirOwn) {
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    ASSERT_OK(disk_.Replace("/file", Bytes(3 * 4096, 'o'), 0600));
    auto file = disk_.OpenFixed("/file").value();
    disk_.FailFrom(1, Fault::kPowerCut);
    EXPECT_FALSE(file->Write(4096, Bytes(2 * 4096, 'n')).ok());
    disk_.LosePower(seed);
    const Bytes bytes = disk_.Read("/file", 1 << 20).value();
    ASSERT_EQ(bytes.size(), 3u * 4096);
    std::string shape;
    for (size_t block = 0; block < 3; ++block) {
      const Bytes piece = bytes.substr(block * 4096, 4096);
      shape += piece == Bytes(4096, 'o') ? 'o' : piece == Bytes(4096, 'n') ? 'n' : 't';
    }
    EXPECT_EQ(shape[0], 'o');
    seen.insert(shape.substr(1));
  }
  EXPECT_EQ(seen.size(), 9u);
}

// Like a block of RocksDB: its neighbours cannot be read either, a new value can, an iterator cannot pass.
TEST_F(SimulatedDiskTest, AFlippedBitInATableSpoilsItsBlock) {
  {
    auto database = Open();
    for (uint64_t key = 0; key < 30; ++key) ASSERT_OK(Put(*database, key, true, Bytes(500, 'v')));
    ASSERT_OK(database->FlushAndClose());
  }
  ASSERT_TRUE(disk_.FlipBitInRow(kDb, Family::kHeaders, U64Key(3), 100, 0));
  {
    auto database = Open(Access::kWrite);
    Bytes value;
    EXPECT_TRUE(absl::IsDataLoss(database->Get(Family::kHeaders, U64Key(3), &value)));
    EXPECT_TRUE(absl::IsDataLoss(database->Get(Family::kHeaders, U64Key(4), &value)));
    EXPECT_OK(database->Get(Family::kHeaders, U64Key(20), &value));
    EXPECT_OK(database->Get(Family::kVerdicts, U64Key(3), &value));
    ASSERT_OK(Put(*database, 3, true, "new"));
    EXPECT_OK(database->Get(Family::kHeaders, U64Key(3), &value));
    EXPECT_EQ(value, "new");
    auto it = database->Iterate(Family::kHeaders);
    it->Seek(U64Key(3));
    EXPECT_FALSE(it->Valid());
    EXPECT_TRUE(it->status().IsCorruption());
    it->Seek(U64Key(20));
    EXPECT_TRUE(it->Valid());
  }
  auto unverified = Open(Access::kReadUnverified);
  Bytes value;
  ASSERT_OK(unverified->Get(Family::kHeaders, U64Key(4), &value));
  EXPECT_EQ(value, Bytes(500, 'v'));
}

TEST_F(SimulatedDiskTest, DamageInTheLogIsTreatedAsItsReaderAsks) {
  {
    auto database = Open();
    for (uint64_t key = 1; key <= 5; ++key) ASSERT_OK(Put(*database, key, true));
    disk_.KillProcess();
  }
  ASSERT_TRUE(disk_.FlipBitInLog(kDb, 2));
  const auto open = [&](WalEnd wal_end, Access access) {
    return disk_.OpenDatabase(MakeOptions(), kDb, wal_end, access);
  };
  EXPECT_TRUE(absl::IsDataLoss(open(WalEnd::kMustBeWhole, Access::kWrite).status()));
  EXPECT_EQ(KeysOf(**open(WalEnd::kSkipDamage, Access::kRead)), (std::set<uint64_t>{1, 2, 4, 5}));
  EXPECT_EQ(KeysOf(**open(WalEnd::kStopAtDamage, Access::kRead)), (std::set<uint64_t>{1, 2}));
  EXPECT_EQ(disk_.LogRecords(kDb), 5u) << "reading changed something";
  EXPECT_EQ(KeysOf(**open(WalEnd::kStopAtDamage, Access::kWrite)), (std::set<uint64_t>{1, 2}));
  EXPECT_EQ(KeysOf(**open(WalEnd::kMustBeWhole, Access::kWrite)), (std::set<uint64_t>{1, 2}));
}

TEST_F(SimulatedDiskTest, AFullDiskRefusesUntilThereIsSpace) {
  auto database = Open();
  ASSERT_OK(Put(*database, 1, true, Bytes(1000, 'v')));
  disk_.SetCapacity(disk_.UsedBytes(kDir).value() + 500);
  EXPECT_EQ(disk_.FreeBytes(kDir).value(), 500u);
  EXPECT_TRUE(absl::IsResourceExhausted(Put(*database, 2, true, Bytes(1000, 'v'))));
  disk_.SetCapacity(1 << 20);
  EXPECT_TRUE(absl::IsFailedPrecondition(Put(*database, 2, true))) << "the first failure is final";
  disk_.KillProcess();
  auto again = Open(Access::kWrite);  // the half of a record is cut
  EXPECT_EQ(KeysOf(*again), std::set<uint64_t>{1});
  ASSERT_OK(Put(*again, 2, true));
}

TEST_F(SimulatedDiskTest, AFailedReadIsNoEmptyAnswer) {
  auto database = Open();
  ASSERT_OK(Put(*database, 1, true));
  disk_.FailReads(true);
  Bytes value;
  EXPECT_TRUE(absl::IsInternal(database->Get(Family::kHeaders, U64Key(2), &value)));
  auto it = database->Iterate(Family::kHeaders);
  it->SeekToFirst();
  EXPECT_FALSE(it->Valid());
  EXPECT_TRUE(it->status().IsIOError());
  disk_.Heal();
  EXPECT_OK(database->Get(Family::kHeaders, U64Key(1), &value));
}

TEST_F(SimulatedDiskTest, ACloneGoesItsOwnWay) {
  auto database = Open();
  ASSERT_OK(Put(*database, 1, true));
  const auto clone = disk_.Clone();
  ASSERT_OK(Put(*database, 2, true));
  auto other = clone->OpenDatabase(MakeOptions(), kDb, WalEnd::kMustBeWhole, Access::kWrite);
  ASSERT_OK(other.status());
  EXPECT_EQ(KeysOf(**other), std::set<uint64_t>{1});
  ASSERT_OK(Put(**other, 3, true));
  EXPECT_EQ(KeysOf(*database), (std::set<uint64_t>{1, 2}));
}

// ---- a node's storage on it

class SimulatedCrashTest : public testing::TestWithParam<Fault> {
 protected:
  // One life of a node that ends at a random operation, and the check after the next start.
  void LiveAndCheck(SimulatedDisk& disk, uint64_t seed) {
    std::mt19937_64 random(seed);
    const Options options = OptionsOf(disk);
    Acknowledged acknowledged;
    {
      auto node = TestNode::Open(options, script_.ledger());
      ASSERT_OK(node.status());
      acknowledged = {node->ledger->applied_index(), node->ledger->last_signed().size};
      disk.FailFrom(1 + random() % 60, GetParam());
      const absl::Status end = script_.Run(
          *node, random(), [] { return true; }, [&](const Acknowledged& a) { acknowledged = a; });
      ASSERT_TRUE(disk.failed()) << end;
      disk.Heal();  // space came back: too late for this process
      EXPECT_TRUE(absl::IsFailedPrecondition(node->Persist({script_.At(1, 1000)})));
      if (random() % 4 == 0 && GetParam() != Fault::kPowerCut) {
        disk.KillProcess();
      } else {
        disk.LosePower(random());
      }
    }
    auto node = TestNode::Open(options, script_.ledger());
    ASSERT_OK(node.status());
    ASSERT_EQ(script_.Check(*node, acknowledged), "");
    if (random() % 2 == 0) disk.LosePower(random());  // else it is closed
  }
  Options OptionsOf(SimulatedDisk& disk) {
    Options options = TestOptions(kDir, &disk);
    options.warn = [this](const std::string& line) {
      cut_and_went_on_ += line.find("the rest is cut") != std::string::npos;
    };
    return options;
  }

  CrashScript script_;
  int cut_and_went_on_ = 0;
};

// L13, LV-14, RB-23, RB-29: a life may end at any operation, by a failed write or a loss of power.
TEST_P(SimulatedCrashTest, WhatWasAcknowledgedIsThere) {
  for (uint64_t store = 0; store < 12; ++store) {
    SimulatedDisk disk({.write_buffer_bytes = 20'000});
    ASSERT_OK(Store::Open(OptionsOf(disk), script_.ledger().identity()).status());
    for (uint64_t life = 0; life < 12; ++life) {
      SCOPED_TRACE(testing::Message() << "store " << store << " life " << life);
      LiveAndCheck(disk, store * 1000 + life);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(cut_and_went_on_, 5);
}

// Creation can end anywhere too; nothing was promised by then.
TEST_P(SimulatedCrashTest, CreationCanBeCutAnywhere) {
  int interrupted = 0;
  for (uint64_t operation = 1; operation < 15; ++operation) {
    for (uint64_t seed = 0; seed < 8; ++seed) {
      SimulatedDisk disk;
      disk.FailFrom(operation, GetParam());
      const auto first = Store::Open(OptionsOf(disk), script_.ledger().identity());
      interrupted += !first.ok();
      disk.LosePower(seed);
      const auto second = Store::Open(OptionsOf(disk), script_.ledger().identity());
      ASSERT_OK(second.status());
      EXPECT_TRUE((*second)->mark()->promises() == Promises{});
    }
  }
  EXPECT_GT(interrupted, 20);
}

std::string FaultName(const testing::TestParamInfo<Fault>& fault) {
  constexpr const char* kNames[] = {"Error", "NoSpace", "PowerCut"};
  return kNames[static_cast<int>(fault.param)];
}
INSTANTIATE_TEST_SUITE_P(, SimulatedCrashTest,
                         testing::Values(Fault::kError, Fault::kNoSpace, Fault::kPowerCut), FaultName);

}  // namespace
}  // namespace symbolon::storage
