#include "tests/storage/fault_injector.h"

#include <fcntl.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>
#include <map>
#include <mutex>
#include <random>
#include <string>

namespace symbolon::storage {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// What is common to the file system and its files.
class Faults {
 public:
  IOStatus Next() {
    std::lock_guard lock(mutex_);
    if (++operations_ < fail_from_) return IOStatus::OK();
    failed_ = true;
    return disk_full_ ? IOStatus::NoSpace("injected") : IOStatus::IOError("injected");
  }
  void FailFrom(uint64_t n, bool disk_full) {
    std::lock_guard lock(mutex_);
    operations_ = 0;
    fail_from_ = n;
    disk_full_ = disk_full;
    failed_ = false;
  }
  bool failed() const {
    std::lock_guard lock(mutex_);
    return failed_;
  }

  void Synced(const std::string& path, uint64_t size) {
    std::lock_guard lock(mutex_);
    synced_[path] = size;
  }
  void Removed(const std::string& path) {
    std::lock_guard lock(mutex_);
    synced_.erase(path);
  }
  void Renamed(const std::string& from, const std::string& to) {
    std::lock_guard lock(mutex_);
    const auto it = synced_.find(from);
    if (it == synced_.end()) return;
    synced_[to] = it->second;
    synced_.erase(it);
  }
  void LosePower(uint64_t seed) {
    std::lock_guard lock(mutex_);
    std::mt19937_64 random(seed);
    for (const auto& [path, synced] : synced_) {
      struct stat st {};
      if (::stat(path.c_str(), &st) != 0 || static_cast<uint64_t>(st.st_size) <= synced) continue;
      const uint64_t kept = synced + random() % (static_cast<uint64_t>(st.st_size) - synced + 1);
      if (::truncate(path.c_str(), static_cast<off_t>(kept)) != 0) continue;
      // Table files and manifests are synced right after they are written, and RocksDB counts on their order;
      // its log is what lies unsynced for long.
      if (!path.ends_with(".log") || kept == synced || random() % 2 == 0) continue;
      const uint64_t at = synced + random() % (kept - synced);
      const std::string junk(std::min<uint64_t>(kept - at, 1 + random() % 100),
                             static_cast<char>(random() % 2 * 0xa5));
      const int fd = ::open(path.c_str(), O_WRONLY);
      if (fd < 0) continue;
      [[maybe_unused]] const ssize_t n = ::pwrite(fd, junk.data(), junk.size(), static_cast<off_t>(at));
      ::close(fd);
    }
    synced_.clear();
  }

 private:
  mutable std::mutex mutex_;
  uint64_t operations_ = 0;
  uint64_t fail_from_ = std::numeric_limits<uint64_t>::max();
  bool disk_full_ = false;
  bool failed_ = false;
  std::map<std::string, uint64_t> synced_;
};

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<FSWritableFile> file, std::string path, std::shared_ptr<Faults> faults)
      : rocksdb::FSWritableFileOwnerWrapper(std::move(file)),
        path_(std::move(path)),
        faults_(std::move(faults)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* context) override {
    const IOStatus fault = faults_->Next();
    if (!fault.ok()) return fault;
    written_ += data.size();
    return target()->Append(data, options, context);
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* context) override {
    return Append(data, options, context);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    const IOStatus fault = faults_->Next();
    if (!fault.ok()) return fault;
    const uint64_t written = written_;
    const IOStatus status = target()->Sync(options, context);
    if (status.ok()) faults_->Synced(path_, written);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return Sync(options, context);
  }

 private:
  const std::string path_;
  const std::shared_ptr<Faults> faults_;
  uint64_t written_ = 0;
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(std::shared_ptr<Faults> faults)
      : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()), faults_(std::move(faults)) {}
  const char* Name() const override { return "FaultyFileSystem"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* context) override {
    const IOStatus fault = faults_->Next();
    if (!fault.ok()) return fault;
    std::unique_ptr<FSWritableFile> inner;
    const IOStatus status = target()->NewWritableFile(path, options, &inner, context);
    if (!status.ok()) return status;
    faults_->Synced(path, 0);
    *file = std::make_unique<FaultyFile>(std::move(inner), path, faults_);
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* context) override {
    const IOStatus fault = faults_->Next();
    if (!fault.ok()) return fault;
    const IOStatus status = target()->RenameFile(from, to, options, context);
    if (status.ok()) faults_->Renamed(from, to);
    return status;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* context) override {
    const IOStatus fault = faults_->Next();
    if (!fault.ok()) return fault;
    const IOStatus status = target()->DeleteFile(path, options, context);
    if (status.ok()) faults_->Removed(path);
    return status;
  }

 private:
  const std::shared_ptr<Faults> faults_;
};

class FaultInjectorImpl final : public FaultInjector {
 public:
  FaultInjectorImpl()
      : faults_(std::make_shared<Faults>()),
        env_(rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(faults_))) {}
  rocksdb::Env* env() override { return env_.get(); }
  void FailFrom(uint64_t n, bool disk_full) override { faults_->FailFrom(n, disk_full); }
  void Heal() override { faults_->FailFrom(std::numeric_limits<uint64_t>::max(), false); }
  bool failed() const override { return faults_->failed(); }
  void LosePower(uint64_t seed) override { faults_->LosePower(seed); }

 private:
  std::shared_ptr<Faults> faults_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace

std::unique_ptr<FaultInjector> FaultInjector::Create() {
  return std::make_unique<FaultInjectorImpl>();
}

}  // namespace symbolon::storage
