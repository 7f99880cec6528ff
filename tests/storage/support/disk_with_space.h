#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "storage/database.h"
#include "storage/disk.h"

namespace symbolon::storage {

// Another disk, but for how much of it is free.
class DiskWithSpace final : public Disk {
 public:
  explicit DiskWithSpace(Disk* disk) : disk_(*disk) {}
  // Not while another thread uses the disk.
  void SetFree(uint64_t bytes) { free_ = bytes; }

  bool Exists(const std::string& path) const override { return disk_.Exists(path); }
  absl::StatusOr<Bytes> Read(const std::string& path, size_t max_bytes) const override {
    return disk_.Read(path, max_bytes);
  }
  absl::Status Replace(const std::string& path, ByteView contents, mode_t mode) override {
    return disk_.Replace(path, contents, mode);
  }
  absl::StatusOr<std::unique_ptr<FixedFile>> OpenFixed(const std::string& path) override {
    return disk_.OpenFixed(path);
  }
  absl::Status Remove(const std::string& path) override { return disk_.Remove(path); }
  absl::Status MakeFolder(const std::string& path) override { return disk_.MakeFolder(path); }
  absl::Status RenameFolder(const std::string& from, const std::string& to) override {
    return disk_.RenameFolder(from, to);
  }
  absl::Status RemoveFolder(const std::string& path) override { return disk_.RemoveFolder(path); }
  absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const Options& options, const std::string& dir,
                                                         WalEnd wal_end, Access access) override {
    return disk_.OpenDatabase(options, dir, wal_end, access);
  }
  absl::StatusOr<uint64_t> FreeBytes(const std::string&) const override { return free_; }
  absl::StatusOr<uint64_t> UsedBytes(const std::string& dir) const override { return disk_.UsedBytes(dir); }

 private:
  Disk& disk_;
  uint64_t free_ = uint64_t{1} << 40;
};

}  // namespace symbolon::storage
