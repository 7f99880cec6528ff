#include "storage/rebuild.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/database.h"
#include "storage/keys.h"
#include "storage/ledger_rows.h"
#include "storage/raft_state.h"
#include "storage/signed_prefix.h"
#include "tests/storage/test_ledger.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

using RebuildTest = AnyDiskTest;

// L23: what the log says is what was there; L3: what was signed stays signed.
TEST_P(RebuildTest, DerivedStateIsMadeAgainFromTheLog) {
  TestLedger ledger;
  std::vector<consensus::Entry> entries;
  SignedTree signed_tree;
  {
    auto node = TestNode::Open(MakeOptions(), ledger);
    ASSERT_OK(node.status());
    for (int i = 0; i < 300; ++i) {
      entries.push_back(i % 50 == 0   ? ledger.Batch(40)
                        : i % 50 == 1 ? ledger.RejectedBatch(2)
                                      : ledger.NoOp());
    }
    ASSERT_OK(node->PersistAndApply(entries));
    signed_tree = {node->ledger->applied_index(), node->ledger->applied_root()};
    ASSERT_OK(node->ledger->RecordSigned(signed_tree));
    // A status chunk is gone.
    rocksdb::WriteBatch batch;
    batch.Delete(node->store->database().handle(Family::kStatus), StatusChunkKey(0));
    // Members of another past: they must not come back beside the state that is made again.
    batch.Put(node->store->database().handle(Family::kMeta), ToSlice(kMembershipKey), "stale");
    ASSERT_OK(node->store->database().Write(&batch, true, "test"));
  }
  const absl::Status damaged = Store::Open(MakeOptions(), ledger.identity()).status();
  EXPECT_TRUE(absl::IsDataLoss(damaged));
  EXPECT_NE(damaged.message().find("status chunk 0 is missing"), absl::string_view::npos) << damaged;
  {
    Options options = MakeOptions();
    options.verify = Verification::kNone;
    const auto store = Store::Open(options, ledger.identity());
    ASSERT_OK(store.status());
    ASSERT_OK(DropDerivedState(store->get()));
  }
  auto node = TestNode::Open(MakeOptions(), ledger);
  ASSERT_OK(node.status());
  EXPECT_EQ(node->ledger->applied_index(), 0u);
  EXPECT_EQ(node->log->LastIndex(), consensus::Index(300));
  EXPECT_EQ(node->ledger->last_signed(), signed_tree);
  ASSERT_OK(node->ApplyTo(300));
  EXPECT_EQ(node->state->Fingerprint(), Replay(ledger, entries).Fingerprint());
  EXPECT_EQ(node->ledger->applied_root(), signed_tree.root);
  EXPECT_EQ(node->ledger->FindTag(TestLedger::Tag(51, 5), 2).value(), std::vector<uint64_t>{42 + 5});
  ASSERT_OK(node->ledger->RecordSigned(signed_tree));
  *node = TestNode();
  node = TestNode::Open(MakeOptions(), ledger);
  ASSERT_OK(node.status());
  EXPECT_EQ(node->state->Fingerprint(), Replay(ledger, entries).Fingerprint());
}

std::vector<consensus::Entry> FortyEntries(TestLedger& ledger) {
  std::vector<consensus::Entry> entries;
  for (int i = 0; i < 40; ++i) entries.push_back(i % 3 == 0 ? ledger.Batch(3) : ledger.NoOp());
  return entries;
}

// LV-19: what was signed was committed, and the log says whether it still is what was signed.
TEST_P(RebuildTest, TheSignedRootTellsHowMuchOfTheLogIsCommitted) {
  TestLedger ledger;
  const std::vector<consensus::Entry> entries = FortyEntries(ledger);
  {
    auto node = TestNode::Open(MakeOptions(), ledger);
    ASSERT_OK(node.status());
    ASSERT_OK(node->PersistAndApply({entries.begin(), entries.begin() + 30}));
    EXPECT_EQ(LastProvedEntry(*node->store, 0).value(), 0u) << "nothing is signed";
    ASSERT_OK(node->ledger->RecordSigned({node->ledger->applied_index(), node->ledger->applied_root()}));
    ASSERT_OK(node->PersistAndApply({entries.begin() + 30, entries.end()}));
    EXPECT_EQ(LastProvedEntry(*node->store, 0).value(), 30u);
    EXPECT_EQ(LastProvedEntry(*node->store, 30).value(), 0u) << "nothing beyond what is applied";
    ASSERT_OK(DropDerivedState(node->store.get()));
  }
  // A disk that went back to an earlier log, with an entry that nobody committed.
  {
    auto store = Store::Open(MakeOptions(), ledger.identity());
    ASSERT_OK(store.status());
    EXPECT_EQ(LastProvedEntry(**store, 0).value(), 30u) << "whether it is applied or not";
    const consensus::Entry& other = entries[11];
    rocksdb::WriteBatch batch;
    batch.Put((*store)->database().handle(Family::kHeaders), U64Key(20),
              EncodeHeaderValue({other.term, other.kind, other.data->header}));
    ASSERT_OK((*store)->database().Write(&batch, true, "test"));
    EXPECT_EQ(LastProvedEntry(**store, 0).value(), 0u);
    rocksdb::WriteBatch cut;
    for (uint64_t index = 20; index <= 40; ++index) {
      cut.Delete((*store)->database().handle(Family::kHeaders), U64Key(index));
    }
    ASSERT_OK((*store)->database().Write(&cut, true, "test"));
    EXPECT_EQ(LastProvedEntry(**store, 0).value(), 0u) << "the log is too short";
  }
}

// A salvage may find that the log ends before what was signed. What had been applied then is still proved.
TEST_P(RebuildTest, WhereTheLogEndsBeforeWhatWasSignedWhatWasAppliedCounts) {
  TestLedger ledger;
  const std::vector<consensus::Entry> entries = FortyEntries(ledger);
  auto node = TestNode::Open(MakeOptions(), ledger);
  ASSERT_OK(node.status());
  ASSERT_OK(node->PersistAndApply({entries.begin(), entries.begin() + 30}));
  const AppliedRow applied{30, node->ledger->applied_root()};
  ASSERT_OK(node->PersistAndApply({entries.begin() + 30, entries.end()}));
  ASSERT_OK(node->ledger->RecordSigned({node->ledger->applied_index(), node->ledger->applied_root()}));
  ASSERT_OK(DropDerivedState(node->store.get()));
  Database& database = node->store->database();
  rocksdb::WriteBatch batch;
  for (uint64_t index = 35; index <= 40; ++index) {
    batch.Delete(database.handle(Family::kHeaders), U64Key(index));
  }
  ASSERT_OK(database.Write(&batch, true, "test"));
  EXPECT_EQ(LastProvedEntry(*node->store, 0).value(), 0u);
  batch.Clear();
  batch.Put(database.handle(Family::kMeta), ToSlice(kSalvagedAppliedKey), EncodeApplied(applied));
  ASSERT_OK(database.Write(&batch, true, "test"));
  EXPECT_EQ(LastProvedEntry(*node->store, 0).value(), 30u);
  EXPECT_EQ(LastProvedEntry(*node->store, 30).value(), 0u);
}

// L3: not even over a larger one.
TEST_P(RebuildTest, NothingIsSignedOverAnotherTreeThanWasSignedBefore) {
  TestLedger ledger, other;
  std::vector<consensus::Entry> entries, others;
  for (int i = 0; i < 8; ++i) entries.push_back(ledger.Batch(2));
  for (int i = 0; i < 12; ++i) others.push_back(other.Batch(i == 6 ? 3 : 2));
  {
    auto node = TestNode::Open(MakeOptions(), ledger);
    ASSERT_OK(node.status());
    ASSERT_OK(node->PersistAndApply(entries));
    ASSERT_OK(node->ledger->RecordSigned({8, node->ledger->applied_root()}));
    ASSERT_OK(DropDerivedState(node->store.get()));
  }
  auto node = TestNode::Open(MakeOptions(), ledger);
  ASSERT_OK(node.status());
  ASSERT_OK(node->PersistAndApply(others));
  const absl::Status status = node->ledger->RecordSigned({12, node->ledger->applied_root()});
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("for 8 entries"));
}

ON_EVERY_DISK(RebuildTest);

}  // namespace
}  // namespace symbolon::storage
