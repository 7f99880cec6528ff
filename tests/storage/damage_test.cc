// Damaged files: found, named, and never papered over.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "storage/atomic_file.h"
#include "storage/rocks_database.h"
#include "tests/storage/test_ledger.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;

constexpr size_t kMaxFile = size_t{64} << 20;

class DamageTest : public StoreTest {
 protected:
  // A store with 12 entries of which 11 are applied, left as by a crash (everything in the write-ahead log)
  // or closed.
  void MakeStore(bool closed) {
    original_ = MakeOptions().dir;
    auto node = TestNode::Open(MakeOptions(), ledger_);
    ASSERT_OK(node.status());
    for (int i = 0; i < 4; ++i) {
      entries_.push_back(ledger_.NoOp());
      entries_.push_back(ledger_.Batch(20));
      entries_.push_back(ledger_.Batch(3));
      ASSERT_OK(node->Persist({entries_.end() - 3, entries_.end()}));
      ASSERT_OK(node->ApplyTo(entries_.size() - 1));
    }
    if (!closed) {
      auto& database = static_cast<RocksDatabase&>(node->store->database());
      ASSERT_TRUE(database.db()->DisableFileDeletions().ok());  // no file vanishes under the copy
      fs::copy(original_, original_ + "-crashed", fs::copy_options::recursive);
      original_ += "-crashed";
    } else {
      ASSERT_OK(node->store->Close());
    }
  }
  // A fresh copy to damage.
  Options Copy() {
    Options options = MakeOptions();
    options.dir = folder_.path() + "/copy";
    fs::remove_all(options.dir);
    fs::copy(original_, options.dir, fs::copy_options::recursive);
    return options;
  }
  std::vector<std::string> Files(const std::string& dir, const std::string& ending) const {
    std::vector<std::string> out;
    for (const auto& file : fs::directory_iterator(dir + "/db")) {
      const std::string name = file.path().filename();
      if (name.ends_with(ending) || name.starts_with(ending)) out.push_back(file.path());
    }
    return out;
  }
  std::string OnlyLog(const std::string& dir) const {
    for (const std::string& log : Files(dir, ".log")) {
      if (fs::file_size(log) > 0) return log;
    }
    return "";
  }
  static void Flip(const std::string& path, size_t offset) {
    Bytes bytes = ReadWholeFile(path, kMaxFile).value();
    bytes[offset] = static_cast<char>(bytes[offset] ^ 0x10);
    ASSERT_OK(WriteFileAtomically(path, bytes));
  }
  // Everything of a store that opened is as it was made.
  void ExpectWhole(TestNode& node) {
    ASSERT_OK(node.ApplyTo(entries_.size()));
    EXPECT_EQ(node.state->Fingerprint(), Replay(ledger_, entries_).Fingerprint());
    for (const consensus::Entry& entry : entries_) {
      EXPECT_EQ(node.ledger->Header(entry.index.value()).value(), entry.data->header);
      EXPECT_EQ(node.ledger->Body(entry.index.value()).value(), entry.data->body);
    }
  }

  TestLedger ledger_;
  std::vector<consensus::Entry> entries_;
  std::string original_;
};

TEST_F(DamageTest, TheLogLosesItsAcknowledgedEnd) {
  MakeStore(false);
  const size_t size = fs::file_size(OnlyLog(original_));
  for (const size_t lost : {size_t{1}, size_t{100}, size / 2, size}) {
    const Options options = Copy();
    fs::resize_file(OnlyLog(options.dir), size - lost);
    const auto node = TestNode::Open(options, ledger_);
    // The very last write is the unsynced one of apply, which may go.
    if (node.ok()) {
      EXPECT_LE(lost, 100u);
      continue;
    }
    EXPECT_TRUE(absl::IsDataLoss(node.status())) << node.status();
    EXPECT_THAT(std::string(node.status().message()), HasSubstr("has acknowledged entry"));
  }
}

// L13, LV-33: junk after everything that was promised is cut, physically: what is written behind it is found
// by every later start.
TEST_F(DamageTest, ATornTailIsCutAndWorkGoesOn) {
  MakeStore(false);
  const std::vector<consensus::Entry> before = entries_;
  const std::vector<consensus::Entry> more = {ledger_.Batch(4), ledger_.NoOp(), ledger_.Batch(2)};
  const Bytes whole = ReadWholeFile(OnlyLog(original_), kMaxFile).value();
  for (const Bytes& junk : {Bytes(7, '\x55'), Bytes(300, '\xee'), Bytes(40000, '\0') + Bytes(10, 'x')}) {
    entries_ = before;
    const Options options = Copy();
    ASSERT_OK(WriteFileAtomically(OnlyLog(options.dir), whole + junk));
    for (const consensus::Entry& next : more) {
      auto node = TestNode::Open(options, ledger_);
      ASSERT_OK(node.status());
      ExpectWhole(*node);
      ASSERT_OK(node->Persist({next}));
      entries_.push_back(next);
    }
    auto node = TestNode::Open(options, ledger_);
    ASSERT_OK(node.status());
    ExpectWhole(*node);
  }
}

// L12, L14: no flipped bit in the log passes for a torn tail. Either the start is refused, or everything is
// there.
TEST_F(DamageTest, NoFlippedBitInTheLogLosesAnythingSilently) {
  MakeStore(false);
  const size_t size = fs::file_size(OnlyLog(original_));
  int refused = 0, whole = 0;
  for (size_t offset = 0; offset < size; offset += offset < 64 || offset + 64 > size ? 1 : 151) {
    SCOPED_TRACE(offset);
    const Options options = Copy();
    Flip(OnlyLog(options.dir), offset);
    auto node = TestNode::Open(options, ledger_);
    if (!node.ok()) {
      ++refused;
      EXPECT_TRUE(absl::IsDataLoss(node.status())) << node.status();
      EXPECT_THAT(std::string(node.status().message()), AnyOf(HasSubstr(".log"), HasSubstr("acknowledged")));
      continue;
    }
    ++whole;
    ExpectWhole(*node);
  }
  EXPECT_GT(refused, whole);
}

TEST_F(DamageTest, ARefusedStartChangesNothing) {
  MakeStore(false);
  const Options options = Copy();
  Flip(OnlyLog(options.dir), fs::file_size(OnlyLog(options.dir)) / 2);
  const std::string path = OnlyLog(options.dir);
  const Bytes before = ReadWholeFile(path, kMaxFile).value();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(absl::IsDataLoss(Store::Open(options, ledger_.identity()).status()));
    EXPECT_EQ(ReadWholeFile(path, kMaxFile).value(), before);
  }
}

TEST_F(DamageTest, NoFlippedBitInATableFilePassesAFullCheck) {
  MakeStore(true);
  std::mt19937_64 random(3);
  int refused = 0, harmless = 0;
  for (const std::string& original : Files(original_, ".sst")) {
    for (int i = 0; i < 4; ++i) {
      const Options options = Copy();
      const std::string path = options.dir + "/db/" + fs::path(original).filename().string();
      const size_t offset = random() % fs::file_size(path);
      SCOPED_TRACE(path + " at " + std::to_string(offset));
      Flip(path, offset);
      auto node = TestNode::Open(options, ledger_);
      if (!node.ok()) {
        ++refused;
        EXPECT_TRUE(absl::IsDataLoss(node.status())) << node.status();
        continue;
      }
      ++harmless;  // in parts of the file that carry no data
      ExpectWhole(*node);
    }
  }
  EXPECT_GT(refused, harmless);
}

TEST_F(DamageTest, ADamagedManifestIsFound) {
  MakeStore(true);
  const std::string name = fs::path(Files(original_, "MANIFEST").at(0)).filename();
  const size_t size = fs::file_size(original_ + "/db/" + name);
  for (size_t offset = 0; offset < size; offset += 1 + size / 40) {
    SCOPED_TRACE(offset);
    const Options options = Copy();
    Flip(options.dir + "/db/" + name, offset);
    auto node = TestNode::Open(options, ledger_);
    if (node.ok()) {
      ExpectWhole(*node);
    } else {
      EXPECT_FALSE(node.status().message().empty());
    }
  }
}

// The bytes of a piece of the ledger are damaged where they lie: the message names entry and file, and an
// export shows exactly the damaged bytes.
class PieceDamageTest : public DamageTest {
 protected:
  // Flips a byte of `piece` in the one table file that holds it.
  void DamagePiece(const std::string& dir, const Bytes& piece) {
    int found = 0;
    for (const std::string& path : Files(dir, ".sst")) {
      const size_t at = ReadWholeFile(path, kMaxFile)->find(piece);
      if (at == Bytes::npos) continue;
      Flip(path, at + piece.size() / 2);
      ++found;
    }
    ASSERT_EQ(found, 1);
  }
};

TEST_F(PieceDamageTest, OfAHeader) {
  MakeStore(true);
  Options options = Copy();
  const Bytes& header = entries_[4].data->header;
  DamagePiece(options.dir, header);
  const absl::Status status = Store::Open(options, ledger_.identity()).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("entry 5: its header is not the one in the ledger tree"));
  EXPECT_THAT(std::string(status.message()), HasSubstr(".sst"));

  auto store = Store::OpenReadOnlyForExport(options);
  ASSERT_OK(store.status());
  const auto ledger = LedgerStore::Open(store->get());
  ASSERT_OK(ledger.status());
  Bytes damaged = header;
  damaged[header.size() / 2] = static_cast<char>(damaged[header.size() / 2] ^ 0x10);
  EXPECT_EQ((*ledger)->Header(5).value(), damaged);
  EXPECT_EQ((*ledger)->Header(4).value(), entries_[3].data->header);
  EXPECT_EQ((*ledger)->Body(5).value(), entries_[4].data->body);
}

TEST_F(PieceDamageTest, OfABody) {
  MakeStore(true);
  Options options = Copy();
  const Bytes& body = entries_[4].data->body;
  DamagePiece(options.dir, body.substr(0, 512));  // the first tile
  const absl::Status status = Store::Open(options, ledger_.identity()).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("entry 5: its body is not the one that its header commits to"));
  EXPECT_THAT(std::string(status.message()), HasSubstr(".sst"));

  auto store = Store::OpenReadOnlyForExport(options);
  ASSERT_OK(store.status());
  const auto ledger = LedgerStore::Open(store->get());
  ASSERT_OK(ledger.status());
  Bytes damaged = body;
  damaged[256] = static_cast<char>(damaged[256] ^ 0x10);
  EXPECT_EQ((*ledger)->Body(5).value(), damaged);
  EXPECT_EQ((*ledger)->Header(5).value(), entries_[4].data->header);
}

TEST_F(DamageTest, AnExportChangesNothingAndWritesNothing) {
  MakeStore(true);
  const Options options = Copy();
  const auto listing = [&] {
    std::vector<std::pair<std::string, uintmax_t>> files;
    for (const auto& file : fs::recursive_directory_iterator(options.dir)) {
      if (file.is_regular_file()) files.emplace_back(file.path(), file.file_size());
    }
    std::sort(files.begin(), files.end());
    return files;
  };
  const auto before = listing();
  {
    auto store = Store::OpenReadOnlyForExport(options);
    ASSERT_OK(store.status());
    EXPECT_EQ((*store)->identity(), ledger_.identity());
    const auto log = RaftLog::Open(store->get());
    ASSERT_OK(log.status());
    EXPECT_EQ((*log)->LastIndex(), consensus::Index(12));
    EXPECT_TRUE(absl::IsFailedPrecondition(
        (*log)->Persist(LogWrite{consensus::HardState{consensus::Term(9), std::nullopt}, {}})));
    const auto ledger = LedgerStore::Open(store->get());
    ASSERT_OK(ledger.status());
    EXPECT_TRUE(absl::IsFailedPrecondition((*ledger)->RecordSigned({1, Digest{}})));
    EXPECT_EQ((*ledger)->last_signed(), SignedTree{});
  }
  EXPECT_EQ(listing(), before);
}

}  // namespace
}  // namespace symbolon::storage
