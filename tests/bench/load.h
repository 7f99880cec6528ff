#pragma once
// Closed-loop load: every client is a thread that sends its next request when the last one is answered.

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace symbolon::bench {

// The n-th request (from 0) of one client. An error ends the whole load.
using Client = std::function<absl::Status(uint64_t n)>;

struct Load {
  uint64_t requests = 0;
  double seconds = 0;  // from the common start to the last answer
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
  double per_second() const { return static_cast<double>(requests) / seconds; }
};

// Runs until every client has had `each` answers.
absl::StatusOr<Load> RunCount(const std::vector<Client>& clients, uint64_t each);
// Runs until the time is over.
absl::StatusOr<Load> RunSeconds(const std::vector<Client>& clients, double seconds);

// One line on standard error: what is done now, and how long the program has run.
void Progress(const std::string& what);

// Ctrl-C and SIGTERM end the load at hand with CANCELLED, so that started processes are ended, too.
void CatchInterrupts();
bool Interrupted();

}  // namespace symbolon::bench
