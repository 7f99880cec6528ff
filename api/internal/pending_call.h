#pragma once
// A unary call that is answered later, from any thread, or never because its client has gone.

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "api/backend.h"

namespace symbolon::api::internal {

// Keeps itself alive until gRPC is done with it. Thread-safe.
class PendingCall final : public grpc::ServerUnaryReactor {
 public:
  static std::shared_ptr<PendingCall> Start() {
    auto call = std::make_shared<PendingCall>();
    call->self_ = call;
    return call;
  }

  // Ends the call with the status that `fill` returns, unless it has ended. `fill` may write the reply; it
  // does not run on a call that has ended, whose reply is gone.
  template <typename Fill>
  void End(Fill&& fill) {
    grpc::Status status;
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      ended_ = true;
      status = fill();
    }
    Finish(std::move(status));
  }

  Abandoned abandoned() const { return abandoned_; }

  void OnCancel() override {
    abandoned_->store(true);
    End([] {
      return grpc::Status(grpc::StatusCode::CANCELLED, "the client has gone or its deadline has passed");
    });
  }

  void OnDone() override { const std::shared_ptr<PendingCall> last = std::move(self_); }

 private:
  std::mutex mutex_;
  bool ended_ = false;
  const std::shared_ptr<std::atomic<bool>> abandoned_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<PendingCall> self_;
};

// A call that is answered at once.
inline grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, grpc::Status status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(std::move(status));
  return reactor;
}

}  // namespace symbolon::api::internal
