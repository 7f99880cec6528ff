#include "cli/publish/credential_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/secret.h"
#include "base/status_macros.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

absl::Status WriteFile(const std::string& path, ByteView text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return storage::ErrnoStatus(errno, "creating", path);
  const ssize_t written = write(fd, text.data(), text.size());
  const int error = written < 0 ? errno : ENOSPC;
  if (close(fd) != 0 || written != static_cast<ssize_t>(text.size())) {
    return storage::ErrnoStatus(error, "writing", path);
  }
  return absl::OkStatus();
}

}  // namespace

std::string CredentialFileName(const identity::Record& record) {
  return fmt::format("{}-{}.json", record.type->name, record.values[record.type->key_slot].value_or("no-key"));
}

absl::Status WriteCredentials(const Path& folder, const std::vector<identity::Credential>& credentials) {
  for (const identity::Credential& credential : credentials) {
    ASSIGN_OR_RETURN(std::string json, identity::WriteCredential(credential));
    WipeOnExit wipe(json);
    RETURN_IF_ERROR(WriteFile((folder / CredentialFileName(credential.record)).string(), json));
  }
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return storage::ErrnoStatus(errno, "opening", folder.string());
  const bool synced = syncfs(fd) == 0;
  const int error = errno;
  close(fd);
  return synced ? absl::OkStatus() : storage::ErrnoStatus(error, "syncing", folder.string());
}

}  // namespace symbolon::cli
