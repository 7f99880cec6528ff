#include "storage/store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "storage/database.h"
#include "storage/durable_mark.h"
#include "storage/entry_rows.h"
#include "storage/keys.h"
#include "storage/raft_state.h"
#include "storage/salvage.h"
#include "storage/startup_check.h"
#include "storage/store_files.h"
#include "storage/store_stamp.h"

namespace symbolon::storage {
namespace {

constexpr size_t kMaxNote = 64 << 10;
// With so many times the reserve free, a compaction may begin: one takes some 700 MiB at most (a table file
// of a level, and those of the next that it overlaps).
constexpr uint64_t kCompactionReserves = 4;

// Where a salvage cannot read the incarnation number, the mark's generation gives one that is above all
// before: peers take one that falls for a copy of the disk (L11). No node is started so often on one mark.
constexpr uint64_t kIncarnationsPerGeneration = uint64_t{1} << 24;

// A backup that was put back does not know how often the node was started since, nor what a salvage has
// added; the clock is ahead of both. 2^60 in our days: more generations than any disk outlives.
constexpr uint64_t kIncarnationsPerMillisecond = uint64_t{1} << 20;
constexpr uint64_t kMaxMilliseconds = uint64_t{1} << 42;  // the year 2109; a clock beyond it is wrong

absl::Status CheckInnerIdentity(const Database& database, const Identity& identity) {
  Bytes value;
  const absl::Status status = database.Get(Family::kMeta, kIdentityKey, &value);
  if (absl::IsNotFound(status)) return absl::DataLossError("the database does not say whose it is");
  RETURN_IF_ERROR(status);
  if (value != EncodeIdentity(identity)) {
    return absl::FailedPreconditionError(
        "the database belongs to another node than the file STORE beside it says");
  }
  return absl::OkStatus();
}

// Creation can be interrupted anywhere and run again: STORE comes last, and nothing is promised before it
// stands.
absl::Status Create(const Options& options, const Identity& identity) {
  RETURN_IF_ERROR(options.disk->MakeFolder(options.dir));
  if (options.disk->Exists(MarkPath(options))) {
    ASSIGN_OR_RETURN(const Promises promises, DurableMark::Read(*options.disk, MarkPath(options)));
    if (!(promises == Promises{})) {
      return absl::DataLossError(
          fmt::format("{} is missing, but the node has been in use: put the file back, or replace the node "
                      "under a new identity",
                      StampPath(options)));
    }
  } else {
    RETURN_IF_ERROR(DurableMark::Create(options.disk, MarkPath(options)));
  }
  ASSIGN_OR_RETURN(
      const std::unique_ptr<Database> database,
      options.disk->OpenDatabase(options, DatabasePath(options), WalEnd::kStopAtDamage, Access::kCreate));
  ASSIGN_OR_RETURN(const consensus::Index last, StoredLastIndex(*database));
  if (last != consensus::Index(0)) {
    return absl::DataLossError(fmt::format(
        "{} is missing, but the database beside it holds entries: put the file back", StampPath(options)));
  }
  rocksdb::WriteBatch batch;
  batch.Put(database->handle(Family::kMeta), ToSlice(kIdentityKey), EncodeIdentity(identity));
  RETURN_IF_ERROR(database->Write(&batch, /*sync=*/true, "stamping the database"));
  RETURN_IF_ERROR(database->FlushAndClose());
  return options.disk->Replace(StampPath(options), EncodeStamp({kStoreFormat, identity}), 0600);
}

// A power cut may leave a torn write at the end of RocksDB's log, which nobody was told of: that must not
// keep the node from starting. Whether the damage is of that kind is decided by the mark, before anything is
// changed.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const Options& options, const Promises& promises) {
  const std::string dir = DatabasePath(options);
  auto whole = options.disk->OpenDatabase(options, dir, WalEnd::kMustBeWhole, Access::kWrite);
  if (whole.ok() || !absl::IsDataLoss(whole.status())) return whole;
  {
    const auto probe = options.disk->OpenDatabase(options, dir, WalEnd::kStopAtDamage, Access::kRead);
    if (!probe.ok()) return whole.status();  // the damage is elsewhere than in the log
    const absl::Status kept = CheckPromises(**probe, promises);
    if (!kept.ok()) return Annotate(kept, std::string(whole.status().message()));
  }
  if (options.warn) {
    options.warn(fmt::format(
        "the write-ahead log in {} ends in an incomplete write, as after loss of power; everything that was "
        "promised is before it; the rest is cut",
        dir));
  }
  return options.disk->OpenDatabase(options, dir, WalEnd::kStopAtDamage, Access::kWrite);
}

// Adds to an error of damage the first entry that is hit, where that can be found out.
absl::Status NameDamage(const Options& options, const absl::Status& status) {
  const absl::Status placed = Annotate(status, "store " + options.dir);
  if (!absl::IsDataLoss(status)) return placed;
  Options quiet = options;
  quiet.warn = nullptr;
  const auto unverified =
      options.disk->OpenDatabase(quiet, DatabasePath(options), WalEnd::kSkipDamage, Access::kReadUnverified);
  const std::string entry = unverified.ok() ? FirstDamagedEntry(**unverified) : "";
  if (entry.empty() || placed.message().find(entry) != absl::string_view::npos) return placed;
  return absl::DataLossError(fmt::format("{}; first damage: {}", std::string(placed.message()), entry));
}

absl::StatusOr<uint64_t> RaiseIncarnation(Database* database, uint64_t least) {
  Bytes value;
  const absl::Status status = database->Get(Family::kMeta, kIncarnationKey, &value);
  if (!status.ok() && !absl::IsNotFound(status)) return status;
  const auto stored = StoredIncarnation(*database);
  if (status.ok() && !stored) return absl::DataLossError("the stored incarnation number cannot be read");
  const uint64_t incarnation = std::max(stored.value_or(0) + 1, least);
  rocksdb::WriteBatch batch;
  PutIncarnation(*database, incarnation, &batch);
  RETURN_IF_ERROR(database->Write(&batch, /*sync=*/true, "raising the incarnation number"));
  return incarnation;
}

}  // namespace

Store::Store(Options options, Identity identity) : options_(std::move(options)), identity_(identity) {}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const Options& options, const Identity& identity) {
  if (!options.disk->Exists(StampPath(options))) {
    if (!options.create_if_missing) {
      return absl::NotFoundError(fmt::format("{} holds no store (there is no file STORE)", options.dir));
    }
    RETURN_IF_ERROR(Annotate(Create(options, identity), "creating a store in " + options.dir));
  }
  RETURN_IF_ERROR(CheckStamp(*options.disk, StampPath(options), identity));
  RETURN_IF_ERROR(Annotate(FinishSalvage(options), "ending a salvage in " + options.dir));

  auto store = std::unique_ptr<Store>(new Store(options, identity));
  RETURN_IF_ERROR(Annotate(store->OpenMark(), "store " + options.dir));
  absl::Status opened = store->OpenChecked();
  if (absl::IsDataLoss(opened) && options.on_damage == OnDamage::kRecover) {
    store->database_.reset();  // without a flush: a damaged store is left as it is
    store->Found(std::string(opened.message()));
    ASSIGN_OR_RETURN(const uint64_t generation, store->mark_->Renew());
    const auto salvaged =
        Salvage(options, identity, store->mark_->promises(), generation * kIncarnationsPerGeneration);
    RETURN_IF_ERROR(Annotate(salvaged.status(), "salvaging the store " + options.dir));
    for (const std::string& finding : *salvaged) store->Found(finding);
    opened = store->OpenChecked();
  }
  if (opened.ok()) return store;
  store->database_.reset();
  // To name it, blocks are read that may make no sense, which can end the process (unverified_reader.h): not
  // that of a node.
  if (options.on_damage == OnDamage::kRecover) return Annotate(opened, "store " + options.dir);
  return NameDamage(options, opened);
}

absl::Status Store::OpenChecked() {
  ASSIGN_OR_RETURN(database_, OpenDatabase(options_, mark_->promises()));
  compaction_is_paused_ = true;  // as it is opened
  CheckSpace().IgnoreError();
  RETURN_IF_ERROR(CheckInnerIdentity(*database_, identity_));
  ASSIGN_OR_RETURN(report_.missing, LoadMissing(*database_));
  if (report_.missing.empty()) {
    const bool damage_was_seen = options_.disk->Exists(DamagePath(options_));
    RETURN_IF_ERROR(KeepPromises());
    RETURN_IF_ERROR(CheckAtStart(*this, options_, damage_was_seen ? Verification::kFull : options_.verify));
    if (damage_was_seen) RETURN_IF_ERROR(options_.disk->Remove(DamagePath(options_)));
  }
  uint64_t least = 0;
  if (report_.standing == Standing::kObserver) {
    least = std::min(options_.wall_milliseconds, kMaxMilliseconds) * kIncarnationsPerMillisecond;
  }
  ASSIGN_OR_RETURN(incarnation_, RaiseIncarnation(database_.get(), least));
  database_->OnDamage([this](const absl::Status& status) { NoteDamage(status); });
  return absl::OkStatus();
}

// Without the mark nobody knows what was promised: a node that may have forgotten votes and acknowledgements
// never gives any again under this identity (L9, L18).
absl::Status Store::OpenMark() {
  Disk* const disk = options_.disk;
  const std::string path = MarkPath(options_);
  auto mark = DurableMark::Open(disk, path);
  const bool lost = absl::IsDataLoss(mark.status()) || absl::IsNotFound(mark.status());
  if (lost && options_.on_damage == OnDamage::kRecover) {
    // The note first: a mark that promises nothing must never be found without it.
    RETURN_IF_ERROR(disk->Replace(ObserverPath(options_), std::string(mark.status().message()) + "\n", 0600));
    RETURN_IF_ERROR(disk->Remove(path));
    RETURN_IF_ERROR(DurableMark::Create(disk, path));
    mark = DurableMark::Open(disk, path);
  }
  if (absl::IsNotFound(mark.status())) return absl::DataLossError(mark.status().message());
  RETURN_IF_ERROR(mark.status());
  mark_ = *std::move(mark);
  if (disk->Exists(ObserverPath(options_))) {
    report_.standing = Standing::kObserver;
    const auto why = disk->Read(ObserverPath(options_), kMaxNote);
    Found(fmt::format("the node only observes, as {} says: {}", ObserverPath(options_),
                      why.ok() ? *why : std::string(why.status().message())));
  }
  return absl::OkStatus();
}

absl::Status Store::KeepPromises() {
  const Promises promises = mark_->promises();
  if (options_.on_damage == OnDamage::kRefuse) return CheckPromises(*database_, promises);
  ASSIGN_OR_RETURN(const PromiseCheck check, ComparePromises(*database_, promises));
  // Also the second time, behind a salvage: it has copied the branch.
  if (!check.lost_log.empty() && report_.standing != Standing::kObserver) {
    report_.standing = Standing::kRecovering;
    report_.promised = {consensus::Index(promises.last_index), consensus::Term(promises.last_index_term)};
    Found(check.lost_log +
          ": until this node has the entries again, from a leader, it votes as if it had them and does not "
          "stand for leader");
    const auto dropped = DropCutBranch(database_.get(), promises);
    if (absl::IsFailedPrecondition(dropped.status()))
      return ObserveOnly(std::string(dropped.status().message()));
    RETURN_IF_ERROR(dropped.status());
    if (!dropped->empty()) Found(*dropped + " are of a branch that this node had cut, and are dropped");
  }
  if (check.lost_hard_state.empty()) return absl::OkStatus();
  Found(fmt::format("{}: term {} and vote {} are taken from the durable mark", check.lost_hard_state,
                    check.binding.term, check.binding.vote ? check.binding.vote->value() : 0));
  rocksdb::WriteBatch batch;
  batch.Put(database_->handle(Family::kRaft), ToSlice(kHardStateKey), EncodeHardState(check.binding));
  return database_->Write(&batch, /*sync=*/true, "restoring term and vote");
}

// Promises that the mark should hold are lost, nobody knows which.
absl::Status Store::ObserveOnly(const std::string& why) {
  RETURN_IF_ERROR(options_.disk->Replace(ObserverPath(options_), why + "\n", 0600));
  report_.standing = Standing::kObserver;
  report_.promised = {};
  Found(why + ": the node only observes");
  return absl::OkStatus();
}

void Store::Found(std::string finding) {
  if (options_.warn) options_.warn(finding);
  report_.findings.push_back(std::move(finding));
}

void Store::NoteDamage(const absl::Status& status) {
  if (!absl::IsDataLoss(status) || database_->read_only()) return;
  {
    const std::lock_guard lock(damage_mutex_);
    if (!noted_damage_.ok()) return;
    noted_damage_ = status;
  }
  const absl::Status noted =
      options_.disk->Replace(DamagePath(options_), std::string(status.message()) + "\n", 0600);
  if (!noted.ok() && options_.warn) options_.warn(std::string(noted.message()));
}

absl::Status Store::noted_damage() const {
  const std::lock_guard lock(damage_mutex_);
  return noted_damage_;
}

absl::StatusOr<std::unique_ptr<Store>> Store::OpenReadOnlyForExport(const Options& options) {
  ASSIGN_OR_RETURN(const Stamp stamp, ReadStamp(*options.disk, StampPath(options)));
  auto store = std::unique_ptr<Store>(new Store(options, stamp.identity));
  ASSIGN_OR_RETURN(store->database_,
                   options.disk->OpenDatabase(options, DatabasePath(options), WalEnd::kSkipDamage,
                                              Access::kReadUnverified));
  return store;
}

Store::~Store() {
  Close().IgnoreError();
}

absl::Status Store::Close() {
  return database_ == nullptr ? absl::OkStatus() : database_->FlushAndClose();
}

absl::StatusOr<Store::Space> Store::CheckSpace() {
  ASSIGN_OR_RETURN(const uint64_t free, options_.disk->FreeBytes(options_.dir));
  const uint64_t reserve = options_.reserve_bytes;
  space_is_low_ = free < (space_is_low_ ? reserve + reserve / 8 : reserve);
  // A compaction writes its outcome before it gives its inputs back; one that finds the disk full is the end
  // of the process.
  const uint64_t enough = kCompactionReserves * reserve;
  const bool pause = free < (compaction_is_paused_ ? enough + reserve / 2 : enough);
  if (pause != compaction_is_paused_) {
    const absl::Status status = database_->PauseCompaction(pause);
    if (status.ok()) compaction_is_paused_ = pause;  // else the next look tries again
    if (!status.ok() && options_.warn) options_.warn(std::string(status.message()));
  }
  return Space{free, space_is_low_};
}

absl::Status Store::CheckReserve(uint64_t bytes) const {
  if (options_.reserve_bytes == 0) return absl::OkStatus();
  const auto free = options_.disk->FreeBytes(options_.dir);
  if (!free.ok() || *free >= options_.reserve_bytes / 2 + bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      fmt::format("{}: {} bytes are free: proposals wait until there is space; nothing was written",
                  options_.dir, *free));
}

absl::StatusOr<uint64_t> Store::DiskBytes() const {
  return options_.disk->UsedBytes(options_.dir);
}

uint64_t Store::MemoryBytes() const {
  return database_->MemoryBytes();
}

absl::Status Store::failure() const {
  return database_->failure();
}

}  // namespace symbolon::storage
