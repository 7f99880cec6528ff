#pragma once
// One attempt at a stream of consensus messages to another node: from its start until it breaks.

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <functional>
#include <mutex>

#include "proto/consensus.grpc.pb.h"

namespace symbolon::api::internal {

// Thread-safe. Whoever starts it keeps it until `on_end`, in which it may be destroyed.
class DeliverCall final : public grpc::ClientBidiReactor<v1::ConsensusMessage, v1::DeliverReply> {
 public:
  struct Events {
    std::function<void()> on_open;                    // the other node has let this one in
    std::function<void()> on_ready;                   // a write has ended well: there is room for the next
    std::function<void(const grpc::Status&)> on_end;  // last
  };

  explicit DeliverCall(Events events) : events_(std::move(events)) {}

  void Start(v1::ConsensusTransport::Stub* stub);
  // One at a time, between on_open or on_ready and the end. A message on a broken stream is lost.
  void Write(v1::ConsensusMessage message);
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  // Lets the call end when it is broken and no write is running.
  void Broken(bool by_write);

  const Events events_;
  grpc::ClientContext context_;
  v1::ConsensusMessage message_;
  v1::DeliverReply reply_;
  std::mutex mutex_;
  bool writing_ = false;
  bool broken_ = false;
  bool released_ = false;
};

}  // namespace symbolon::api::internal
