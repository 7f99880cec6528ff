#pragma once
// Queries that have waited are answered on a thread of their own. To answer is to read the disk, thousands of
// times when many have waited for one moment; whoever ends their wait, consensus or apply, must not do that.

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "node/runtime.h"

namespace symbolon::node {

// Thread-safe but for Start and Stop.
class Answers {
 public:
  explicit Answers(Runtime* runtime);
  ~Answers();  // Stop()

  void Start() { worker_->Start(); }
  // Answers what is left; what is posted later is answered at once, by who posts it.
  void Stop();

  // In the order posted.
  void Post(std::function<void()> answer);

 private:
  MonotonicTime Turn();

  std::mutex mutex_;
  std::vector<std::function<void()>> queue_;  // guarded by mutex_
  bool stopped_ = false;                      // guarded by mutex_
  std::unique_ptr<Worker> worker_;
};

}  // namespace symbolon::node
