#include "api/internal/verify_many.h"

#include <thread>

#include "api/internal/connection.h"
#include "api/internal/conversion.h"
#include "api/internal/stall_guard.h"
#include "api/internal/status_conversion.h"

namespace symbolon::api::internal {
namespace {

using Stream = grpc::ClientReaderWriter<v1::VerifyManyRequest, v1::VerifyManyReply>;

// The server stops reading when its answers are not taken, so writing needs a thread of its own.
void WriteRequests(Stream* stream, const std::vector<uint64_t>& numbers, const Freshness& freshness,
                   StallGuard* guard) {
  v1::VerifyManyRequest request;
  Write(freshness, request.mutable_request()->mutable_freshness());
  for (size_t i = 0; i < numbers.size(); ++i) {
    request.set_id(i);
    request.mutable_request()->set_attestation_number(numbers[i]);
    if (!stream->Write(request)) return;  // broken: Finish has the reason
    guard->Touch();
  }
  stream->WritesDone();
}

// DATA_LOSS when the answer belongs to nothing that is still open.
absl::Status TakeReply(v1::VerifyManyReply&& reply, std::vector<bool>* answered,
                       const std::function<void(size_t, absl::StatusOr<Verified>)>& on_reply) {
  const uint64_t id = reply.id();
  if (id >= answered->size() || (*answered)[id]) {
    return absl::DataLossError("the node answered a question that was not asked, or answered one twice");
  }
  (*answered)[id] = true;
  const absl::Status error = FromCode(reply.error_code(), reply.error_message());
  if (error.ok()) {
    on_reply(id, Read(std::move(*reply.mutable_reply())));
  } else {
    on_reply(id, error);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status VerifyMany(v1::Verification::Stub* stub, const ClientOptions& options,
                        const std::vector<uint64_t>& numbers, Freshness freshness,
                        const std::function<void(size_t, absl::StatusOr<Verified>)>& on_reply) {
  grpc::ClientContext context;
  std::vector<bool> answered(numbers.size());
  size_t open = numbers.size();
  absl::Status result;
  grpc::Status status;
  bool stalled = false;
  {
    const auto stream = stub->VerifyMany(&context);
    StallGuard guard(&context, options.timeout_ms);
    std::thread writer([&] { WriteRequests(stream.get(), numbers, freshness, &guard); });
    v1::VerifyManyReply reply;
    while (result.ok() && stream->Read(&reply)) {
      result = TakeReply(std::move(reply), &answered, on_reply);
      if (result.ok()) --open;
      guard.Touch();
    }
    if (!result.ok()) context.TryCancel();
    writer.join();
    status = stream->Finish();
    stalled = guard.Stalled();
  }
  if (!result.ok()) return result;
  if (stalled) status = {grpc::StatusCode::DEADLINE_EXCEEDED, ""};
  if (!status.ok()) return Explain(status, options);
  if (open != 0) return absl::DataLossError("the node ended the stream with questions unanswered");
  return absl::OkStatus();
}

}  // namespace symbolon::api::internal
