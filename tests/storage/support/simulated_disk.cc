#include "tests/storage/support/simulated_disk.h"

#include <fmt/format.h>

#include <cerrno>
#include <random>

#include "storage/atomic_file.h"
#include "tests/storage/support/simulated_content.h"

namespace symbolon::storage {
namespace {

constexpr size_t kBlock = 4096;

bool Below(const std::string& path, const std::string& dir) {
  return path.starts_with(dir) && (path.size() == dir.size() || path[dir.size()] == '/');
}

class SimulatedFile final : public FixedFile {
 public:
  SimulatedFile(std::shared_ptr<SimulatedContent> content, std::string path)
      : content_(std::move(content)), path_(std::move(path)), process_(content_->process) {}

  absl::Status Write(uint64_t offset, ByteView bytes) override {
    std::lock_guard lock(content_->mutex);
    if (content_->process != process_) return ErrnoStatus(EIO, "writing", path_);
    StoredFile& file = content_->files.at(path_);
    const Step step = content_->Next(0);
    if (step == Step::kNothing || (step == Step::kHalf && content_->struck == Fault::kNoSpace)) {
      return content_->FileFailure("writing", path_);
    }
    if (step == Step::kHalf && !file.durable) file.durable = file.bytes;
    Put(offset, bytes, &file.bytes);
    if (step == Step::kHalf) return content_->FileFailure("writing", path_);
    if (file.durable) Put(offset, bytes, &*file.durable);
    return absl::OkStatus();
  }

 private:
  static void Put(uint64_t offset, ByteView bytes, Bytes* to) {
    if (to->size() < offset + bytes.size()) to->resize(offset + bytes.size(), '\0');
    to->replace(offset, bytes.size(), bytes);
  }

  const std::shared_ptr<SimulatedContent> content_;
  const std::string path_;
  const uint64_t process_;
};

// What a loss of power leaves of blocks whose new bytes were not surely written.
Bytes Tear(const Bytes& old_bytes, const Bytes& new_bytes, std::mt19937_64& random) {
  Bytes out = new_bytes;
  for (size_t at = 0; at < old_bytes.size() && at < out.size(); at += kBlock) {
    const size_t size = std::min({kBlock, old_bytes.size() - at, out.size() - at});
    if (old_bytes.compare(at, size, out, at, size) == 0) continue;
    const uint64_t choice = random() % 3;
    const size_t kept = choice == 0 ? 0 : choice == 1 ? size : random() % size;
    out.replace(at + kept, size - kept, old_bytes, at + kept, size - kept);
  }
  return out;
}

void LoseUnsyncedRecords(StoredDatabase* database, std::mt19937_64& random) {
  size_t synced = database->log.size();
  while (synced > 0 && !database->log[synced - 1].synced) --synced;
  const size_t unsynced = database->log.size() - synced;
  if (unsynced == 0) return;
  const size_t kept = synced + random() % (unsynced + 1);
  const bool torn = kept < database->log.size() && random() % 2 == 0;
  database->log.resize(kept + (torn ? 1 : 0));
  if (torn) database->log.back().damaged = true;
  database->log_bytes = 0;
  for (LogRecord& record : database->log) {
    record.synced = true;  // the machine reads from the disk what is there
    database->log_bytes += record.batch.size();
  }
}

}  // namespace

uint64_t SimulatedContent::Used() const {
  uint64_t used = 0;
  for (const auto& [path, file] : files) used += file.bytes.size();
  for (const auto& [path, database] : databases) used += database.table_bytes + database.log_bytes;
  return used;
}

Step SimulatedContent::Next(uint64_t bytes) {
  ++operations;
  const bool full = bytes > 0 && Used() + bytes > capacity;
  if (operations < fail_from && !full) return Step::kDone;
  failed = true;
  struck = full ? Fault::kNoSpace : fault;
  return operations <= fail_from ? Step::kHalf : Step::kNothing;
}

rocksdb::Status SimulatedContent::Failure() const {
  return struck == Fault::kNoSpace ? rocksdb::Status::NoSpace("injected")
                                   : rocksdb::Status::IOError("injected");
}

absl::Status SimulatedContent::FileFailure(const char* doing, const std::string& path) const {
  return ErrnoStatus(struck == Fault::kNoSpace ? ENOSPC : EIO, doing, path);
}

SimulatedDisk::SimulatedDisk(const Settings& settings) : content_(std::make_shared<SimulatedContent>()) {
  content_->capacity = settings.capacity_bytes;
  content_->write_buffer = settings.write_buffer_bytes;
}

SimulatedDisk::~SimulatedDisk() = default;

std::unique_ptr<SimulatedDisk> SimulatedDisk::Clone() const {
  auto clone = std::make_unique<SimulatedDisk>();
  clone->Become(*this);
  return clone;
}

void SimulatedDisk::Become(const SimulatedDisk& other) {
  KillProcess();
  Heal();
  std::scoped_lock lock(content_->mutex, other.content_->mutex);
  const SimulatedContent& from = *other.content_;
  content_->files = from.files;
  content_->replacing = from.replacing;
  content_->databases.clear();
  for (const auto& [dir, database] : from.databases) {
    StoredDatabase& copy = content_->databases[dir] = database;
    copy.tables = database.tables.Copy();
    copy.open = false;
  }
  content_->capacity = from.capacity;
  content_->write_buffer = from.write_buffer;
}

void SimulatedDisk::FailFrom(uint64_t n, Fault fault) {
  std::lock_guard lock(content_->mutex);
  content_->operations = 0;
  content_->fail_from = n;
  content_->fault = fault;
  content_->failed = false;
}

void SimulatedDisk::FailReads(bool fail) {
  std::lock_guard lock(content_->mutex);
  content_->reads_fail = fail;
}

bool SimulatedDisk::reads_fail() const {
  std::lock_guard lock(content_->mutex);
  return content_->reads_fail;
}

void SimulatedDisk::Heal() {
  std::lock_guard lock(content_->mutex);
  content_->fail_from = std::numeric_limits<uint64_t>::max();
  content_->reads_fail = false;
}

bool SimulatedDisk::failed() const {
  std::lock_guard lock(content_->mutex);
  return content_->failed;
}

uint64_t SimulatedDisk::operations() const {
  std::lock_guard lock(content_->mutex);
  return content_->operations;
}

void SimulatedDisk::SetCapacity(uint64_t bytes) {
  std::lock_guard lock(content_->mutex);
  content_->capacity = bytes;
}

void SimulatedDisk::KillProcess() {
  std::lock_guard lock(content_->mutex);
  ++content_->process;
  for (auto& [dir, database] : content_->databases) database.open = false;
}

void SimulatedDisk::LosePower(uint64_t seed) {
  KillProcess();
  Heal();
  std::lock_guard lock(content_->mutex);
  std::mt19937_64 random(seed);
  for (auto& [path, contents] : content_->replacing) {
    if (random() % 2 == 0) content_->files[path] = {contents, std::nullopt};
  }
  content_->replacing.clear();
  for (auto& [path, file] : content_->files) {
    if (file.durable) file = {Tear(*file.durable, file.bytes, random), std::nullopt};
  }
  for (auto& [dir, database] : content_->databases) LoseUnsyncedRecords(&database, random);
}

bool SimulatedDisk::FlipBit(const std::string& path, uint64_t offset, uint8_t bit) {
  std::lock_guard lock(content_->mutex);
  const auto file = content_->files.find(path);
  if (file == content_->files.end() || offset >= file->second.bytes.size()) return false;
  const auto flip = [&](Bytes& bytes) {
    bytes[offset] = static_cast<char>(bytes[offset] ^ (1 << (bit % 8)));
  };
  flip(file->second.bytes);
  if (file->second.durable) flip(*file->second.durable);
  return true;
}

bool SimulatedDisk::FlipBitInRow(const std::string& dir, Family family, ByteView key, uint64_t offset,
                                 uint8_t bit) {
  std::lock_guard lock(content_->mutex);
  const auto database = content_->databases.find(dir);
  return database != content_->databases.end() && database->second.tables.FlipBit(family, key, offset, bit);
}

bool SimulatedDisk::FlipBitInLog(const std::string& dir, uint64_t record) {
  std::lock_guard lock(content_->mutex);
  const auto database = content_->databases.find(dir);
  if (database == content_->databases.end() || record >= database->second.log.size()) return false;
  database->second.log[record].damaged = true;
  return true;
}

void SimulatedDisk::LoseLogEnd(const std::string& dir, uint64_t records) {
  std::lock_guard lock(content_->mutex);
  std::deque<LogRecord>& log = content_->databases.at(dir).log;
  log.resize(log.size() - std::min<uint64_t>(records, log.size()));
}

std::vector<Bytes> SimulatedDisk::RowsOf(const std::string& dir, Family family) const {
  std::lock_guard lock(content_->mutex);
  std::vector<Bytes> keys;
  const auto rows = content_->databases.at(dir).tables.rows(family);
  for (const auto& [key, row] : *rows) keys.push_back(key);
  return keys;
}

uint64_t SimulatedDisk::LogRecords(const std::string& dir) const {
  std::lock_guard lock(content_->mutex);
  return content_->databases.at(dir).log.size();
}

bool SimulatedDisk::IsWhole(const std::string& dir) const {
  std::lock_guard lock(content_->mutex);
  const auto database = content_->databases.find(dir);
  if (database == content_->databases.end()) return false;
  return database->second.WholeRecords() == database->second.log.size() &&
         !database->second.tables.IsDamaged();
}

bool SimulatedDisk::Exists(const std::string& path) const {
  std::lock_guard lock(content_->mutex);
  return content_->files.contains(path) || content_->databases.contains(path);
}

absl::StatusOr<Bytes> SimulatedDisk::Read(const std::string& path, size_t max_bytes) const {
  std::lock_guard lock(content_->mutex);
  const auto file = content_->files.find(path);
  if (file == content_->files.end()) return ErrnoStatus(ENOENT, "opening", path);
  if (content_->reads_fail) return ErrnoStatus(EIO, "reading", path);
  if (file->second.bytes.size() > max_bytes) return ErrnoStatus(EFBIG, "reading", path);
  return file->second.bytes;
}

absl::Status SimulatedDisk::Replace(const std::string& path, ByteView contents, mode_t) {
  std::lock_guard lock(content_->mutex);
  const Step step = content_->Next(contents.size());
  if (step == Step::kHalf && content_->struck == Fault::kPowerCut)
    content_->replacing[path] = Bytes(contents);
  if (step != Step::kDone) return content_->FileFailure("replacing", path);
  content_->files[path] = {Bytes(contents), std::nullopt};
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<FixedFile>> SimulatedDisk::OpenFixed(const std::string& path) {
  std::lock_guard lock(content_->mutex);
  if (!content_->files.contains(path)) return ErrnoStatus(ENOENT, "opening", path);
  return std::make_unique<SimulatedFile>(content_, path);
}

absl::Status SimulatedDisk::Remove(const std::string& path) {
  std::lock_guard lock(content_->mutex);
  if (!content_->files.contains(path)) return absl::OkStatus();
  if (content_->Next(0) != Step::kDone) return content_->FileFailure("removing", path);
  content_->files.erase(path);
  return absl::OkStatus();
}

absl::Status SimulatedDisk::MakeFolder(const std::string&) {
  return absl::OkStatus();
}

// Folders that hold a database are all that is ever renamed or removed.
absl::Status SimulatedDisk::RenameFolder(const std::string& from, const std::string& to) {
  std::lock_guard lock(content_->mutex);
  auto database = content_->databases.extract(from);
  if (database.empty()) return ErrnoStatus(ENOENT, "renaming", from);
  const bool free = !content_->databases.contains(to);
  const bool done = free && content_->Next(0) == Step::kDone;
  if (done) database.key() = to;
  content_->databases.insert(std::move(database));
  if (!free) return ErrnoStatus(EEXIST, "renaming to", to);
  return done ? absl::OkStatus() : content_->FileFailure("renaming", from);
}

absl::Status SimulatedDisk::RemoveFolder(const std::string& path) {
  std::lock_guard lock(content_->mutex);
  if (!content_->databases.contains(path)) return absl::OkStatus();
  if (content_->Next(0) != Step::kDone) return content_->FileFailure("removing", path);
  content_->databases.erase(path);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Database>> SimulatedDisk::OpenDatabase(const Options&, const std::string& dir,
                                                                      WalEnd wal_end, Access access) {
  return OpenSimulatedDatabase(content_, dir, wal_end, access);
}

absl::StatusOr<uint64_t> SimulatedDisk::FreeBytes(const std::string&) const {
  std::lock_guard lock(content_->mutex);
  const uint64_t used = content_->Used();
  return content_->capacity > used ? content_->capacity - used : 0;
}

absl::StatusOr<uint64_t> SimulatedDisk::UsedBytes(const std::string& dir) const {
  std::lock_guard lock(content_->mutex);
  uint64_t used = 0;
  for (const auto& [path, file] : content_->files) used += Below(path, dir) ? file.bytes.size() : 0;
  for (const auto& [path, database] : content_->databases) {
    used += Below(path, dir) ? database.table_bytes + database.log_bytes : 0;
  }
  return used;
}

}  // namespace symbolon::storage
