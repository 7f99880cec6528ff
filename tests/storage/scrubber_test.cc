#include "storage/scrubber.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "storage/keys.h"
#include "storage/raft_state.h"
#include "tests/storage/damaged_store.h"

namespace symbolon::storage {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class ScrubberTest : public DamagedStore {
 protected:
  // Once around, in steps of at most `bytes`.
  std::vector<std::string> ScrubAll(uint64_t bytes, uint64_t first = 1) {
    std::vector<std::string> damage;
    uint64_t next = first;
    do {
      const ScrubResult step = Scrub(node_->store.get(), *node_->ledger, next, bytes);
      EXPECT_OK(step.unreadable);
      damage.insert(damage.end(), step.damage.begin(), step.damage.end());
      next = step.next;
      ++steps_;
    } while (next != first && next != 1);
    return damage;
  }
  // False when a compaction of RocksDB was faster, and the start has met the damage already.
  bool OpenQuickly() {
    Options options = MakeOptions();
    options.verify = Verification::kTiles;
    auto node = TestNode::Open(options, ledger_);
    if (absl::IsDataLoss(node.status()) && real()) return false;
    EXPECT_OK(node.status());
    if (node.ok()) node_.emplace(*std::move(node));
    return node.ok();
  }
  bool Noted() { return disk()->Exists(MakeOptions().dir + "/DAMAGE"); }

  std::optional<TestNode> node_;
  int steps_ = 0;
};

TEST_P(ScrubberTest, AWholeLedgerIsReadOnceAroundInSteps) {
  MakeStore();
  ASSERT_TRUE(OpenQuickly());
  EXPECT_THAT(ScrubAll(UINT64_MAX), IsEmpty());
  EXPECT_EQ(steps_, 1);
  steps_ = 0;
  EXPECT_THAT(ScrubAll(3000), IsEmpty());
  EXPECT_GT(steps_, 5);
  steps_ = 0;
  EXPECT_THAT(ScrubAll(0), IsEmpty());
  EXPECT_EQ(steps_, static_cast<int>(kEntries - 1)) << "at least one entry a step";
  EXPECT_FALSE(Noted());
  // A place that is no more begins from the front.
  EXPECT_EQ(Scrub(node_->store.get(), *node_->ledger, 1'000'000, 0).next, 2u);
  EXPECT_EQ(Scrub(node_->store.get(), *node_->ledger, kEntries - 1, 0).next, 1u);
}

// L20: reported and noted before anything is repaired; the next start repairs.
TEST_P(ScrubberTest, DamageInTheColdPartIsFoundNamedAndNoted) {
  MakeStore();
  DamageBody(20);
  if (!OpenQuickly()) return;
  EXPECT_THAT(ScrubAll(3000), Contains(HasSubstr("entry 20")));
  EXPECT_TRUE(Noted());
  EXPECT_EQ(node_->ledger->applied_index(), kEntries - 1) << "nothing was mended";
  node_.reset();
  auto node = OpenAndRepair();
  ASSERT_OK(node.status());
  EXPECT_FALSE(Noted());
  ExpectWholeAfterCatchingUp(*node);
}

// What RocksDB's checksums do not see, the ledger's hashes do.
TEST_P(ScrubberTest, WrongBytesUnderARightChecksumAreFound) {
  MakeStore();
  ASSERT_TRUE(OpenQuickly());
  {
    consensus::Entry other = entries_[9];
    rocksdb::WriteBatch batch;
    Database& database = node_->store->database();
    batch.Put(database.handle(Family::kBodies), EncodeBodyKey({11, BodyTree::kCommitments, 0, 0}),
              Bytes(512, 'x'));
    batch.Put(database.handle(Family::kHeaders), U64Key(30),
              EncodeHeaderValue({other.term, other.kind, other.data->header}));
    batch.Delete(database.handle(Family::kHeaders), U64Key(40));
    ASSERT_OK(database.Write(&batch, true, "test"));
  }
  const std::vector<std::string> damage = ScrubAll(1);
  EXPECT_THAT(damage, Contains(HasSubstr("entry 11: its body")));
  EXPECT_THAT(damage, Contains(HasSubstr("entry 30: its header is not the one in the ledger tree")));
  EXPECT_THAT(damage, Contains(HasSubstr("entry 40: its header is missing")));
  EXPECT_EQ(damage.size(), 3u);
  EXPECT_TRUE(Noted());
}

// And what lies behind a place that cannot be read is read all the same.
TEST_P(ScrubberTest, ADiskThatDoesNotAnswerIsNoDamage) {
  if (real()) return;
  MakeStore();
  ASSERT_TRUE(OpenQuickly());
  simulated_.FailReads(true);
  for (uint64_t index = 1; index < 4; ++index) {
    const ScrubResult step = Scrub(node_->store.get(), *node_->ledger, index, 100);
    EXPECT_TRUE(absl::IsInternal(step.unreadable));
    EXPECT_EQ(step.next, index + 1);
    EXPECT_THAT(step.damage, IsEmpty());
  }
  simulated_.Heal();
  EXPECT_FALSE(Noted());
}

ON_EVERY_DISK(ScrubberTest);

}  // namespace
}  // namespace symbolon::storage
