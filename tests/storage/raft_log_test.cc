#include "storage/raft_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "storage/database.h"
#include "storage/durable_mark.h"
#include "storage/keys.h"
#include "storage/rebuild.h"
#include "tests/storage/test_ledger.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

using consensus::Entry;
using consensus::EntryKind;
using consensus::HardState;
using consensus::Index;
using consensus::NodeId;
using consensus::Term;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Bytes that mean nothing to the ledger: the log keeps what it is given.
Entry Opaque(uint64_t index, uint64_t term, const std::string& text = "header",
             const std::string& body = "") {
  return {
      Index(index), Term(term), EntryKind::kNormal,
      std::make_shared<const consensus::EntryData>(consensus::EntryData{text + std::to_string(index), body})};
}

bool SameEntry(const Entry& a, const Entry& b) {
  return a.index == b.index && a.term == b.term && a.kind == b.kind && *a.data == *b.data;
}

class RaftLogTest : public AnyDiskTest {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    log_.reset();
    store_.reset();
    auto store = Store::Open(MakeOptions(), {TestDigest("network", 1), 1});
    ASSERT_OK(store.status());
    store_ = *std::move(store);
    auto log = RaftLog::Open(store_.get());
    ASSERT_OK(log.status());
    log_ = *std::move(log);
  }
  absl::Status Append(std::vector<Entry> entries, std::optional<HardState> hard_state = std::nullopt) {
    return log_->Persist(LogWrite{hard_state, std::move(entries)});
  }
  void ExpectLog(const std::vector<Entry>& expected) {
    ASSERT_EQ(log_->LastIndex(), Index(expected.size()));
    if (expected.empty()) return;
    const auto read = log_->Read(Index(1), log_->LastIndex(), SIZE_MAX);
    ASSERT_OK(read.status());
    ASSERT_EQ(read->size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_TRUE(SameEntry((*read)[i], expected[i])) << "entry " << i + 1;
      EXPECT_EQ(log_->TermAt(Index(i + 1)).value(), expected[i].term);
    }
  }
  std::unique_ptr<Store> store_;
  std::unique_ptr<RaftLog> log_;
};

TEST_P(RaftLogTest, BeginsEmpty) {
  EXPECT_EQ(log_->LastIndex(), Index(0));
  EXPECT_EQ(log_->hard_state(), HardState{});
  EXPECT_FALSE(log_->TermAt(Index(0)).ok());
  EXPECT_FALSE(log_->TermAt(Index(1)).ok());
  EXPECT_TRUE(absl::IsDataLoss(log_->Read(Index(1), Index(1), 100).status()));
}

TEST_P(RaftLogTest, EverythingComesBackByteForByte) {
  const std::string odd("\0\xff\n", 3);
  std::vector<Entry> entries = {Opaque(1, 1), Opaque(2, 1, odd, "a body that is no batch"),
                                Opaque(3, 4, "", odd)};
  entries[0].kind = EntryKind::kNoOp;
  entries[2].kind = EntryKind::kConfiguration;
  ASSERT_OK(Append(entries, HardState{Term(4), NodeId(3)}));
  ExpectLog(entries);
  Open();
  ExpectLog(entries);
  EXPECT_EQ(log_->hard_state(), (HardState{Term(4), NodeId(3)}));
}

TEST_P(RaftLogTest, ReadGivesAtLeastOneAndThenWhatFits) {
  std::vector<Entry> entries;
  for (uint64_t i = 1; i <= 5; ++i) entries.push_back(Opaque(i, 1, "h", std::string(1000, 'b')));
  ASSERT_OK(Append(entries, HardState{Term(1), std::nullopt}));
  EXPECT_EQ(log_->Read(Index(1), Index(5), 0)->size(), 1u);
  EXPECT_EQ(log_->Read(Index(2), Index(5), 2 * entries[0].bytes())->size(), 2u);
  EXPECT_EQ(log_->Read(Index(2), Index(4), SIZE_MAX)->size(), 3u);
  EXPECT_TRUE(absl::IsInvalidArgument(log_->Read(Index(3), Index(2), 1).status()));
}

TEST_P(RaftLogTest, SeveralWritesAreOne) {
  const std::vector<LogWrite> writes = {
      {HardState{Term(1), NodeId(1)}, {Opaque(1, 1), Opaque(2, 1)}},
      {std::nullopt, {Opaque(3, 1)}},
      {HardState{Term(2), std::nullopt}, {Opaque(2, 2, "other")}},  // cuts what the write before it appended
  };
  ASSERT_OK(log_->Persist(writes));
  ExpectLog({Opaque(1, 1), Opaque(2, 2, "other")});
  Open();
  ExpectLog({Opaque(1, 1), Opaque(2, 2, "other")});
}

// RB-22, RB-23: a cut takes everything after it, bodies included, and the new entries stand.
TEST_P(RaftLogTest, ConflictingEntriesReplaceTheOldOnesAndAllAfterThem) {
  std::vector<Entry> old;
  for (uint64_t i = 1; i <= 20; ++i) old.push_back(Opaque(i, 1, "old", "old body"));
  ASSERT_OK(Append(old, HardState{Term(1), std::nullopt}));
  ASSERT_OK(Append({Opaque(5, 2, "new")}, HardState{Term(2), std::nullopt}));
  std::vector<Entry> expected(old.begin(), old.begin() + 4);
  expected.push_back(Opaque(5, 2, "new"));
  ExpectLog(expected);
  ASSERT_OK(Append({Opaque(6, 2, "new", "b"), Opaque(7, 2, "new")}));
  expected.push_back(Opaque(6, 2, "new", "b"));
  expected.push_back(Opaque(7, 2, "new"));
  ExpectLog(expected);
  Open();
  ExpectLog(expected);
}

// RB-38: where the configuration entries are follows cuts and appends in the same write, and survives.
TEST_P(RaftLogTest, ConfigurationEntriesAreFoundAndCutWithTheLog) {
  auto change = [](uint64_t index, uint64_t term) {
    Entry entry = Opaque(index, term, "members");
    entry.kind = EntryKind::kConfiguration;
    return entry;
  };
  ASSERT_OK(
      Append({Opaque(1, 1), change(2, 1), Opaque(3, 1), change(4, 1)}, HardState{Term(1), std::nullopt}));
  EXPECT_TRUE(absl::IsInvalidArgument(Append({change(300, 1)}))) << "a gap: nothing of it is kept";
  EXPECT_THAT(*log_->ConfigurationIndexes(), ElementsAre(Index(2), Index(4)));
  Open();
  EXPECT_THAT(*log_->ConfigurationIndexes(), ElementsAre(Index(2), Index(4)));
  // One write that cuts and appends, twice over.
  ASSERT_OK(
      log_->Persist(std::vector<LogWrite>{{HardState{Term(2), std::nullopt}, {Opaque(4, 2), change(5, 2)}},
                                          {std::nullopt, {Opaque(5, 2), change(6, 2)}}}));
  EXPECT_THAT(*log_->ConfigurationIndexes(), ElementsAre(Index(2), Index(6)));
  Open();
  EXPECT_THAT(*log_->ConfigurationIndexes(), ElementsAre(Index(2), Index(6)));
  ASSERT_OK(Append({Opaque(2, 3)}, HardState{Term(3), std::nullopt}));
  Open();
  EXPECT_THAT(*log_->ConfigurationIndexes(), IsEmpty());
}

// RB-38, RB-45: the rows are a checked cache of the log, and can be made again from it.
TEST_P(RaftLogTest, WrongNotesOfConfigurationEntriesAreFoundAndMadeAgain) {
  Entry change = Opaque(2, 1, "members");
  change.kind = EntryKind::kConfiguration;
  ASSERT_OK(Append({Opaque(1, 1), change, Opaque(3, 1)}, HardState{Term(1), std::nullopt}));
  const auto edit = [&](const std::function<void(rocksdb::ColumnFamilyHandle*, rocksdb::WriteBatch*)>& how) {
    Options options = MakeOptions();
    options.verify = Verification::kNone;
    auto store = Store::Open(options, {TestDigest("network", 1), 1});
    ASSERT_OK(store.status());
    rocksdb::WriteBatch batch;
    how((*store)->database().handle(Family::kRaft), &batch);
    ASSERT_OK((*store)->database().Write(&batch, true, "test"));
  };
  const auto status = [&](Verification verify) {
    Options options = MakeOptions();
    options.verify = verify;
    return Store::Open(options, {TestDigest("network", 1), 1}).status();
  };
  log_.reset();
  store_.reset();
  edit([](auto* raft, auto* batch) { batch->Delete(raft, ConfigurationKey(2)); });
  EXPECT_TRUE(absl::IsDataLoss(status(Verification::kFull)));
  edit([](auto* raft, auto* batch) { batch->Put(raft, ConfigurationKey(3), ""); });
  for (const Verification verify : {Verification::kTiles, Verification::kFull}) {
    EXPECT_TRUE(absl::IsDataLoss(status(verify)));
  }
  {
    Options options = MakeOptions();
    options.verify = Verification::kNone;
    auto store = Store::Open(options, {TestDigest("network", 1), 1});
    ASSERT_OK(store.status());
    ASSERT_OK(DropDerivedState(store->get()));
  }
  Open();
  EXPECT_THAT(*log_->ConfigurationIndexes(), ElementsAre(Index(2)));
}

// RB-19: what the mark claims falls with the cut, also when the new log ends in a lower term than the old
// one.
TEST_P(RaftLogTest, TheMarkFollowsCutsAndAppends) {
  ASSERT_OK(Append({Opaque(1, 1), Opaque(2, 1), Opaque(3, 4)}, HardState{Term(4), NodeId(9)}));
  EXPECT_EQ(store_->mark()->promises().last_index, 3u);
  ASSERT_OK(Append({Opaque(2, 2)}, HardState{Term(5), std::nullopt}));
  const Promises promises = store_->mark()->promises();
  EXPECT_EQ(promises.last_index, 2u);
  EXPECT_EQ(promises.last_index_term, 2u);
  EXPECT_EQ(promises.term, 5u);
  EXPECT_EQ(promises.vote, 0u);
  Open();
  ExpectLog({Opaque(1, 1), Opaque(2, 2)});
}

// The moment between a write and the raising of the mark: at the next start the node vouches for what it
// finds, without writing anything; a later loss of that must not go unnoticed.
TEST_P(RaftLogTest, WhatIsBeyondTheMarkAfterACrashIsPromisedAtTheStart) {
  ASSERT_OK(Append({Opaque(1, 1), Opaque(2, 1)}, HardState{Term(4), std::nullopt}));
  const std::string path = MakeOptions().dir + "/MARK";
  const Bytes before = disk()->Read(path, 1 << 20).value();
  ASSERT_OK(Append({Opaque(3, 4)}, HardState{Term(5), NodeId(9)}));
  log_.reset();
  store_.reset();
  ASSERT_OK(disk()->Replace(path, before, 0600));
  Open();
  ExpectLog({Opaque(1, 1), Opaque(2, 1), Opaque(3, 4)});
  const Promises promises = store_->mark()->promises();
  EXPECT_EQ(promises.last_index, 3u);
  EXPECT_EQ(promises.last_index_term, 4u);
  EXPECT_EQ(promises.term, 5u);
  EXPECT_EQ(promises.vote, 9u);
}

// The moment between the write of a cut and the raising of the mark: the mark as it was lowered, the log as
// it is now.
TEST_P(RaftLogTest, ACrashBetweenCutAndMarkIsNotTakenForLoss) {
  ASSERT_OK(Append({Opaque(1, 1), Opaque(2, 4), Opaque(3, 4)}, HardState{Term(4), NodeId(9)}));
  ASSERT_OK(Append({Opaque(2, 2)}, HardState{Term(5), std::nullopt}));
  const std::string path = MakeOptions().dir + "/MARK";
  const Bytes file = disk()->Read(path, 1 << 20).value();
  log_.reset();
  store_.reset();
  int lowered = 0;
  for (const size_t pair : {size_t{0}, size_t{8192}}) {
    Bytes damaged = file;
    damaged.replace(pair, 8192, 8192, 'x');
    ASSERT_OK(disk()->Replace(path, damaged, 0600));
    const Promises promises = DurableMark::Read(*disk(), path).value();
    if (promises.last_index == 2) continue;
    ++lowered;
    EXPECT_EQ(promises.last_index, 1u);
    EXPECT_EQ(promises.term, 4u);
    Open();
    ExpectLog({Opaque(1, 1), Opaque(2, 2)});
  }
  EXPECT_EQ(lowered, 1);
}

TEST_P(RaftLogTest, NonsenseIsRefusedAndTheLogGoesOn) {
  ASSERT_OK(Append({Opaque(1, 2)}, HardState{Term(2), NodeId(1)}));
  EXPECT_TRUE(absl::IsInvalidArgument(Append({Opaque(3, 2)})));                // a gap
  EXPECT_TRUE(absl::IsInvalidArgument(Append({Opaque(2, 2), Opaque(4, 2)})));  // a gap inside
  EXPECT_TRUE(absl::IsInvalidArgument(Append({Opaque(0, 2)})));
  EXPECT_TRUE(absl::IsInvalidArgument(Append({Opaque(2, 1)})));  // the term falls
  EXPECT_TRUE(absl::IsInvalidArgument(Append({Opaque(2, 3)})));  // a term this node has not reached
  ExpectLog({Opaque(1, 2)});
  ASSERT_OK(Append({Opaque(2, 2)}));
}

// RB-13: one record, and a vote is never taken back or changed within its term.
TEST_P(RaftLogTest, AVoteStandsForItsTerm) {
  ASSERT_OK(Append({}, HardState{Term(3), std::nullopt}));
  ASSERT_OK(Append({}, HardState{Term(3), NodeId(1)}));
  EXPECT_TRUE(absl::IsInvalidArgument(Append({}, HardState{Term(3), NodeId(2)})));
  EXPECT_TRUE(absl::IsInvalidArgument(Append({}, HardState{Term(3), std::nullopt})));
  EXPECT_TRUE(absl::IsInvalidArgument(Append({}, HardState{Term(2), NodeId(1)})));
  Open();
  EXPECT_EQ(log_->hard_state(), (HardState{Term(3), NodeId(1)}));
}

TEST_P(RaftLogTest, AppliedEntriesAreNeverCut) {
  TestLedger ledger;
  auto node = TestNode::Open(TestOptions(folder_.path() + "/other", disk()), ledger);
  ASSERT_OK(node.status());
  ASSERT_OK(node->Persist({ledger.NoOp(), ledger.Batch(3), ledger.NoOp()}));
  ASSERT_OK(node->ApplyTo(2));
  const LogWrite cut{HardState{Term(9), std::nullopt}, {Opaque(2, 9)}};
  const absl::Status status = node->log->Persist(cut);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("applied up to 2"));
  EXPECT_EQ(node->log->LastIndex(), Index(3));
  ASSERT_OK(node->log->Persist(LogWrite{HardState{Term(9), std::nullopt}, {Opaque(3, 9)}}));
}

// RB-26: nothing is ever compacted, so what is missing is damage.
TEST_P(RaftLogTest, AHoleIsDamageAndNamed) {
  ASSERT_OK(Append({Opaque(1, 1), Opaque(2, 1), Opaque(3, 1)}, HardState{Term(1), std::nullopt}));
  rocksdb::WriteBatch batch;
  Database& database = store_->database();
  batch.Delete(database.handle(Family::kHeaders), U64Key(2));
  ASSERT_OK(database.Write(&batch, true, "test"));
  const absl::Status status = log_->Read(Index(1), Index(3), SIZE_MAX).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("entry 2"));
  log_.reset();
  store_.reset();
  const absl::Status start = Store::Open(MakeOptions(), {TestDigest("network", 1), 1}).status();
  EXPECT_TRUE(absl::IsDataLoss(start));
  EXPECT_THAT(std::string(start.message()), HasSubstr("entry 2"));
}

// RB-18: entries without term and vote.
TEST_P(RaftLogTest, EntriesWithoutAHardStateAreRefused) {
  ASSERT_OK(Append({Opaque(1, 1)}, HardState{Term(1), std::nullopt}));
  rocksdb::WriteBatch batch;
  batch.Delete(store_->database().handle(Family::kRaft), ToSlice(kHardStateKey));
  ASSERT_OK(store_->database().Write(&batch, true, "test"));
  log_.reset();
  store_.reset();
  EXPECT_TRUE(absl::IsDataLoss(Store::Open(MakeOptions(), {TestDigest("network", 1), 1}).status()));
}

TEST_P(RaftLogTest, ReadersSeeOneMomentBesideAWriter) {
  std::vector<Entry> old;
  for (uint64_t i = 1; i <= 50; ++i) old.push_back(Opaque(i, 1, "1-", "body of term 1"));
  ASSERT_OK(Append(old, HardState{Term(1), std::nullopt}));
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      const auto read = log_->Read(Index(10), Index(20), SIZE_MAX);
      ASSERT_OK(read.status());
      for (const Entry& entry : *read) {
        ASSERT_EQ(entry.term, read->front().term);
        ASSERT_EQ(entry.data->body, "body of term " + std::to_string(entry.term.value()));
      }
    }
  });
  for (uint64_t term = 2; term <= 40; ++term) {
    std::vector<Entry> entries;
    for (uint64_t i = 10; i <= 30; ++i)
      entries.push_back(Opaque(i, term, "h", "body of term " + std::to_string(term)));
    EXPECT_OK(Append(entries, HardState{Term(term), std::nullopt}));
  }
  done = true;
  reader.join();
}

ON_EVERY_DISK(RaftLogTest);

}  // namespace
}  // namespace symbolon::storage
