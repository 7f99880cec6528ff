// Damage anywhere, and power lost while it is mended: what comes back is right, and nothing is claimed that
// is not there.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <map>
#include <random>

#include "storage/atomic_file.h"
#include "storage/durable_mark.h"
#include "tests/storage/damaged_store.h"

namespace symbolon::storage {
namespace {

namespace fs = std::filesystem;

class RandomDamageTest : public DamagedStore {
 protected:
  // Opens, with repair; then the log holds what it should for its standing, and nothing else.
  void OpenAndCheck(std::map<Standing, int>* seen) {
    auto node = OpenAndRepair();
    ASSERT_OK(node.status());
    const Standing standing = node->store->report().standing;
    ++(*seen)[standing];
    if (standing == Standing::kMember) {
      ASSERT_EQ(node->log->LastIndex().value(), entries_.size()) << "an acknowledged entry is forgotten";
      ASSERT_EQ(node->log->hard_state().term, entries_.back().term);
    }
    ExpectWholeAfterCatchingUp(*node);
    if (HasFatalFailure()) return;
    *node = TestNode();
    auto again = TestNode::Open(MakeOptions(), ledger_);  // refuses what is not whole
    ASSERT_OK(again.status());
    EXPECT_EQ(again->store->report().standing,
              standing == Standing::kObserver ? Standing::kObserver : Standing::kMember);
  }
};

class SimulatedDamageTest : public RandomDamageTest {
 protected:
  void DamageSomething(SimulatedDisk& disk, std::mt19937_64& random) {
    const std::string dir = MakeOptions().dir;
    switch (random() % 8) {
      case 0:  // of four copies
        disk.FlipBit(dir + "/MARK", 4096 * (random() % 4) + random() % 150, random() % 8);
        return;
      case 1:
        if (const uint64_t records = disk.LogRecords(DatabaseDir()); records > 0) {
          disk.FlipBitInLog(DatabaseDir(), random() % records);
          return;
        }
        [[fallthrough]];
      default: {
        const auto family = static_cast<Family>(random() % kFamilyNames.size());
        const std::vector<Bytes> keys = disk.RowsOf(DatabaseDir(), family);
        if (keys.empty()) return;
        disk.FlipBitInRow(DatabaseDir(), family, keys[random() % keys.size()], random() % 40, random() % 8);
      }
    }
  }
};

TEST_P(SimulatedDamageTest, ComesBackRightOrSaysWhatItLacks) {
  std::map<Standing, int> seen;
  for (const bool killed : {false, true}) {
    entries_.clear();
    ledger_ = TestLedger();
    ASSERT_OK(simulated_.RemoveFolder(DatabaseDir()));
    for (const char* file : {"/STORE", "/MARK", "/OBSERVER"})
      ASSERT_OK(simulated_.Remove(MakeOptions().dir + file));
    killed ? MakeKilledStore() : MakeStore();
    const auto original = simulated_.Clone();
    for (uint64_t seed = 0; seed < 150; ++seed) {
      SCOPED_TRACE(testing::Message() << "killed " << killed << " seed " << seed);
      std::mt19937_64 random(seed);
      simulated_.Become(*original);
      for (uint64_t i = 0; i <= seed % 4; ++i) DamageSomething(simulated_, random);
      // Some starts are cut by a loss of power, also amid the salvage.
      for (uint64_t cuts = random() % 4; cuts > 0; --cuts) {
        simulated_.FailFrom(1 + random() % 12, Fault::kPowerCut);
        (void)OpenAndRepair().status();
        simulated_.LosePower(random());
      }
      OpenAndCheck(&seen);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(seen[Standing::kMember], 100);
  EXPECT_GT(seen[Standing::kRecovering], 30);
}
INSTANTIATE_TEST_SUITE_P(, SimulatedDamageTest, testing::Values(DiskKind::kSimulated), DiskName);

// A power cut after each single operation of a start that salvages.
TEST_P(SimulatedDamageTest, ASalvageCanBeCutAnywhere) {
  MakeStore();
  DamageHeader(5);
  DamageTile();
  const auto original = simulated_.Clone();
  uint64_t operations = 0;
  std::map<Standing, int> seen;
  for (uint64_t operation = 1; operation <= std::max<uint64_t>(operations, 1); ++operation) {
    SCOPED_TRACE(operation);
    simulated_.Become(*original);
    if (operations == 0) {
      simulated_.FailFrom(UINT64_MAX, Fault::kPowerCut);
      ASSERT_OK(OpenAndRepair().status());
      operations = simulated_.operations();
      simulated_.Become(*original);
    }
    simulated_.FailFrom(operation, Fault::kPowerCut);
    (void)OpenAndRepair().status();
    simulated_.LosePower(operation);
    OpenAndCheck(&seen);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(operations, 15u);
  EXPECT_EQ(seen[Standing::kMember], static_cast<int>(operations));
}

TEST_P(SimulatedDamageTest, WithoutSpaceForACopyNothingIsChanged) {
  MakeStore();
  DamageHeader(5);
  simulated_.SetCapacity(simulated_.UsedBytes(MakeOptions().dir).value() + 1000);
  const auto refused = Store::Open(RecoverOptions(), ledger_.identity());
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  EXPECT_FALSE(simulated_.Exists(MakeOptions().dir + "/db.new"));
  simulated_.SetCapacity(uint64_t{1} << 30);
  ASSERT_OK(OpenAndRepair().status());
}

// RocksDB's own files, bit by bit.
class RealDamageTest : public RandomDamageTest {
 protected:
  void FlipSomewhere(const std::string& ending, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::string> files;
    for (const auto& file : fs::directory_iterator(DatabaseDir())) {
      if (file.path().extension() == ending && file.file_size() > 0) files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
    ASSERT_FALSE(files.empty());
    const std::string& path = files[random() % files.size()];
    Bytes bytes = ReadWholeFile(path, size_t{64} << 20).value();
    bytes[random() % bytes.size()] ^= static_cast<char>(1 << (random() % 8));
    ASSERT_OK(WriteFileAtomically(path, bytes));
  }
  // `runs` times: a copy of the store, one flipped bit in a file of that kind.
  void Run(const std::string& ending, int runs) {
    std::map<Standing, int> seen;
    int refused = 0;
    const std::string dir = MakeOptions().dir;
    fs::rename(dir, dir + ".original");
    for (int run = 0; run < runs; ++run) {
      SCOPED_TRACE(testing::Message() << ending << " run " << run);
      fs::remove_all(dir);
      fs::copy(dir + ".original", dir, fs::copy_options::recursive);
      FlipSomewhere(ending, static_cast<uint64_t>(run));
      // Where RocksDB cannot open a table file at all (its footer, say), nobody decides what to do but a
      // person.
      const absl::Status first = Store::Open(RecoverOptions(), ledger_.identity()).status();
      if (!first.ok()) {
        ++refused;
        EXPECT_TRUE(absl::IsDataLoss(first)) << first;
        EXPECT_THAT(std::string(first.message()), testing::HasSubstr(ending));
        continue;
      }
      OpenAndCheck(&seen);
      if (HasFatalFailure()) return;
    }
    std::cout << fmt::format("[   NOTE   ] {}: {} whole, {} recovering, {} refused\n", ending,
                             seen[Standing::kMember], seen[Standing::kRecovering], refused);
    EXPECT_EQ(seen[Standing::kObserver], 0);
    EXPECT_LE(refused, runs / 4);
  }
};

TEST_P(RealDamageTest, InATableFile) {
  MakeStore();
  Run(".sst", 12);
}

TEST_P(RealDamageTest, InTheWriteAheadLog) {
  MakeKilledStore();
  Run(".log", 12);
}
INSTANTIATE_TEST_SUITE_P(, RealDamageTest, testing::Values(DiskKind::kReal), DiskName);

}  // namespace
}  // namespace symbolon::storage
