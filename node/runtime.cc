#include "node/runtime.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

namespace symbolon::node {
namespace {

class ThreadWorker final : public Worker {
 public:
  explicit ThreadWorker(Turn turn) : turn_(std::move(turn)) {}
  ~ThreadWorker() override { Stop(); }

  void Start() override {
    thread_ = std::thread([this] { Run(); });
  }

  void Wake() override {
    // Woken already: the turn that is coming sees what this caller did before (the exchanges are ordered).
    if (woken_.exchange(true, std::memory_order_acq_rel)) return;
    // The thread has not looked yet, or is waiting: a notification in between would be lost.
    { const std::lock_guard lock(mutex_); }
    wake_.notify_one();
  }

  void Stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Run() {
    MonotonicTime next = kAtOnce;
    while (Await(next)) {
      woken_.exchange(false, std::memory_order_acq_rel);
      next = turn_();
    }
  }

  // False: it was stopped.
  bool Await(MonotonicTime next) {
    std::unique_lock lock(mutex_);
    const auto due = [this] { return stopping_ || woken_.load(std::memory_order_acquire); };
    if (next == kNever) {
      wake_.wait(lock, due);
    } else if (next != kAtOnce) {
      wake_.wait_until(lock, next, due);
    }
    return !stopping_;
  }

  const Turn turn_;
  std::atomic<bool> woken_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

class System final : public Runtime {
 public:
  System() {
    std::random_device seed;
    generator_.seed((uint64_t{seed()} << 32) ^ seed());
  }

  MonotonicTime Now() override { return std::chrono::steady_clock::now(); }
  uint64_t WallMilliseconds() override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  }
  uint64_t Random() override {
    const std::lock_guard lock(mutex_);
    return generator_();
  }
  std::unique_ptr<Worker> NewWorker(WorkerKind, Worker::Turn turn) override {
    return std::make_unique<ThreadWorker>(std::move(turn));
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 generator_;  // guarded by mutex_
};

}  // namespace

Runtime& SystemRuntime() {
  static System system;
  return system;
}

}  // namespace symbolon::node
