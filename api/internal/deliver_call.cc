#include "api/internal/deliver_call.h"

namespace symbolon::api::internal {

void DeliverCall::Start(v1::ConsensusTransport::Stub* stub) {
  stub->async()->Deliver(&context_, this);
  AddHold();  // writes are started from outside of reactions
  StartRead(&reply_);
  StartCall();
}

void DeliverCall::Write(v1::ConsensusMessage message) {
  {
    const std::lock_guard lock(mutex_);
    if (broken_) return;
    writing_ = true;
  }
  message_ = std::move(message);
  StartWrite(&message_);
}

void DeliverCall::OnReadDone(bool ok) {
  if (!ok) return Broken(false);
  events_.on_open();
  StartRead(&reply_);
}

void DeliverCall::OnWriteDone(bool ok) {
  if (!ok) return Broken(true);
  bool broken = false;
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    broken = broken_;
  }
  if (broken) return Broken(true);
  events_.on_ready();
}

void DeliverCall::Broken(bool by_write) {
  {
    const std::lock_guard lock(mutex_);
    broken_ = true;
    if (by_write) writing_ = false;
    if (writing_ || released_) return;
    released_ = true;
  }
  RemoveHold();  // without cancelling: that could hide the other side's reason
}

void DeliverCall::OnDone(const grpc::Status& status) {
  events_.on_end(status);
}

}  // namespace symbolon::api::internal
