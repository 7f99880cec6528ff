#include <fmt/format.h>

#include "api/internal/submitting.h"
#include "proto/status.grpc.pb.h"

namespace symbolon::api::internal {
namespace {

class StatusService final : public v1::StatusRegister::CallbackService {
 public:
  explicit StatusService(Runtime* runtime) : runtime_(runtime) {}

  grpc::ServerUnaryReactor* SubmitStatus(grpc::CallbackServerContext* context,
                                         const v1::SubmitStatusRequest* request,
                                         v1::SubmitReply* reply) override {
    return StartSubmission(runtime_, context, request, reply);
  }

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusReply* reply) override {
    if (request->attestation_numbers_size() > kMaxStatusNumbers) {
      return Answer(context, {grpc::StatusCode::INVALID_ARGUMENT,
                              fmt::format("at most {} attestation numbers in one call", kMaxStatusNumbers)});
    }
    const auto freshness = Read(request->freshness());
    if (!freshness.ok()) return Answer(context, ToGrpc(freshness.status()));
    const auto call = PendingCall::Start();
    WhenFresh(*runtime_, *freshness, call->abandoned(),
              [this, call, request, reply](const absl::Status& fresh) {
                call->End([&] {
                  if (fresh.ok()) Fill(*request, reply);
                  return ToGrpc(fresh);
                });
              });
    return call.get();
  }

 private:
  void Fill(const v1::GetStatusRequest& request, v1::GetStatusReply* reply) {
    AsOf as_of;
    const std::vector<uint64_t> numbers(request.attestation_numbers().begin(),
                                        request.attestation_numbers().end());
    for (const AttestationStatus status : runtime_->backend->Statuses(numbers, &as_of)) {
      reply->add_statuses(static_cast<v1::AttestationStatus>(status));
    }
    Write(as_of, reply->mutable_as_of());
  }

  Runtime* runtime_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeStatusService(Runtime* runtime) {
  return std::make_unique<StatusService>(runtime);
}

}  // namespace symbolon::api::internal
