#include "cli/publish/file_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "storage/atomic_file.h"

namespace symbolon::cli {

FileSource::FileSource(std::string file, int fd) : file_(std::move(file)), fd_(fd) {
  crypto_generichash_init(&hash_, nullptr, 0, sizeof(Digest));
}

FileSource::~FileSource() { close(fd_); }

absl::StatusOr<std::unique_ptr<FileSource>> FileSource::Open(const std::string& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return storage::ErrnoStatus(errno, "opening", file);
  return std::unique_ptr<FileSource>(new FileSource(file, fd));
}

absl::StatusOr<size_t> FileSource::Read(char* buffer, size_t size) {
  while (true) {
    const ssize_t n = read(fd_, buffer, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return storage::ErrnoStatus(errno, "reading", file_);
    crypto_generichash_update(&hash_, reinterpret_cast<unsigned char*>(buffer), static_cast<size_t>(n));
    return static_cast<size_t>(n);
  }
}

Digest FileSource::Finish() {
  Digest digest;
  crypto_generichash_final(&hash_, digest.data(), digest.size());
  return digest;
}

}  // namespace symbolon::cli
