#include <fmt/format.h>
#include <rocksdb/comparator.h>

#include "storage/keys.h"
#include "tests/storage/support/simulated_content.h"

namespace symbolon::storage {
namespace {

// A batch needs no more of a family than its number.
class FamilyNumber final : public rocksdb::ColumnFamilyHandle {
 public:
  explicit FamilyNumber(size_t number)
      : number_(static_cast<uint32_t>(number)), name_(kFamilyNames[number]) {}
  const std::string& GetName() const override { return name_; }
  uint32_t GetID() const override { return number_; }
  rocksdb::Status GetDescriptor(rocksdb::ColumnFamilyDescriptor*) override {
    return rocksdb::Status::NotSupported("simulated");
  }
  const rocksdb::Comparator* GetComparator() const override { return rocksdb::BytewiseComparator(); }

 private:
  const uint32_t number_;
  const std::string name_;
};

rocksdb::ColumnFamilyHandle* HandleOf(size_t family) {
  static const auto* const handles = [] {
    auto* all = new std::vector<std::unique_ptr<FamilyNumber>>();
    for (size_t i = 0; i < kFamilyNames.size(); ++i) all->push_back(std::make_unique<FamilyNumber>(i));
    return all;
  }();
  return (*handles)[family].get();
}

}  // namespace

class SimulatedDatabase final : public Database {
 public:
  SimulatedDatabase(std::shared_ptr<SimulatedContent> content, std::string dir, Access access, Families live)
      : Database(dir, access != Access::kCreate && access != Access::kWrite),
        content_(std::move(content)),
        dir_(std::move(dir)),
        verify_(access != Access::kReadUnverified),
        process_(content_->process),
        live_(std::move(live)) {
    for (size_t i = 0; i < handles_.size(); ++i) handles_[i] = HandleOf(i);
  }
  ~SimulatedDatabase() override {
    std::lock_guard lock(content_->mutex);
    MarkClosed();
  }

  absl::Status Get(Family family, ByteView key, Bytes* value, const rocksdb::Snapshot* snapshot,
                   bool /*large_scan*/) const override {
    const std::string doing = fmt::format("reading {}", kFamilyNames[static_cast<size_t>(family)]);
    if (const rocksdb::Status status = CheckReadable(); !status.ok()) return Convert(status, doing);
    const auto rows = RowsAt(family, snapshot);
    const auto it = rows->find(key);
    if (it == rows->end()) return absl::NotFoundError("");
    if (verify_ && it->second.unreadable) return Convert(BadBlock(FileName()), doing);
    *value = it->second.value;
    return absl::OkStatus();
  }

  absl::Status FlushAndClose() override {
    const absl::Status before = read_only() ? absl::OkStatus() : failure();
    std::lock_guard lock(content_->mutex);
    if (closed_) return absl::OkStatus();
    rocksdb::Status status = before.ok() ? CheckAlive() : rocksdb::Status::OK();
    if (!read_only() && before.ok() && status.ok() && !stored().log.empty()) status = Flush();
    MarkClosed();
    return before.ok() ? Convert(status, "flushing") : before;
  }

  absl::Status PauseCompaction(bool) override { return absl::OkStatus(); }
  uint64_t MemoryBytes() const override { return 0; }

 private:
  StoredDatabase& stored() const { return content_->databases.at(dir_); }
  std::string FileName() const { return dir_ + "/000001.sst"; }

  void MarkClosed() {
    if (!closed_ && !read_only() && content_->process == process_) stored().open = false;
    closed_ = true;
  }
  // Requires the lock, as do all that follow.
  rocksdb::Status CheckAlive() const {
    if (content_->process == process_) return rocksdb::Status::OK();
    return rocksdb::Status::IOError("the process that opened this has ended");
  }
  rocksdb::Status CheckReadable() const {
    std::lock_guard lock(content_->mutex);
    if (content_->reads_fail) return rocksdb::Status::IOError("reading", "injected");
    return CheckAlive();
  }
  std::shared_ptr<const Rows> RowsAt(Family family, const rocksdb::Snapshot* snapshot) const {
    if (snapshot != nullptr) return static_cast<const SimulatedSnapshot*>(snapshot)->families.rows(family);
    std::lock_guard lock(content_->mutex);
    return live_.rows(family);
  }

  std::unique_ptr<rocksdb::Iterator> MakeIterator(Family family, const rocksdb::Snapshot* snapshot,
                                                  bool large_scan) const override {
    if (const rocksdb::Status status = CheckReadable(); !status.ok()) {
      return std::unique_ptr<rocksdb::Iterator>(rocksdb::NewErrorIterator(status));
    }
    const bool within_prefix = family == Family::kTags && !large_scan;
    return IterateRows(RowsAt(family, snapshot), FileName(), verify_, within_prefix ? kTagPrefixSize : 0);
  }

  rocksdb::Status Commit(rocksdb::WriteBatch* batch, bool sync) override {
    std::lock_guard lock(content_->mutex);
    if (const rocksdb::Status status = CheckAlive(); !status.ok()) return status;
    StoredDatabase& database = stored();
    if (database.log_bytes >= content_->write_buffer) {
      if (const rocksdb::Status status = Flush(); !status.ok()) return status;
    }
    const Step append = content_->Next(batch->Data().size());
    if (append != Step::kNothing) {
      const bool torn = append == Step::kHalf && content_->struck == Fault::kNoSpace;
      database.log.push_back({batch->Data(), false, torn});
      database.log_bytes += batch->Data().size();
    }
    if (append != Step::kDone) return content_->Failure();
    if (sync) {
      if (content_->Next(0) != Step::kDone) return content_->Failure();
      for (auto record = database.log.rbegin(); record != database.log.rend() && !record->synced; ++record) {
        record->synced = true;
      }
    }
    return live_.Apply(batch->Data());
  }

  rocksdb::Status Flush() {
    if (content_->Next(0) != Step::kDone) return content_->Failure();
    stored().Flush(stored().log.size());
    return rocksdb::Status::OK();
  }

  const rocksdb::Snapshot* GetSnapshot() const override {
    std::lock_guard lock(content_->mutex);
    return new SimulatedSnapshot(live_);
  }
  void ReleaseSnapshot(const rocksdb::Snapshot* snapshot) const override {
    delete static_cast<const SimulatedSnapshot*>(snapshot);
  }
  std::string RecentWarnings() const override { return ""; }

  const std::shared_ptr<SimulatedContent> content_;
  const std::string dir_;
  const bool verify_;
  const uint64_t process_;
  Families live_;        // guarded by the lock of the content
  bool closed_ = false;  // likewise
};

void StoredDatabase::Flush(size_t end) {
  for (size_t i = 0; i < end; ++i) {
    if (!log[i].damaged) tables.Apply(log[i].batch).PermitUncheckedError();
  }
  log.clear();
  log_bytes = 0;
  table_bytes = tables.ByteCount();
}

size_t StoredDatabase::WholeRecords() const {
  size_t n = 0;
  while (n < log.size() && !log[n].damaged) ++n;
  return n;
}

absl::StatusOr<std::unique_ptr<Database>> OpenSimulatedDatabase(
    const std::shared_ptr<SimulatedContent>& content, const std::string& dir, WalEnd wal_end, Access access) {
  std::lock_guard lock(content->mutex);
  const bool to_write = access == Access::kCreate || access == Access::kWrite;
  const auto found = content->databases.find(dir);
  if (found == content->databases.end() && access != Access::kCreate) {
    return absl::InternalError(fmt::format("opening the database ({}): there is none", dir));
  }
  if (found == content->databases.end() && content->Next(0) != Step::kDone) {
    return content->FileFailure("creating", dir);
  }
  StoredDatabase& database = content->databases[dir];
  if (to_write && database.open) {
    return absl::FailedPreconditionError(
        fmt::format("{} is in use by another process: stop it first, or use another folder", dir));
  }
  const size_t whole = database.WholeRecords();
  if (wal_end == WalEnd::kMustBeWhole && whole < database.log.size()) {
    return absl::DataLossError(fmt::format(
        "opening the database ({}): record {} of {}/000001.log: checksum mismatch", dir, whole, dir));
  }
  const size_t end = wal_end == WalEnd::kSkipDamage ? database.log.size() : whole;
  if (to_write && !database.log.empty()) {
    if (content->Next(0) != Step::kDone) return content->FileFailure("recovering", dir);
    database.Flush(end);
  }
  Families live = database.tables.Copy();
  for (size_t i = 0; i < end && i < database.log.size(); ++i) {
    if (!database.log[i].damaged) live.Apply(database.log[i].batch).PermitUncheckedError();
  }
  database.open |= to_write;
  return std::make_unique<SimulatedDatabase>(content, dir, access, std::move(live));
}

}  // namespace symbolon::storage
