#pragma once
// Private signing keys in files: the 32-byte seed as 64 hexadecimal digits and a line end, mode 0600.

#include <absl/status/statusor.h>

#include <string>

#include "base/ed25519.h"

namespace symbolon::storage {

[[nodiscard]] absl::Status WriteKeyFile(const std::string& path, const SigningKey& key);
// FailedPrecondition when the group or others may read the file.
absl::StatusOr<SigningKey> ReadKeyFile(const std::string& path);

// FailedPrecondition, with the command that mends it, when a secret file is open to the group or others.
[[nodiscard]] absl::Status CheckPrivate(const std::string& path);

}  // namespace symbolon::storage
