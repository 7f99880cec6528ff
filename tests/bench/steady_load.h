#pragma once
// Registrars that publish until they are stopped, while something else is done to the network; afterwards any
// stretch of that time can be looked at.

#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "api/client.h"
#include "tests/bench/load.h"
#include "tests/bench/symbolon_network.h"

namespace symbolon::bench {

class SteadyLoad {
 public:
  using Clock = std::chrono::steady_clock;

  // The first `clients` issuers of the network (which must outlive the load) publish batches of `count`
  // attestations, one after the other each.
  static absl::StatusOr<std::unique_ptr<SteadyLoad>> Start(SymbolonNetwork& network, size_t clients,
                                                           uint32_t count);
  ~SteadyLoad() { Stop().IgnoreError(); }

  // Waits for the requests under way; the first error of any client, which ended it.
  absl::Status Stop();
  absl::Status failure();

  // The batches that were acknowledged in [begin, end).
  absl::StatusOr<Load> Between(Clock::time_point begin, Clock::time_point end);

 private:
  struct Acknowledged {
    Clock::time_point time;
    float latency_ms = 0;
  };

  SteadyLoad(SymbolonNetwork* network, uint32_t count) : network_(network), count_(count) {}
  absl::Status Publish(Issuer& issuer, api::Client& client);

  SymbolonNetwork* const network_;
  const uint32_t count_;
  std::vector<std::unique_ptr<api::Client>> connections_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::vector<Acknowledged> acknowledged_;  // guarded by mutex_
  absl::Status failure_;                    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace symbolon::bench
