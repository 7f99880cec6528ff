#include "tests/storage/damaged_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/status_macros.h"
#include "storage/atomic_file.h"
#include "storage/keys.h"
#include "storage/rocks_database.h"

namespace symbolon::storage {
namespace {

namespace fs = std::filesystem;
constexpr size_t kMaxFile = size_t{64} << 20;

void Flip(const std::string& path, size_t offset) {
  Bytes bytes = ReadWholeFile(path, kMaxFile).value();
  bytes[offset] = static_cast<char>(bytes[offset] ^ 0x10);
  ASSERT_OK(WriteFileAtomically(path, bytes));
}

}  // namespace

void DamagedStore::MakeStore() {
  auto node = TestNode::Open(MakeOptions(), ledger_);
  ASSERT_OK(node.status());
  while (entries_.size() < kEntries) {
    entries_.push_back(ledger_.NoOp());
    entries_.push_back(ledger_.Batch(20));
    entries_.push_back(ledger_.Batch(3));
    ASSERT_OK(node->Persist({entries_.end() - 3, entries_.end()}));
    ASSERT_OK(node->ApplyTo(entries_.size() - 1));
    ledger_.NextTerm();
  }
  ASSERT_OK(node->ledger->RecordSigned({kEntries - 1, node->ledger->applied_root()}));
  ASSERT_OK(node->store->Close());
}

void DamagedStore::MakeKilledStore() {
  auto node = TestNode::Open(MakeOptions(), ledger_);
  ASSERT_OK(node.status());
  for (int i = 0; i < 12; ++i) {
    entries_.push_back(i % 3 == 0 ? ledger_.NoOp() : ledger_.Batch(20));
    ASSERT_OK(node->PersistAndApply({entries_.back()}));
    if (i % 4 == 3) ledger_.NextTerm();
  }
  Kill(*node);
}

void DamagedStore::MakeKilledStoreAfterFlushes() {
  Options options = MakeOptions();
  options.write_buffer_bytes = size_t{1} << 20;
  auto node = TestNode::Open(options, ledger_);
  ASSERT_OK(node.status());
  while (entries_.size() < kEntries) {
    entries_.push_back(ledger_.Batch(entries_.size() % 10 == 9 ? 2000 : 20));
    ASSERT_OK(node->PersistAndApply({entries_.back()}));
    if (entries_.size() % 7 == 0) ledger_.NextTerm();
  }
  Kill(*node);
}

void DamagedStore::Kill(TestNode& node) {
  if (!real()) return simulated_.KillProcess();
  // A copy of what lies on the disk now takes the place of what a clean stop leaves.
  const std::string dir = MakeOptions().dir;
  auto& database = static_cast<RocksDatabase&>(node.store->database());
  ASSERT_TRUE(database.db()->DisableFileDeletions().ok());  // no file vanishes under the copy
  fs::copy(dir, dir + ".killed", fs::copy_options::recursive);
  node = TestNode();
  fs::remove_all(dir);
  fs::rename(dir + ".killed", dir);
}

void DamagedStore::FlipInTableFiles(const Bytes& piece) {
  int found = 0;
  for (const std::string& file : TableFiles()) {
    const size_t at = ReadWholeFile(file, kMaxFile)->find(piece);
    if (at == Bytes::npos) continue;
    Flip(file, at + piece.size() / 2);
    ++found;
  }
  ASSERT_EQ(found, 1);
}

std::vector<std::string> DamagedStore::TableFiles() {
  std::vector<std::string> files;
  for (const auto& file : fs::directory_iterator(DatabaseDir())) {
    if (file.path().extension() == ".sst") files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void DamagedStore::FlipInFile(const std::string& file, const Bytes& piece) {
  const size_t at = ReadWholeFile(file, kMaxFile)->find(piece);
  ASSERT_NE(at, Bytes::npos) << file;
  Flip(file, at + piece.size() / 2);
}

void DamagedStore::Damage(Family family, ByteView key) {
  Bytes value;
  {
    auto database =
        disk()->OpenDatabase(MakeOptions(), DatabaseDir(), WalEnd::kMustBeWhole, Access::kReadUnverified);
    ASSERT_OK(database.status());
    ASSERT_OK((*database)->Get(family, key, &value));
  }
  if (real()) {
    FlipInTableFiles(value);
  } else {
    ASSERT_TRUE(simulated_.FlipBitInRow(DatabaseDir(), family, key, value.size() / 2, 4));
  }
}

void DamagedStore::DamageHeader(uint64_t index) {
  Damage(Family::kHeaders, U64Key(index));
}

void DamagedStore::DamageBody(uint64_t index) {
  Damage(Family::kBodies, EncodeBodyKey({index, BodyTree::kCommitments, 0, 0}));
}

void DamagedStore::DamageTile() {
  // The edge is stored in runs, one for each applied range.
  Damage(Family::kTiles, TileKey(0, 0, 2));
}

std::string DamagedStore::LogFile() {
  for (const auto& file : fs::directory_iterator(DatabaseDir())) {
    if (file.path().extension() == ".log" && file.file_size() > 0) return file.path();
  }
  ADD_FAILURE() << "there is no log";
  return "";
}

void DamagedStore::DamageLog(double part) {
  if (real()) {
    const std::string path = LogFile();
    return Flip(path, static_cast<size_t>(part * static_cast<double>(fs::file_size(path))));
  }
  const auto records = static_cast<double>(simulated_.LogRecords(DatabaseDir()));
  ASSERT_TRUE(simulated_.FlipBitInLog(DatabaseDir(), static_cast<uint64_t>(part * records)));
}

void DamagedStore::DamageOldestLogFile() {
  if (!real()) return DamageLog(0.5);  // it has one
  std::vector<std::string> logs;
  for (const auto& file : fs::directory_iterator(DatabaseDir())) {
    if (file.path().extension() == ".log" && file.file_size() > 0) logs.push_back(file.path());
  }
  ASSERT_FALSE(logs.empty());
  const std::string oldest = *std::min_element(logs.begin(), logs.end());
  Flip(oldest, fs::file_size(oldest) / 2);
}

void DamagedStore::LoseLogEnd(double part) {
  if (real()) {
    const std::string path = LogFile();
    const auto size = static_cast<double>(fs::file_size(path));
    return fs::resize_file(path, static_cast<uintmax_t>((1 - part) * size));
  }
  const auto records = static_cast<double>(simulated_.LogRecords(DatabaseDir()));
  simulated_.LoseLogEnd(DatabaseDir(), static_cast<uint64_t>(part * records) + 1);
}

absl::StatusOr<TestNode> DamagedStore::OpenAndRepair() {
  for (int round = 0; round < 3; ++round) {
    ASSIGN_OR_RETURN(auto store, Store::Open(RecoverOptions(), ledger_.identity()));
    if (store->report().missing.empty()) break;
    ASSIGN_OR_RETURN(EntryRepair repair, EntryRepair::Open(store.get()));
    for (int pass = 0; pass < 2; ++pass) {  // what is proved together is wanted once more
      for (const MissingEntry& missing : repair.missing()) {
        RETURN_IF_ERROR(repair.Offer(entries_[missing.index - 1]));
      }
    }
    if (!repair.missing().empty()) return absl::InternalError("not everything was taken");
  }
  return TestNode::Open(RecoverOptions(), ledger_);
}

void DamagedStore::ExpectWholeAfterCatchingUp(TestNode& node) {
  const uint64_t last = node.log->LastIndex().value();
  for (uint64_t index = 1; index <= last; ++index) {
    const auto entry = node.log->Read(consensus::Index(index), consensus::Index(index), SIZE_MAX);
    ASSERT_OK(entry.status());
    ASSERT_EQ(entry->front().term, entries_[index - 1].term);
    ASSERT_EQ(*entry->front().data, *entries_[index - 1].data) << "entry " << index;
  }
  ASSERT_LE(last, entries_.size());
  if (last < entries_.size()) {
    ASSERT_OK(node.Persist({entries_.begin() + static_cast<long>(last), entries_.end()}));
  }
  ASSERT_OK(node.ApplyTo(entries_.size()));
  const ledger::State expected = Replay(ledger_, entries_);
  EXPECT_EQ(node.state->Fingerprint(), expected.Fingerprint());
  EXPECT_EQ(node.ledger->applied_root(), expected.LedgerRoot());
  ASSERT_OK(node.ledger->RecordSigned({entries_.size(), expected.LedgerRoot()}));
}

}  // namespace symbolon::storage
