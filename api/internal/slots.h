#pragma once
// How many of one kind of call may run at once. Thread-safe.

#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <atomic>
#include <memory>
#include <string>

namespace symbolon::api::internal {

// One running call. Given back by Release or with the last reference.
class Slot {
 public:
  explicit Slot(std::shared_ptr<std::atomic<int>> taken) : taken_(std::move(taken)) {}
  ~Slot() { Release(); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  void Release() {
    if (!released_.exchange(true)) taken_->fetch_sub(1);
  }

 private:
  std::shared_ptr<std::atomic<int>> taken_;  // shared: a backend may answer after the server has gone
  std::atomic<bool> released_ = false;
};

class Slots {
 public:
  Slots(const char* limit, int max)
      : limit_(limit), max_(max), taken_(std::make_shared<std::atomic<int>>(0)) {}

  // RESOURCE_EXHAUSTED, naming the limit, when all are taken.
  absl::StatusOr<std::shared_ptr<Slot>> Take() {
    if (taken_->fetch_add(1) >= max_) {
      taken_->fetch_sub(1);
      return absl::ResourceExhaustedError(fmt::format(
          "this node is busy: its limit {} ({}) is reached; try again after a pause", limit_, max_));
    }
    return std::make_shared<Slot>(taken_);
  }

  int taken() const { return taken_->load(); }

 private:
  const char* limit_;
  int max_;
  std::shared_ptr<std::atomic<int>> taken_;
};

}  // namespace symbolon::api::internal
