#pragma once
// Ends a streaming call on which nothing has moved for a while. A deadline for the whole stream would cut off
// a long but healthy one.

#include <grpcpp/client_context.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace symbolon::api::internal {

// `context` must outlive it. Thread-safe.
class StallGuard {
 public:
  StallGuard(grpc::ClientContext* context, int timeout_ms);
  ~StallGuard();
  StallGuard(const StallGuard&) = delete;
  StallGuard& operator=(const StallGuard&) = delete;

  // Something has moved.
  void Touch();
  // Nothing moved for too long, and the call was cancelled.
  bool Stalled() const;

 private:
  void Watch();

  grpc::ClientContext* const context_;
  const std::chrono::milliseconds timeout_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  bool ended_ = false;
  bool stalled_ = false;
  std::thread thread_;
};

}  // namespace symbolon::api::internal
