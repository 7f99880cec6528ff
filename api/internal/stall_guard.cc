#include "api/internal/stall_guard.h"

namespace symbolon::api::internal {

StallGuard::StallGuard(grpc::ClientContext* context, int timeout_ms)
    : context_(context), timeout_(timeout_ms), thread_([this] { Watch(); }) {}

StallGuard::~StallGuard() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void StallGuard::Touch() {
  const std::lock_guard lock(mutex_);
  last_ = std::chrono::steady_clock::now();
}

bool StallGuard::Stalled() const {
  const std::lock_guard lock(mutex_);
  return stalled_;
}

void StallGuard::Watch() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    if (std::chrono::steady_clock::now() >= last_ + timeout_) {
      stalled_ = true;
      context_->TryCancel();
      return;
    }
    wake_.wait_until(lock, last_ + timeout_);
  }
}

}  // namespace symbolon::api::internal
