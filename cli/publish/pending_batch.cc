#include "cli/publish/pending_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

constexpr char kLabel[] = "symbolon/pending/v1";
constexpr std::string_view kPrefix = "pending-";
constexpr size_t kMaxPendingBytes = size_t{256} << 20;

std::optional<uint64_t> SequenceOf(const std::string& name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  uint64_t sequence = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + kPrefix.size(), end, sequence);
  if (error != std::errc() || stop != end) return std::nullopt;
  return sequence;
}

}  // namespace

Path PendingFile(const Path& folder, uint64_t sequence) {
  return folder / fmt::format("{}{}", kPrefix, sequence);
}

absl::Status SavePending(const Path& folder, const PendingBatch& batch) {
  Writer w;
  w.Label(kLabel).U64(batch.sequence).Vec32(batch.signed_batch).Vec32(batch.body);
  w.U32(static_cast<uint32_t>(batch.credentials.size()));
  for (const identity::Credential& credential : batch.credentials) {
    ASSIGN_OR_RETURN(std::string json, identity::WriteCredential(credential));
    WipeOnExit wipe(json);
    w.Vec32(json);
  }
  Bytes bytes = w.Take();
  WipeOnExit wipe(bytes);
  return storage::WriteFileAtomically(PendingFile(folder, batch.sequence).string(), bytes, 0600);
}

absl::StatusOr<PendingBatch> LoadPending(const Path& file) {
  ASSIGN_OR_RETURN(Bytes bytes, storage::ReadWholeFile(file.string(), kMaxPendingBytes));
  WipeOnExit wipe(bytes);
  PendingBatch batch;
  Reader r(bytes, "pending batch");
  r.Label(kLabel);
  batch.sequence = r.U64("sequence");
  batch.signed_batch = Bytes(r.Vec32("signed batch", 1, kMaxPendingBytes));
  batch.body = Bytes(r.Vec32("body", 1, kMaxPendingBytes));
  const uint32_t count = r.U32("count");
  if (!r.CanHold(count, 4, "count")) return Annotate(r.status(), file.string());
  for (uint32_t i = 0; i < count && r.ok(); ++i) {
    auto credential = identity::ReadCredential(r.Vec32("credential", 1, identity::kMaxCredentialText));
    if (!credential.ok())
      return Annotate(credential.status(), fmt::format("{}, credential {}", file.string(), i));
    batch.credentials.push_back(*std::move(credential));
  }
  RETURN_IF_ERROR(Annotate(r.ExpectEnd(), file.string()));
  return batch;
}

absl::StatusOr<std::vector<Path>> PendingFiles(const Path& folder) {
  std::vector<std::pair<uint64_t, Path>> found;
  std::error_code error;
  for (const auto& item : std::filesystem::directory_iterator(folder, error)) {
    if (auto sequence = SequenceOf(item.path().filename().string()))
      found.emplace_back(*sequence, item.path());
  }
  if (error) return absl::NotFoundError(fmt::format("cannot read the folder {}", folder.string()));
  std::sort(found.begin(), found.end());
  std::vector<Path> out;
  for (auto& [sequence, path] : found) out.push_back(std::move(path));
  return out;
}

absl::Status RemoveUnfinished(const Path& folder) {
  std::error_code error;
  for (const auto& item : std::filesystem::directory_iterator(folder, error)) {
    if (!storage::IsUnfinished(item.path().filename().string())) continue;
    std::error_code ignored;  // what cannot be removed stands in nobody's way
    std::filesystem::remove(item.path(), ignored);
  }
  if (error) return absl::NotFoundError(fmt::format("cannot read the folder {}", folder.string()));
  return storage::SyncDirectory(folder.string());
}

absl::Status RemovePending(const Path& folder, uint64_t sequence) {
  std::error_code error;
  std::filesystem::remove(PendingFile(folder, sequence), error);
  if (error) {
    return absl::InternalError(
        fmt::format("cannot remove {}: {}", PendingFile(folder, sequence).string(), error.message()));
  }
  return storage::SyncDirectory(folder.string());
}

}  // namespace symbolon::cli
