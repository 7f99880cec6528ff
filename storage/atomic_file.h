#pragma once
// Small files that are replaced whole: configuration, keys, checkpoints for export, stamps. Thread-safe (no
// state).
//
// Errors name the path and what the system said: NotFound, PermissionDenied, ResourceExhausted (disk full, or
// the file is larger than the cap), Internal for the rest.

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace symbolon::storage {

// The file holds either all of `contents` or what it held before, also after loss of power: written under a
// temporary name in the same folder, synced, renamed, folder synced. `mode` is that of a new file; secrets
// pass 0600.
[[nodiscard]] absl::Status WriteFileAtomically(const std::string& path, ByteView contents,
                                               mode_t mode = 0644);

// Whether a file of this name was being written by WriteFileAtomically when its process ended.
bool IsUnfinished(std::string_view file_name);

// The whole file, or ResourceExhausted if it is longer than `max_bytes` (nothing is allocated for it then).
absl::StatusOr<Bytes> ReadWholeFile(const std::string& path, size_t max_bytes);

// Makes creations, renames and removals in the folder durable.
[[nodiscard]] absl::Status SyncDirectory(const std::string& path);

// Like `mkdir -p`, durably. Existing folders are fine.
[[nodiscard]] absl::Status CreateDirectories(const std::string& path, mode_t mode = 0755);

bool FileExists(const std::string& path);

// The error of the last system call on `path`: "<doing> <path>: <reason>".
absl::Status ErrnoStatus(int error, const char* doing, const std::string& path);

}  // namespace symbolon::storage
