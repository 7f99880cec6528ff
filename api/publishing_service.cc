#include <fmt/format.h>

#include "api/internal/submitting.h"
#include "proto/publishing.grpc.pb.h"

namespace symbolon::api::internal {
namespace {

class PublishingService final : public v1::Publishing::CallbackService {
 public:
  explicit PublishingService(Runtime* runtime) : runtime_(runtime) {}

  grpc::ServerUnaryReactor* SubmitBatch(grpc::CallbackServerContext* context,
                                        const v1::SubmitBatchRequest* request,
                                        v1::SubmitReply* reply) override {
    return StartSubmission(runtime_, context, request, reply);
  }

  grpc::ServerUnaryReactor* NextSequence(grpc::CallbackServerContext* context,
                                         const v1::NextSequenceRequest* request,
                                         v1::NextSequenceReply* reply) override {
    return Answer(context, ToGrpc(NextSequence(*context, *request, reply)));
  }

 private:
  absl::Status NextSequence(const grpc::CallbackServerContext& context,
                            const v1::NextSequenceRequest& request, v1::NextSequenceReply* reply) {
    if (request.issuer().empty() || request.issuer().size() > kMaxIssuerLength) {
      return absl::InvalidArgumentError(
          fmt::format("issuer: an agency id has 1 to {} characters", kMaxIssuerLength));
    }
    if (request.key_id() == 0) return absl::InvalidArgumentError("key_id: batch keys are numbered from 1");
    const auto caller = runtime_->CallerOf(context);
    if (!caller.ok()) return caller.status();
    const auto next = runtime_->backend->NextSequence(*caller, request.issuer(), request.key_id());
    if (next.ok()) reply->set_next_sequence(*next);
    return next.status();
  }

  Runtime* runtime_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakePublishingService(Runtime* runtime) {
  return std::make_unique<PublishingService>(runtime);
}

}  // namespace symbolon::api::internal
