#include "api/internal/verify_stream.h"

#include "api/internal/conversion.h"
#include "api/internal/status_conversion.h"

namespace symbolon::api::internal {
namespace {

constexpr size_t kWindow = 256;  // unanswered requests of one stream

v1::VerifyManyReply Failed(uint64_t id, const absl::Status& status) {
  const grpc::Status bounded = ToGrpc(status);
  v1::VerifyManyReply reply;
  reply.set_id(id);
  reply.set_error_code(static_cast<uint32_t>(bounded.error_code()));
  reply.set_error_message(bounded.error_message());
  return reply;
}

}  // namespace

VerifyStream* VerifyStream::Start(Runtime* runtime, std::shared_ptr<Slot> slot) {
  auto stream = std::make_shared<VerifyStream>(runtime, std::move(slot));
  stream->self_ = stream;
  stream->Advance();
  return stream.get();
}

void VerifyStream::OnReadDone(bool ok) {
  if (ok) TakeRequest();
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    if (!ok) read_all_ = true;
  }
  Advance();
}

void VerifyStream::TakeRequest() {
  {
    const std::lock_guard lock(mutex_);
    ++waiting_;
  }
  const uint64_t id = request_.id();
  const uint64_t number = request_.request().attestation_number();
  const auto freshness = Read(request_.request().freshness());
  if (!freshness.ok()) return Reply(Failed(id, freshness.status()));
  WhenFresh(*runtime_, *freshness, broken_,
            [self = shared_from_this(), id, number](const absl::Status& fresh) {
              std::optional<v1::VerifyManyReply> reply = self->Answered(id, number, fresh);
              if (reply) self->Reply(*std::move(reply));
            });
}

std::optional<v1::VerifyManyReply> VerifyStream::Answered(uint64_t id, uint64_t number,
                                                          const absl::Status& fresh) {
  // While this is held the call is not done, and so the server is there.
  const std::lock_guard lock(server_mutex_);
  if (*broken_) return std::nullopt;
  if (!fresh.ok()) return Failed(id, fresh);
  auto verified = runtime_->backend->Verify(number);
  if (!verified.ok()) return Failed(id, verified.status());
  v1::VerifyManyReply reply;
  reply.set_id(id);
  Write(*std::move(verified), reply.mutable_reply());
  return reply;
}

void VerifyStream::Reply(v1::VerifyManyReply reply) {
  {
    const std::lock_guard lock(mutex_);
    --waiting_;
    replies_.push_back(std::move(reply));
  }
  Advance();
}

void VerifyStream::OnWriteDone(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    replies_.pop_front();
    if (!ok) *broken_ = true;
  }
  Advance();
}

void VerifyStream::OnCancel() {
  *broken_ = true;
  Advance();
}

void VerifyStream::OnDone() {
  {
    const std::lock_guard lock(server_mutex_);
    *broken_ = true;
  }
  const std::shared_ptr<VerifyStream> last = std::move(self_);
}

void VerifyStream::Advance() {
  bool finish = false;
  bool read = false;
  const v1::VerifyManyReply* write = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    const bool answered = read_all_ && waiting_ == 0 && replies_.empty();
    if (!reading_ && !writing_ && (*broken_ || answered)) {
      finished_ = finish = true;
    } else if (!*broken_) {
      if (!reading_ && !read_all_ && waiting_ + replies_.size() < kWindow) reading_ = read = true;
      if (!writing_ && !replies_.empty()) {
        writing_ = true;
        write = &replies_.front();
      }
    }
  }
  if (finish) {
    slot_->Release();
    Finish(*broken_ ? grpc::Status(grpc::StatusCode::CANCELLED, "the client has gone") : grpc::Status::OK);
    return;
  }
  if (read) StartRead(&request_);
  if (write != nullptr) StartWrite(write);
}

}  // namespace symbolon::api::internal
