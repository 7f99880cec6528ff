#pragma once
// A store with known contents, on either disk, and hands to damage it with.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "storage/database.h"
#include "storage/entry_repair.h"
#include "tests/storage/test_ledger.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {

class DamagedStore : public AnyDiskTest {
 protected:
  Options RecoverOptions() {
    Options options = MakeOptions();
    options.on_damage = OnDamage::kRecover;
    return options;
  }

  // kEntries in terms 1 to 20, of which all but the last are applied and signed; everything is in table
  // files. The headers fill several blocks: a damaged one spoils a dozen or so.
  static constexpr uint64_t kEntries = 60;
  static constexpr uint64_t kLastTerm = 20;
  void MakeStore();
  // 12 entries in terms 1 to 3, left as by a killed process: everything is in the write-ahead log.
  void MakeKilledStore();
  // Larger, with small buffers: some of it is in table files, the rest in the write-ahead log. As by a killed
  // process.
  void MakeKilledStoreAfterFlushes();

  // Flips a bit of a row's value where it lies in a table file.
  void Damage(Family family, ByteView key);
  void DamageHeader(uint64_t index);
  void DamageBody(uint64_t index);
  // The tile of the tree that holds the leaf hashes.
  void DamageTile();
  // Damages the write-ahead log after a part of it.
  void DamageLog(double part);
  // ... its oldest file, for there may be several.
  void DamageOldestLogFile();
  // Takes the end of the write-ahead log away.
  void LoseLogEnd(double part);

  // Opens, puts back from `entries_` what is missing, and opens again until nothing is.
  absl::StatusOr<TestNode> OpenAndRepair();
  // As a leader of the current term would bring it up to date; then all is applied and compared.
  void ExpectWholeAfterCatchingUp(TestNode& node);

  // On the real disk, the oldest first.
  std::vector<std::string> TableFiles();
  void FlipInFile(const std::string& file, const Bytes& piece);

  std::string DatabaseDir() { return MakeOptions().dir + "/db"; }

  TestLedger ledger_;
  std::vector<consensus::Entry> entries_;

 private:
  void FlipInTableFiles(const Bytes& piece);
  void Kill(TestNode& node);
  std::string LogFile();
};

}  // namespace symbolon::storage
