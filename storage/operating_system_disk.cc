#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

#include "storage/atomic_file.h"
#include "storage/disk.h"
#include "storage/file_descriptor.h"
#include "storage/rocks_database.h"

namespace symbolon::storage {
namespace {

std::string ParentOf(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

class OperatingSystemFile final : public FixedFile {
 public:
  OperatingSystemFile(std::string path, FileDescriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  absl::Status Write(uint64_t offset, ByteView bytes) override {
    ssize_t n = 0;
    do {
      n = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    } while (n < 0 && errno == EINTR);
    if (n < 0) return ErrnoStatus(errno, "writing", path_);
    if (n != static_cast<ssize_t>(bytes.size()))
      return absl::InternalError(fmt::format("writing {}: cut short", path_));
    return absl::OkStatus();
  }

 private:
  const std::string path_;
  const FileDescriptor fd_;
};

class RealDisk final : public Disk {
 public:
  bool Exists(const std::string& path) const override { return FileExists(path); }
  absl::StatusOr<Bytes> Read(const std::string& path, size_t max_bytes) const override {
    return ReadWholeFile(path, max_bytes);
  }
  absl::Status Replace(const std::string& path, ByteView contents, mode_t mode) override {
    return WriteFileAtomically(path, contents, mode);
  }
  absl::StatusOr<std::unique_ptr<FixedFile>> OpenFixed(const std::string& path) override {
    // O_DSYNC: one small write-through instead of a write and a flush of the whole device cache.
    FileDescriptor fd(::open(path.c_str(), O_RDWR | O_DSYNC | O_CLOEXEC));
    if (!fd.valid()) return ErrnoStatus(errno, "opening", path);
    return std::make_unique<OperatingSystemFile>(path, std::move(fd));
  }
  absl::Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return SyncDirectory(ParentOf(path));
    return errno == ENOENT ? absl::OkStatus() : ErrnoStatus(errno, "removing", path);
  }

  absl::Status MakeFolder(const std::string& path) override { return CreateDirectories(path, 0700); }
  absl::Status RenameFolder(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return ErrnoStatus(errno, "renaming", from);
    return SyncDirectory(ParentOf(to));
  }
  absl::Status RemoveFolder(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    return error ? ErrnoStatus(error.value(), "removing", path) : absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const Options& options, const std::string& dir,
                                                         WalEnd wal_end, Access access) override {
    return RocksDatabase::Open(options, dir, wal_end, access);
  }

  absl::StatusOr<uint64_t> FreeBytes(const std::string& dir) const override {
    std::error_code error;
    const auto space = std::filesystem::space(dir, error);
    if (error) return ErrnoStatus(error.value(), "asking for the free space of", dir);
    return space.available;
  }
  absl::StatusOr<uint64_t> UsedBytes(const std::string& dir) const override {
    std::error_code error;
    uint64_t total = 0;
    // Files come and go while RocksDB works: one that is gone counts nothing.
    for (auto it = std::filesystem::recursive_directory_iterator(dir, error);
         !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
      std::error_code gone;
      if (!it->is_regular_file(gone) || gone) continue;
      const uint64_t size = it->file_size(gone);
      if (!gone) total += size;
    }
    if (error) return ErrnoStatus(error.value(), "listing", dir);
    return total;
  }
};

}  // namespace

Disk* OperatingSystemDisk() {
  static RealDisk disk;
  return &disk;
}

}  // namespace symbolon::storage
