#pragma once
// At most one log line a second for what others can bring about as often as they like.

#include <atomic>
#include <chrono>

#include "node/runtime.h"

namespace symbolon::node {

// Thread-safe.
class RateLimit {
 public:
  bool Allow(MonotonicTime now) {
    const auto ticks = now.time_since_epoch().count();
    auto last = last_.load();
    const auto second = std::chrono::duration_cast<MonotonicTime::duration>(std::chrono::seconds(1)).count();
    if (last != 0 && ticks - last < second) return false;
    return last_.compare_exchange_strong(last, ticks);
  }

 private:
  std::atomic<MonotonicTime::rep> last_{0};  // 0: never
};

}  // namespace symbolon::node
