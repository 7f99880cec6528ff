#include "storage/database.h"

#include <fmt/format.h>

#include "base/status_macros.h"

namespace symbolon::storage {
namespace {

absl::StatusCode CodeOf(const rocksdb::Status& status) {
  using Code = rocksdb::Status::Code;
  switch (status.code()) {
    case Code::kOk:
      return absl::StatusCode::kOk;
    case Code::kNotFound:
      return absl::StatusCode::kNotFound;
    case Code::kCorruption:
      return absl::StatusCode::kDataLoss;
    case Code::kIOError:
      return status.IsNoSpace() ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kInternal;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::Status Database::Write(rocksdb::WriteBatch* batch, bool sync, const char* what) {
  RETURN_IF_ERROR(failure());
  if (read_only_)
    return absl::FailedPreconditionError(fmt::format("{}: the store is open for reading only", what));
  return Latch(Convert(Commit(batch, sync), what), what);
}

absl::Status Database::Latch(absl::Status status, const char* what) {
  if (status.ok()) return status;
  std::lock_guard lock(mutex_);
  if (failure_.ok()) {
    failure_ =
        absl::FailedPreconditionError(fmt::format("storage stopped at its first failed write ({}): {}; the "
                                                  "process must stop, and start again only when the "
                                                  "cause is gone",
                                                  what, std::string(status.message())));
  }
  return status;
}

absl::Status Database::failure() const {
  if (read_only_) return absl::FailedPreconditionError(fmt::format("{} is open for reading only", dir_));
  std::lock_guard lock(mutex_);
  return failure_;
}

absl::Status Database::Convert(const rocksdb::Status& status, const std::string& doing) const {
  if (status.ok()) return absl::OkStatus();
  const std::string recent = RecentWarnings();
  std::string message = fmt::format("{} ({}): RocksDB says: {}", doing, dir_, status.ToString());
  if (!recent.empty()) message += fmt::format("; its last warnings: {}", recent);
  const absl::Status converted(CodeOf(status), message);
  if (on_damage_ && absl::IsDataLoss(converted)) on_damage_(converted);
  return converted;
}

}  // namespace symbolon::storage
