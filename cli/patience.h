#pragma once
// Pauses between attempts: longer each time, until the time for trying is over.

#include <absl/status/status.h>

#include <chrono>

namespace symbolon::cli {

class Patience {
 public:
  explicit Patience(int ms);
  // Waits; false when the time is over.
  bool Wait();

 private:
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::steady_clock::duration pause_;
};

// Whether the same request may succeed later.
bool MayPass(const absl::Status& status);

}  // namespace symbolon::cli
