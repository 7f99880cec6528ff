#include "storage/key_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/secret.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "storage/atomic_file.h"

namespace symbolon::storage {
namespace {

constexpr size_t kMaxKeyFileBytes = 256;

}  // namespace

absl::Status CheckPrivate(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "reading", path);
  if ((info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(
        fmt::format("{} is a private key that others may read: chmod 600 {}", path, path));
  }
  return absl::OkStatus();
}

absl::Status WriteKeyFile(const std::string& path, const SigningKey& key) {
  std::string text = ToHex(key.Seed().view()) + "\n";
  WipeOnExit wipe(text);
  return WriteFileAtomically(path, text, 0600);
}

absl::StatusOr<SigningKey> ReadKeyFile(const std::string& path) {
  RETURN_IF_ERROR(CheckPrivate(path));
  ASSIGN_OR_RETURN(Bytes text, ReadWholeFile(path, kMaxKeyFileBytes));
  WipeOnExit wipe(text);
  if (!text.empty() && text.back() == '\n') text.pop_back();
  auto seed = DigestFromHex(text);
  if (!seed.ok()) {
    return absl::InvalidArgumentError(fmt::format("{}: a key file holds 64 hexadecimal digits", path));
  }
  SigningKey key = SigningKey::FromSeed(Secret<32>(*seed));
  sodium_memzero(seed->data(), seed->size());
  return key;
}

}  // namespace symbolon::storage
