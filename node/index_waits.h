#pragma once
// Callers that wait until the node shows an entry index.

#include <cstdint>
#include <map>
#include <mutex>

#include "api/backend.h"
#include "node/read_view.h"
#include "node/runtime.h"

namespace symbolon::node {

// Each wait ends exactly once: OK when the index is shown, UNAVAILABLE when its time is up or the node stops,
// CANCELLED when it was abandoned. Thread-safe; callbacks run outside the lock.
class IndexWaits {
 public:
  void Add(uint64_t index, api::Abandoned abandoned, MonotonicTime deadline, api::Done<api::AsOf> done);
  // The view's checkpoint covers more than before.
  void OnPublished(const ReadView& view);
  // Ends what is overdue or abandoned. To be called at least once a second.
  void Sweep(MonotonicTime now);
  // Ends all, and everything that comes later at once.
  void Stop();

 private:
  struct Wait {
    api::Abandoned abandoned;
    MonotonicTime deadline;
    api::Done<api::AsOf> done;
  };

  std::mutex mutex_;
  std::multimap<uint64_t, Wait> waits_;  // by index; guarded by mutex_
  uint64_t shown_ = 0;                   // guarded by mutex_
  api::AsOf as_of_;                      // guarded by mutex_
  bool stopped_ = false;                 // guarded by mutex_
};

}  // namespace symbolon::node
