#include "storage/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/status_macros.h"
#include "storage/file_descriptor.h"

namespace symbolon::storage {
namespace {

// Before the number of the process.
constexpr std::string_view kUnfinished = ".tmp.";

std::string ParentOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

absl::Status WriteAll(int fd, ByteView contents, const std::string& path) {
  while (!contents.empty()) {
    const ssize_t n = ::write(fd, contents.data(), contents.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "writing", path);
    contents.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status WriteSynced(const std::string& path, ByteView contents, mode_t mode) {
  FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd.valid()) return ErrnoStatus(errno, "creating", path);
  // The temporary name may be left over from a crash, with another mode.
  if (::fchmod(fd.get(), mode) != 0) return ErrnoStatus(errno, "setting the mode of", path);
  RETURN_IF_ERROR(WriteAll(fd.get(), contents, path));
  if (::fsync(fd.get()) != 0) return ErrnoStatus(errno, "syncing", path);
  return absl::OkStatus();
}

}  // namespace

absl::Status ErrnoStatus(int error, const char* doing, const std::string& path) {
  const std::string message = fmt::format("{} {}: {}", doing, path, std::strerror(error));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::InternalError(message);
  }
}

absl::Status WriteFileAtomically(const std::string& path, ByteView contents, mode_t mode) {
  const std::string temporary = fmt::format("{}{}{}", path, kUnfinished, ::getpid());
  absl::Status status = WriteSynced(temporary, contents, mode);
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, "renaming into place", path);
  }
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return SyncDirectory(ParentOf(path));
}

bool IsUnfinished(std::string_view file_name) {
  const size_t at = file_name.rfind(kUnfinished);
  if (at == std::string_view::npos) return false;
  const std::string_view process = file_name.substr(at + kUnfinished.size());
  return !process.empty() && process.find_first_not_of("0123456789") == std::string_view::npos;
}

absl::StatusOr<Bytes> ReadWholeFile(const std::string& path, size_t max_bytes) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, "opening", path);
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return ErrnoStatus(errno, "reading", path);
  if (S_ISDIR(st.st_mode)) return ErrnoStatus(EISDIR, "reading", path);
  const auto too_long = [&] {
    return absl::ResourceExhaustedError(
        fmt::format("reading {}: longer than the {} bytes allowed", path, max_bytes));
  };
  if (st.st_size > 0 && static_cast<uint64_t>(st.st_size) > max_bytes) return too_long();

  // Pipes and /proc have no size: the cap is also kept while reading.
  Bytes out;
  out.reserve(static_cast<size_t>(st.st_size));
  char buffer[1 << 16];
  while (true) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "reading", path);
    if (n == 0) return out;
    if (out.size() + static_cast<size_t>(n) > max_bytes) return too_long();
    out.append(buffer, static_cast<size_t>(n));
  }
}

absl::Status SyncDirectory(const std::string& path) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, "opening folder", path);
  if (::fsync(fd.get()) != 0) return ErrnoStatus(errno, "syncing folder", path);
  return absl::OkStatus();
}

absl::Status CreateDirectories(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return SyncDirectory(ParentOf(path));
  if (errno == EEXIST) {
    return std::filesystem::is_directory(path) ? absl::OkStatus()
                                               : ErrnoStatus(ENOTDIR, "creating folder", path);
  }
  if (errno != ENOENT || ParentOf(path) == path) return ErrnoStatus(errno, "creating folder", path);
  RETURN_IF_ERROR(CreateDirectories(ParentOf(path), mode));
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return ErrnoStatus(errno, "creating folder", path);
  return SyncDirectory(ParentOf(path));
}

bool FileExists(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

}  // namespace symbolon::storage
