#pragma once
// A thread for what must happen now and then and may take its time: nothing of it may hold up consensus or
// apply.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace symbolon::node {

// Calls `work` every period, and soon after Wake(). Thread-safe but for Start and Stop.
class Housekeeper {
 public:
  Housekeeper(std::chrono::milliseconds period, std::function<void()> work)
      : period_(period), work_(std::move(work)) {}
  ~Housekeeper() { Stop(); }

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }

  // Waits for the work under way.
  void Stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  void Wake() {
    {
      std::lock_guard lock(mutex_);
      woken_ = true;
    }
    wake_.notify_one();
  }

 private:
  void Run() {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, period_, [this] { return stopping_ || woken_; });
        if (stopping_) return;
        woken_ = false;
      }
      work_();
    }
  }

  const std::chrono::milliseconds period_;
  const std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  bool woken_ = false;     // guarded by mutex_
  std::thread thread_;
};

}  // namespace symbolon::node
