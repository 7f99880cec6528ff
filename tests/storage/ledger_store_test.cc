#include "storage/ledger_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <thread>

#include "ledger/merkle/memory_tree.h"
#include "ledger/merkle/proof.h"
#include "ledger/merkle/tile.h"
#include "storage/durable_mark.h"
#include "tests/storage/test_ledger.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

using ledger::MemoryTree;
using ledger::Verdict;
using testing::HasSubstr;

class LedgerStoreTest : public AnyDiskTest {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    node_.reset();
    auto node = TestNode::Open(MakeOptions(), ledger_);
    ASSERT_OK(node.status());
    node_.emplace(*std::move(node));
  }
  void Add(const consensus::Entry& entry) {
    entries_.push_back(entry);
    ASSERT_OK(node_->PersistAndApply({entry}));
  }
  // A bit of everything.
  void AddMixed() {
    Add(ledger_.NoOp());
    Add(ledger_.Batch(20));
    Add(ledger_.RejectedBatch(3));
    Add(ledger_.Seal(*node_->state));
    Add(ledger_.Batch(300, 2));
    Add(ledger_.Revoke(4));
    Add(ledger_.Seal(*node_->state));
    Add(ledger_.Seal(*node_->state));
    Add(ledger_.Batch(1));
    Add(ledger_.Revoke(24));
  }
  MemoryTree Tree() const {
    MemoryTree tree;
    for (const consensus::Entry& entry : entries_) tree.Append(ledger::EntryLeafHash(entry.data->header));
    return tree;
  }

  TestLedger ledger_;
  std::vector<consensus::Entry> entries_;
  std::optional<TestNode> node_;
};

TEST_P(LedgerStoreTest, BeginsWithNothing) {
  EXPECT_EQ(node_->ledger->applied_index(), 0u);
  EXPECT_EQ(node_->ledger->applied_root(), MemoryTree().Root());
  EXPECT_FALSE(node_->ledger->LoadState()->has_value());
  EXPECT_FALSE(node_->ledger->BatchOf(0)->has_value());
  EXPECT_TRUE(absl::IsOutOfRange(node_->ledger->Header(1).status()));
  EXPECT_TRUE(absl::IsOutOfRange(node_->ledger->Header(0).status()));
  EXPECT_EQ(node_->ledger->last_signed(), SignedTree{});
}

// L23: the state that comes back is the state that a replay gives.
TEST_P(LedgerStoreTest, StateAndRootComeBackAsAReplayGivesThem) {
  AddMixed();
  const ledger::State replayed = Replay(ledger_, entries_);
  EXPECT_EQ(node_->state->Fingerprint(), replayed.Fingerprint());
  EXPECT_EQ(node_->ledger->applied_root(), replayed.LedgerRoot());
  Reopen();
  EXPECT_EQ(node_->ledger->applied_index(), entries_.size());
  EXPECT_EQ(node_->state->Fingerprint(), replayed.Fingerprint());
  EXPECT_EQ(node_->ledger->applied_root(), replayed.LedgerRoot());
  Add(ledger_.Batch(5));
  EXPECT_EQ(node_->state->Fingerprint(), Replay(ledger_, entries_).Fingerprint());
}

TEST_P(LedgerStoreTest, ARangeIsTheSameAsItsEntriesOneByOne) {
  for (int i = 0; i < 40; ++i) entries_.push_back(i % 3 == 0 ? ledger_.Batch(9) : ledger_.NoOp());
  ASSERT_OK(node_->Persist(entries_));
  ASSERT_OK(node_->ApplyTo(11));
  ASSERT_OK(node_->ApplyTo(40));
  EXPECT_EQ(node_->ledger->applied_root(), Tree().Root());
  EXPECT_EQ(node_->state->Fingerprint(), Replay(ledger_, entries_).Fingerprint());
}

TEST_P(LedgerStoreTest, AnswersEveryQuestionAboutAnAttestation) {
  AddMixed();
  for (int round = 0; round < 2; ++round) {
    const LedgerStore& store = *node_->ledger;
    EXPECT_EQ(store.VerdictOf(2).value(), Verdict::kAccepted);
    EXPECT_EQ(store.VerdictOf(3).value(), Verdict::kOutOfSequence);
    EXPECT_EQ(store.BatchOf(19).value()->entry_index, 2u);
    EXPECT_FALSE(store.BatchOf(20).value()->accepted);
    EXPECT_EQ(store.BatchOf(23).value()->first_number, 23u);
    EXPECT_EQ(store.BatchOf(322).value()->count, 300u);
    EXPECT_EQ(store.BatchOf(323).value()->entry_index, 9u);
    EXPECT_FALSE(store.BatchOf(324)->has_value());
    EXPECT_EQ(store.FindSequence("THA-DOPA", 1, 1).value()->entry_index, 2u);
    EXPECT_EQ(store.FindSequence("THA-DOPA", 1, 3).value()->entry_index, 6u);
    EXPECT_FALSE(store.FindSequence("THA-DOPA", 1, 9)->has_value());
    EXPECT_FALSE(store.FindSequence("THA-DOPA", 2, 1)->has_value());
    EXPECT_FALSE(store.FindSequence(std::string(300, 'A'), 1, 1)->has_value());
    const ledger::DecodedEntry batch = ledger::DecodeEntry(entries_[1].data->header, entries_[1].data->body);
    EXPECT_EQ(store.FindSequence("THA-DOPA", 1, 1).value()->signed_digest,
              ledger::SignedPartOf(batch.payload)->SignedDigest());
    Reopen();
  }
}

TEST_P(LedgerStoreTest, StreamsEntriesWithTheirVerdicts) {
  AddMixed();
  const auto all = node_->ledger->ReadEntries(2, 10, SIZE_MAX);
  ASSERT_OK(all.status());
  ASSERT_EQ(all->size(), 9u);
  for (size_t i = 0; i < all->size(); ++i) {
    EXPECT_EQ((*all)[i].header, entries_[i + 1].data->header);
    EXPECT_EQ((*all)[i].body, entries_[i + 1].data->body);
  }
  EXPECT_EQ((*all)[1].verdict, Verdict::kOutOfSequence);
  EXPECT_EQ(node_->ledger->ReadEntries(2, 10, 0)->size(), 1u);
  EXPECT_TRUE(absl::IsOutOfRange(node_->ledger->ReadEntries(2, 11, 1).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(node_->ledger->ReadEntries(3, 2, 1).status()));
}

TEST_P(LedgerStoreTest, TagsAreFoundByExactlyTheirBytes) {
  AddMixed();
  const LedgerStore& store = *node_->ledger;
  EXPECT_EQ(store.FindTag(TestLedger::Tag(2, 7), 10).value(), std::vector<uint64_t>{7});
  EXPECT_EQ(store.FindTag(TestLedger::Tag(5, 299, 1), 10).value(), std::vector<uint64_t>{23 + 299});
  EXPECT_TRUE(store.FindTag(TestLedger::Tag(3, 0), 10)->empty()) << "tag of a rejected batch";
  ledger::LookupTag other_profile = TestLedger::Tag(2, 7);
  other_profile.profile = 9;
  EXPECT_TRUE(store.FindTag(other_profile, 10)->empty());
  ledger::LookupTag same_beginning = TestLedger::Tag(2, 7);
  same_beginning.tag[31] ^= 1;
  EXPECT_TRUE(store.FindTag(same_beginning, 10)->empty());
  EXPECT_TRUE(store.FindTag(TestLedger::Tag(2, 7), 0)->empty());
}

TEST_P(LedgerStoreTest, PathsAreThoseOfTheWholeTree) {
  for (int i = 0; i < 700; ++i) entries_.push_back(ledger_.NoOp());
  ASSERT_OK(node_->Persist(entries_));
  for (const uint64_t to : {1, 2, 255, 256, 257, 300, 511, 512, 700}) ASSERT_OK(node_->ApplyTo(to));
  const MemoryTree tree = Tree();
  for (int round = 0; round < 2; ++round) {
    const LedgerStore& store = *node_->ledger;
    for (uint64_t size = 1; size <= 700; size += 31) {
      EXPECT_EQ(store.RootAt(size).value(), tree.RootAt(size));
      for (uint64_t index = 1; index <= size; index += 53) {
        EXPECT_EQ(store.InclusionPath(index, size).value(), tree.InclusionAt(index - 1, size))
            << index << " in " << size;
      }
      EXPECT_EQ(store.ConsistencyPath(size / 2, size).value(), tree.Consistency(size / 2, size));
    }
    EXPECT_EQ(store.LeafHash(257).value(), ledger::EntryLeafHash(entries_[256].data->header));
    EXPECT_TRUE(absl::IsOutOfRange(store.InclusionPath(1, 701).status()));
    EXPECT_TRUE(absl::IsOutOfRange(store.InclusionPath(701, 700).status()));
    EXPECT_TRUE(absl::IsOutOfRange(store.RootAt(701).status()));
    EXPECT_EQ(store.Tile(0, 0)->size(), 256u * 32);
    EXPECT_EQ(store.Tile(0, 2)->size(), (700u - 512) * 32);
    EXPECT_EQ(store.Tile(1, 0)->size(), 2u * 32);
    EXPECT_TRUE(absl::IsOutOfRange(store.Tile(0, 3).status()));
    EXPECT_TRUE(absl::IsOutOfRange(store.Tile(9, 0).status()));
    Reopen();
  }
}

// L4: an entry that may still vanish is never shown.
TEST_P(LedgerStoreTest, UnappliedEntriesAreNotShown) {
  const std::vector<consensus::Entry> entries = {ledger_.Batch(3), ledger_.Batch(3)};
  ASSERT_OK(node_->Persist(entries));
  ASSERT_OK(node_->ApplyTo(1));
  EXPECT_OK(node_->ledger->Header(1).status());
  for (const absl::Status& status :
       {node_->ledger->Header(2).status(), node_->ledger->Body(2).status(),
        node_->ledger->VerdictOf(2).status(), node_->ledger->LeafHash(2).status()}) {
    EXPECT_TRUE(absl::IsOutOfRange(status));
  }
  EXPECT_FALSE(node_->ledger->BatchOf(3)->has_value());
}

// S-70, L2: entries that are cut again, body and all, leave nothing behind: tree and tables are those of a
// node that never had them.
TEST_P(LedgerStoreTest, S70AfterARollbackItIsTheLedgerThatNeverHadTheBranch) {
  constexpr uint64_t kBefore = 254;  // the branch fills a tile and begins the next
  const auto beginning = [](TestLedger& ledger) {
    std::vector<consensus::Entry> out = {ledger.Batch(20)};
    while (out.size() < kBefore) out.push_back(ledger.NoOp());
    ledger.NextTerm();
    return out;
  };
  const auto open = [&](const char* name) {
    return TestNode::Open(TestOptions(folder_.path() + "/" + name, disk()), ledger_);
  };
  TestLedger right;
  entries_ = beginning(right);
  right.NextTerm();
  for (const auto& entry : {right.Batch(1), right.NoOp(), right.Revoke(4), right.Batch(9)})
    entries_.push_back(entry);
  auto other = open("never had it");
  ASSERT_OK(other.status());
  ASSERT_OK(other->PersistAndApply(entries_));

  for (const bool restart : {false, true}) {
    SCOPED_TRACE(restart ? "restarted with the branch" : "cut while it runs");
    const char* name = restart ? "restarted" : "running";
    TestLedger lost;
    auto node = open(name);
    ASSERT_OK(node.status());
    ASSERT_OK(node->PersistAndApply(beginning(lost)));
    ASSERT_OK(node->Persist({lost.Batch(300, 2), lost.AddLearner(*node->state, 7), lost.Revoke(4)}));
    if (restart) {
      *node = TestNode();
      node = open(name);
      ASSERT_OK(node.status());
    }
    ASSERT_OK(node->Persist({entries_.begin() + kBefore, entries_.end()}));
    ASSERT_OK(node->ApplyTo(entries_.size()));
    for (int round = 0; round < 2; ++round) {
      const LedgerStore &is = *node->ledger, &ought = *other->ledger;
      EXPECT_EQ(is.applied_root(), Tree().Root());
      EXPECT_EQ(node->state->Fingerprint(), other->state->Fingerprint());
      for (uint64_t size = kBefore - 1; size <= entries_.size(); ++size)
        EXPECT_EQ(is.RootAt(size).value(), ought.RootAt(size).value()) << size;
      for (const uint64_t tile : {0, 1}) EXPECT_EQ(is.Tile(0, tile).value(), ought.Tile(0, tile).value());
      for (uint64_t index = kBefore; index <= entries_.size(); ++index)
        EXPECT_EQ(is.Body(index).value(), ought.Body(index).value()) << index;
      for (uint64_t number = 19; number < 330; ++number) {
        const auto batch = ought.BatchOf(number).value();
        ASSERT_EQ(is.BatchOf(number)->has_value(), batch.has_value()) << number;
        if (!batch) continue;
        EXPECT_EQ(is.BatchOf(number).value()->entry_index, batch->entry_index) << number;
      }
      EXPECT_TRUE(is.FindTag(TestLedger::Tag(kBefore + 1, 7), 9)->empty());
      *node = TestNode();
      node = open(name);  // with a full check of everything that is there
      ASSERT_OK(node.status());
    }
  }
}

// RB-29: ranges are applied in order, each once.
TEST_P(LedgerStoreTest, ARangeThatDoesNotFollowIsRefused) {
  AddMixed();
  const consensus::Entry next = ledger_.NoOp();
  ASSERT_OK(node_->Persist({next}));
  const ledger::DecodedEntry decoded = ledger::DecodeEntry(next.data->header, next.data->body);
  ledger::Outcome outcome = node_->state->Apply(decoded, *node_->ledger).value();
  const ledger::StateChanges changes = node_->state->TakeChanges();
  ledger::Outcome wrong = outcome;
  wrong.index += 1;
  const AppliedEntry skipped{&decoded, &wrong};
  EXPECT_TRUE(absl::IsInvalidArgument(node_->ledger->Apply(std::span(&skipped, 1), changes)));
  wrong = outcome;
  wrong.leaf_hash[0] ^= 1;
  const AppliedEntry other_leaf{&decoded, &wrong};
  EXPECT_TRUE(absl::IsInvalidArgument(node_->ledger->Apply(std::span(&other_leaf, 1), changes)));
  EXPECT_TRUE(absl::IsInvalidArgument(node_->ledger->Apply({}, changes)));
  const AppliedEntry right{&decoded, &outcome};
  EXPECT_OK(node_->ledger->Apply(std::span(&right, 1), changes));
  EXPECT_TRUE(absl::IsInvalidArgument(node_->ledger->Apply(std::span(&right, 1), changes)));
  EXPECT_EQ(node_->ledger->applied_index(), next.index.value());
}

// L3: never two roots for a size, never a smaller size after a larger.
TEST_P(LedgerStoreTest, NothingContradictoryIsEverSigned) {
  AddMixed();
  const SignedTree five{5, node_->ledger->RootAt(5).value()};
  const SignedTree nine{9, node_->ledger->RootAt(9).value()};
  ASSERT_OK(node_->ledger->RecordSigned(five));
  ASSERT_OK(node_->ledger->RecordSigned(nine));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(node_->ledger->last_signed(), nine);
    EXPECT_OK(node_->ledger->RecordSigned(nine));  // the heartbeat of an idle ledger
    EXPECT_TRUE(absl::IsFailedPrecondition(node_->ledger->RecordSigned(five)));
    EXPECT_TRUE(absl::IsFailedPrecondition(node_->ledger->RecordSigned({9, Digest{1}})));
    EXPECT_TRUE(absl::IsFailedPrecondition(node_->ledger->RecordSigned({10, Digest{1}})));
    EXPECT_TRUE(absl::IsFailedPrecondition(node_->ledger->RecordSigned({11, Digest{1}})));
    Reopen();
  }
}

TEST_P(LedgerStoreTest, ReadersBesideTheWriterSeeWholeRanges) {
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      while (!done) {
        const LedgerStore& store = *node_->ledger;
        const uint64_t size = store.applied_index();
        if (size == 0) continue;
        const auto root = store.RootAt(size);
        const auto path = store.InclusionPath(size, size);
        ASSERT_OK(root.status());
        ASSERT_OK(path.status());
        ASSERT_OK(ledger::VerifyInclusion(store.LeafHash(size).value(), size - 1, size, *path, *root));
        ASSERT_OK(store.Body(size).status());
      }
    });
  }
  for (int i = 0; i < 300; ++i) {
    const std::vector<consensus::Entry> entries = {ledger_.NoOp(), ledger_.Batch(2)};
    EXPECT_OK(node_->PersistAndApply(entries));
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

// A figure to watch, of a shape that the design names: full batches with one tag, all indexes included.
TEST_P(LedgerStoreTest, PrintsBytesOnDiskForEachAttestation) {
  if (!real()) return;
  constexpr uint32_t kBatches = 8;
  for (uint32_t i = 0; i < kBatches; ++i) Add(ledger_.Batch(4096));
  const uint64_t attestations = node_->state->attestation_count();
  ASSERT_OK(node_->store->Close());
  const double large =
      static_cast<double>(node_->store->DiskBytes().value()) / static_cast<double>(attestations);
  std::cout << "[   NOTE   ] batches of 4096: " << large
            << " bytes on disk for each attestation with one tag\n";
  EXPECT_LT(large, 3 * 64);
}

ON_EVERY_DISK(LedgerStoreTest);

}  // namespace
}  // namespace symbolon::storage
