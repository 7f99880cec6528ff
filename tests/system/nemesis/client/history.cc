#include "tests/system/nemesis/client/history.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "base/text_encoding.h"
#include "storage/atomic_file.h"

namespace symbolon::history {

std::atomic<bool> stopping{false};

int64_t NowNs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

void Pause(int64_t ms) {
  constexpr int64_t kSlice = 20;
  for (; ms > 0 && !stopping; ms -= kSlice) {
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(ms, kSlice)));
  }
}

std::string StatusText(api::AttestationStatus status) {
  switch (status) {
    case api::AttestationStatus::kValid:
      return "valid";
    case api::AttestationStatus::kRevoked:
      return "revoked";
    case api::AttestationStatus::kSuspended:
      return "suspended";
    case api::AttestationStatus::kVoid:
      return "void";
    case api::AttestationStatus::kUnknown:
      return "absent";
  }
  return "no status";
}

std::string ErrorText(const absl::Status& status) {
  return absl::StatusCodeToString(status.code()) + ": " + std::string(status.message());
}

Json CheckpointJson(const ledger::CheckpointFacts& checkpoint) {
  return {{"size", checkpoint.size}, {"root", ToHex(checkpoint.root)}};
}

absl::StatusOr<std::unique_ptr<HistoryFile>> HistoryFile::Open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "a");
  if (file == nullptr) return storage::ErrnoStatus(errno, "opening the history", path);
  return std::unique_ptr<HistoryFile>(new HistoryFile(file));
}

HistoryFile::~HistoryFile() {
  std::fclose(file_);
}

void HistoryFile::Add(const Json& operation) {
  const std::string line = operation.dump() + "\n";
  const std::lock_guard lock(mutex_);
  std::fwrite(line.data(), 1, line.size(), file_);
  std::fflush(file_);
}

}  // namespace symbolon::history
