#pragma once
// The history: one JSON object a line for each operation that has ended (docs/history-format.md).

#include <absl/status/status.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "api/backend.h"
#include "ledger/trust.h"

namespace symbolon::history {

using Json = nlohmann::ordered_json;

// CLOCK_MONOTONIC in nanoseconds: one clock for all processes of a machine.
int64_t NowNs();

// Becomes true when the program is asked to end; operations under way are finished first.
extern std::atomic<bool> stopping;
// Sleeps for so long, or until the program is asked to end.
void Pause(int64_t ms);

std::string StatusText(api::AttestationStatus status);
// "UNAVAILABLE: message"
std::string ErrorText(const absl::Status& status);
Json CheckpointJson(const ledger::CheckpointFacts& checkpoint);

// Thread-safe.
class HistoryFile {
 public:
  // Appends. NotFound or PermissionDenied when the file cannot be made.
  static absl::StatusOr<std::unique_ptr<HistoryFile>> Open(const std::string& path);
  ~HistoryFile();
  // The line is with the operating system when this returns.
  void Add(const Json& operation);

 private:
  explicit HistoryFile(std::FILE* file) : file_(file) {}
  std::FILE* const file_;
  std::mutex mutex_;
};

}  // namespace symbolon::history
