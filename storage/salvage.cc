#include "storage/salvage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/status_macros.h"
#include "ledger/decoded_entry.h"
#include "ledger/index.h"
#include "ledger/merkle/hash.h"
#include "ledger/merkle/tile.h"
#include "storage/database.h"
#include "storage/entry_reader.h"
#include "storage/entry_repair.h"
#include "storage/entry_rows.h"
#include "storage/keys.h"
#include "storage/ledger_rows.h"
#include "storage/ledger_tiles.h"
#include "storage/raft_state.h"
#include "storage/store_files.h"
#include "storage/store_stamp.h"
#include "storage/stored_state.h"
#include "storage/unverified_reader.h"

namespace symbolon::storage {
namespace {

using consensus::Index;
using ledger::kTileWidth;

constexpr size_t kBatchBytes = size_t{4} << 20;
constexpr size_t kNamed = 20;  // entries in a finding

// The leaf hashes that the damaged database's own tiles hold, a tile at a time.
class LeafHashes {
 public:
  explicit LeafHashes(const Database& database) : database_(database) {
    const auto applied = LoadAppliedRow(database);
    if (!applied.ok()) return;
    applied_ = *applied;
    size_ = ledger::TreeSizeAfter(applied->index);
  }

  const AppliedRow& applied() const { return applied_; }
  std::optional<Digest> Of(uint64_t index) {
    const uint64_t leaf = ledger::LeafOfEntry(index);
    if (leaf >= size_) return std::nullopt;
    const ledger::TileId tile{0, leaf / kTileWidth};
    if (tile.index != loaded_) {
      loaded_ = tile.index;
      const auto items = ReadTile(database_, tile, ledger::TileWidthAt(size_, tile), /*large_scan=*/true);
      items_ = items.ok() ? *items : std::vector<Digest>();
    }
    if (leaf % kTileWidth >= items_.size()) return std::nullopt;
    return items_[leaf % kTileWidth];
  }

 private:
  const Database& database_;
  AppliedRow applied_;
  uint64_t size_ = 0;
  uint64_t loaded_ = UINT64_MAX;
  std::vector<Digest> items_;
};

// Copies the log from one database to another.
class LogCopy {
 public:
  LogCopy(const Database& from, Database* to, uint64_t signed_size)
      : from_(from), to_(*to), signed_size_(signed_size), leaf_hashes_(from) {
    const auto missing = LoadMissing(from);
    if (!missing.ok()) return;
    for (const MissingEntry& entry : *missing) missing_before_.emplace(entry.index, entry);
  }

  // `mark`: the end of the log when this node last promised anything.
  absl::Status Run(consensus::LogPosition mark);

  const std::vector<MissingEntry>& missing() const { return missing_; }
  uint64_t last() const { return last_; }
  // What the damaged database had applied, as far as it says.
  const AppliedRow& applied() const { return leaf_hashes_.applied(); }
  // Where the copy ended before the log did; 0: it did not.
  uint64_t cut_at() const { return cut_at_; }

 private:
  absl::StatusOr<StoredEntry> Read(uint64_t index);
  bool IsRight(uint64_t index, const StoredEntry& entry);
  MissingEntry Missing(uint64_t index);
  absl::Status Write(bool force);

  const Database& from_;
  Database& to_;
  const uint64_t signed_size_;
  LeafHashes leaf_hashes_;
  std::map<uint64_t, MissingEntry> missing_before_;  // of a repair that was interrupted
  std::unique_ptr<EntryReader> reader_;
  rocksdb::WriteBatch batch_;
  consensus::Term term_;
  std::vector<MissingEntry> missing_;
  uint64_t last_ = 0;
  uint64_t cut_at_ = 0;
};

absl::StatusOr<StoredEntry> LogCopy::Read(uint64_t index) {
  if (reader_ == nullptr || reader_->next_index() != index) {
    reader_ = std::make_unique<EntryReader>(from_, index, nullptr, /*large_scan=*/true);
  }
  absl::StatusOr<StoredEntry> entry = reader_->Next();
  if (!entry.ok()) reader_ = nullptr;
  return entry;
}

bool LogCopy::IsRight(uint64_t index, const StoredEntry& entry) {
  if (entry.term < term_) return false;
  const ledger::DecodedEntry decoded = ledger::DecodeEntry(entry.header, entry.body);
  if (decoded.header_ok && decoded.body_fault() != ledger::Verdict::kAccepted) return false;
  const std::optional<Digest> leaf_hash = leaf_hashes_.Of(index);
  return !leaf_hash || decoded.leaf_hash == *leaf_hash;
}

// A header that can be read proves the body; else the tree may prove both.
MissingEntry LogCopy::Missing(uint64_t index) {
  MissingEntry missing{index, leaf_hashes_.Of(index)};
  if (const auto before = missing_before_.find(index);
      before != missing_before_.end() && !missing.leaf_hash) {
    missing.leaf_hash = before->second.leaf_hash;
  }
  Bytes value;
  if (missing.leaf_hash || !from_.Get(Family::kHeaders, U64Key(index), &value).ok()) return missing;
  if (const auto header = DecodeHeaderValue(value)) missing.leaf_hash = ledger::EntryLeafHash(header->header);
  return missing;
}

absl::Status LogCopy::Write(bool force) {
  if (!force && batch_.GetDataSize() < kBatchBytes) return absl::OkStatus();
  RETURN_IF_ERROR(to_.Write(&batch_, /*sync=*/false, "copying the log"));
  batch_.Clear();
  return absl::OkStatus();
}

absl::Status LogCopy::Run(consensus::LogPosition mark) {
  // Where the end itself cannot be read, what anybody was told of is the end; and a repair that was
  // interrupted may have been about to put back the end.
  const auto stored_last = StoredLastIndex(from_);
  uint64_t end = stored_last.ok()
                     ? stored_last->value()
                     : std::max({mark.index.value(), signed_size_, leaf_hashes_.applied().index});
  if (!missing_before_.empty()) end = std::max(end, missing_before_.rbegin()->first);
  // The signed root proves something only where all of the log that it covers is there, or will be, and is of
  // the branch that was promised.
  const auto term = mark.index == Index(0) ? consensus::Term() : StoredTermAt(from_, mark.index);
  const bool other_branch = term.ok() && *term != mark.term;
  const uint64_t last_signed =
      end >= ledger::LastEntryOf(signed_size_) && !other_branch ? ledger::LastEntryOf(signed_size_) : 0;
  for (uint64_t index = 1; index <= end; ++index) {
    const absl::StatusOr<StoredEntry> entry = Read(index);
    if (absl::IsInternal(entry.status())) return entry.status();  // the disk fails: no verdict on the data
    if (entry.ok() && IsRight(index, *entry)) {
      term_ = entry->term;
      auto data =
          std::make_shared<const consensus::EntryData>(consensus::EntryData{entry->header, entry->body});
      PutEntry(to_, {Index(index), entry->term, entry->kind, std::move(data)}, &batch_);
    } else {
      const MissingEntry missing = Missing(index);
      const bool is_signed = index <= last_signed;
      // Of what is not committed a readable header would prove the body, but nobody may have it any more.
      const bool committed =
          is_signed || index <= leaf_hashes_.applied().index || missing_before_.contains(index);
      if (!committed || (!missing.leaf_hash && !is_signed)) {
        cut_at_ = index;
        break;
      }
      missing_.push_back(missing);
      PutMissing(to_, missing, &batch_);
    }
    last_ = index;
    RETURN_IF_ERROR(Write(/*force=*/false));
  }
  return Write(/*force=*/true);
}

absl::Status CheckIdentity(const Database& database, const Identity& identity) {
  Bytes value;
  // What cannot be read is taken from the file STORE; what can be read must agree with it.
  if (!database.Get(Family::kMeta, kIdentityKey, &value).ok() || value == EncodeIdentity(identity)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      "the damaged database belongs to another node than the file STORE beside it says");
}

consensus::HardState BindingHardState(const Database& database, const Promises& promises) {
  const auto check = ComparePromises(database, promises);
  if (check.ok()) return check->binding;
  const auto stored = StoredHardState(database);
  consensus::HardState mark{consensus::Term(promises.term), std::nullopt};
  if (promises.vote != 0) mark.vote = consensus::NodeId(promises.vote);
  return stored.ok() && stored->has_value() && (*stored)->term > mark.term ? **stored : mark;
}

// What it had applied, or what it knows of an earlier salvage, after which it may not have come as far; empty
// if it knows nothing.
Bytes MostApplied(const Database& from, const AppliedRow& applied) {
  const auto before = LoadSalvagedAppliedRow(from);
  const AppliedRow& most = before.ok() && before->index > applied.index ? *before : applied;
  return most.index == 0 ? Bytes() : EncodeApplied(most);
}

// The first to be asked for what is missing is the damaged copy itself. Twice, as what is proved together is
// wanted once more.
absl::Status OfferAll(const Options& options, EntryRepair* repair) {
  for (int round = 0; round < 2; ++round) {
    std::vector<uint64_t> indexes;
    for (const MissingEntry& missing : repair->missing()) indexes.push_back(missing.index);
    RETURN_IF_ERROR(ReadUnverified(options, indexes, [&](uint64_t index, StoredEntry entry) {
      auto data = std::make_shared<const consensus::EntryData>(
          consensus::EntryData{std::move(entry.header), std::move(entry.body)});
      const absl::Status offered = repair->Offer({Index(index), entry.term, entry.kind, std::move(data)});
      return absl::IsInvalidArgument(offered) ? absl::OkStatus() : offered;
    }));
  }
  return absl::OkStatus();
}

std::string Describe(const std::vector<MissingEntry>& missing) {
  std::string list;
  for (size_t i = 0; i < missing.size() && i < kNamed; ++i) {
    list += fmt::format("{}{}", i == 0 ? "" : ", ", missing[i].index);
  }
  return missing.size() > kNamed ? fmt::format("{} and {} more", list, missing.size() - kNamed) : list;
}

// Whole table files beside one that cannot even be opened are read too.
absl::StatusOr<std::unique_ptr<Database>> OpenDamaged(const Options& options) {
  const auto open = [&](Access access) {
    return options.disk->OpenDatabase(options, DatabasePath(options), WalEnd::kStopAtDamage, access);
  };
  auto database = open(Access::kRead);
  return absl::IsDataLoss(database.status()) ? open(Access::kReadDamaged) : std::move(database);
}

absl::Status CheckSpace(const Options& options) {
  // The log is copied, and what is derived is made again: all that there is, once more.
  ASSIGN_OR_RETURN(const uint64_t used, options.disk->UsedBytes(DatabasePath(options)));
  const uint64_t needed = used + options.reserve_bytes;
  ASSIGN_OR_RETURN(uint64_t free, options.disk->FreeBytes(options.dir));
  if (free < needed) {  // what an earlier salvage has left goes at the end of this one in any case
    RETURN_IF_ERROR(options.disk->RemoveFolder(DamagedDatabasePath(options)));
    ASSIGN_OR_RETURN(free, options.disk->FreeBytes(options.dir));
  }
  if (free >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      fmt::format("{} is damaged, and what is whole of it must be copied: {} bytes are free, {} are needed: "
                  "make room and start again",
                  DatabasePath(options), free, needed));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Salvage(const Options& options, const Identity& identity,
                                                 const Promises& promises, uint64_t incarnation) {
  RETURN_IF_ERROR(FinishSalvage(options));
  RETURN_IF_ERROR(CheckSpace(options));
  Disk& disk = *options.disk;
  Options quiet = options;
  quiet.warn = nullptr;
  ASSIGN_OR_RETURN(const auto from, OpenDamaged(quiet));
  RETURN_IF_ERROR(CheckIdentity(*from, identity));
  ASSIGN_OR_RETURN(const auto to, disk.OpenDatabase(quiet, NewDatabasePath(options), WalEnd::kStopAtDamage,
                                                    Access::kCreate));
  LogCopy copy(*from, to.get(), promises.signed_size);
  RETURN_IF_ERROR(copy.Run({Index(promises.last_index), consensus::Term(promises.last_index_term)}));

  rocksdb::WriteBatch batch;
  batch.Put(to->handle(Family::kMeta), ToSlice(kIdentityKey), EncodeIdentity(identity));
  if (const Bytes applied = MostApplied(*from, copy.applied()); !applied.empty()) {
    batch.Put(to->handle(Family::kMeta), ToSlice(kSalvagedAppliedKey), applied);
  }
  PutIncarnation(*to, StoredIncarnation(*from).value_or(incarnation), &batch);
  batch.Put(to->handle(Family::kRaft), ToSlice(kHardStateKey),
            EncodeHardState(BindingHardState(*from, promises)));
  RETURN_IF_ERROR(to->Write(&batch, /*sync=*/true, "stamping the salvaged database"));

  EntryRepair repair(to.get(), copy.missing(), promises);
  RETURN_IF_ERROR(OfferAll(quiet, &repair));
  RETURN_IF_ERROR(to->FlushAndClose());

  std::vector<std::string> findings = {fmt::format(
      "{} is damaged: its log was copied up to entry {}, derived state is made again from it; the "
      "damaged one is kept as {}",
      DatabasePath(options), copy.last(), DamagedDatabasePath(options))};
  if (copy.cut_at() != 0) {
    findings.push_back(
        fmt::format("entry {} cannot be read, and nothing here proves that it was committed: the log ends "
                    "before it",
                    copy.cut_at()));
  }
  if (!copy.missing().empty()) {
    findings.push_back(
        fmt::format("entries that could not be read, and can be proved: {} ({} of them are in the "
                    "damaged copy still)",
                    Describe(copy.missing()), copy.missing().size() - repair.missing().size()));
  }
  RETURN_IF_ERROR(disk.Replace(SalvagedPath(options), "the database in db.new is complete\n", 0600));
  RETURN_IF_ERROR(FinishSalvage(options));
  return findings;
}

absl::Status FinishSalvage(const Options& options) {
  Disk& disk = *options.disk;
  if (!disk.Exists(SalvagedPath(options))) return disk.RemoveFolder(NewDatabasePath(options));
  if (disk.Exists(NewDatabasePath(options))) {
    if (disk.Exists(DatabasePath(options))) {
      RETURN_IF_ERROR(disk.RemoveFolder(DamagedDatabasePath(options)));
      RETURN_IF_ERROR(disk.RenameFolder(DatabasePath(options), DamagedDatabasePath(options)));
    }
    RETURN_IF_ERROR(disk.RenameFolder(NewDatabasePath(options), DatabasePath(options)));
  }
  return disk.Remove(SalvagedPath(options));
}

}  // namespace symbolon::storage
