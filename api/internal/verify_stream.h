#pragma once
// The server's side of VerifyMany.

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "api/internal/runtime.h"
#include "proto/verification.pb.h"

namespace symbolon::api::internal {

// Takes requests while fewer than a window's worth are unanswered, so that a client that does not read its
// answers stops being read. Answers go out in the order in which they are ready. Thread-safe; keeps itself
// alive.
class VerifyStream final : public grpc::ServerBidiReactor<v1::VerifyManyRequest, v1::VerifyManyReply>,
                           public std::enable_shared_from_this<VerifyStream> {
 public:
  static VerifyStream* Start(Runtime* runtime, std::shared_ptr<Slot> slot);

  VerifyStream(Runtime* runtime, std::shared_ptr<Slot> slot) : runtime_(runtime), slot_(std::move(slot)) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void TakeRequest();
  // Nothing when the stream is broken: the answer is for nobody, and the server itself may have gone.
  std::optional<v1::VerifyManyReply> Answered(uint64_t id, uint64_t number, const absl::Status& fresh);
  void Reply(v1::VerifyManyReply reply);
  // Starts what may be started now: the next read, the next write or the end of the call.
  void Advance();

  Runtime* runtime_;
  std::shared_ptr<Slot> slot_;
  const std::shared_ptr<std::atomic<bool>> broken_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<VerifyStream> self_;

  std::mutex server_mutex_;                  // held while an answer uses runtime_
  v1::VerifyManyRequest request_;            // of the running read
  std::mutex mutex_;                         // guards all below
  size_t waiting_ = 0;                       // requests that are not in replies_ yet
  std::deque<v1::VerifyManyReply> replies_;  // front: being written, when writing_
  bool reading_ = false;
  bool writing_ = false;
  bool read_all_ = false;
  bool finished_ = false;
};

}  // namespace symbolon::api::internal
