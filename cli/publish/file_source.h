#pragma once
// A file read in pieces, with a running hash, so that two readings can be compared.

#include <absl/status/statusor.h>
#include <sodium.h>

#include <memory>
#include <string>

#include "base/bytes.h"

namespace symbolon::cli {

class FileSource {
 public:
  static absl::StatusOr<std::unique_ptr<FileSource>> Open(const std::string& file);
  ~FileSource();
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  // Up to `size` bytes; 0 at the end.
  absl::StatusOr<size_t> Read(char* buffer, size_t size);
  // Of everything read so far; ends the hash.
  Digest Finish();

 private:
  FileSource(std::string file, int fd);
  std::string file_;
  int fd_;
  crypto_generichash_state hash_;
};

}  // namespace symbolon::cli
