#include "api/internal/conversion.h"
#include "api/internal/pending_call.h"
#include "api/internal/runtime.h"
#include "api/internal/status_conversion.h"
#include "api/internal/verify_stream.h"
#include "proto/verification.grpc.pb.h"

namespace symbolon::api::internal {
namespace {

class RefusedStream final : public grpc::ServerBidiReactor<v1::VerifyManyRequest, v1::VerifyManyReply> {
 public:
  explicit RefusedStream(grpc::Status status) { Finish(std::move(status)); }
  void OnDone() override { delete this; }
};

class VerificationService final : public v1::Verification::CallbackService {
 public:
  explicit VerificationService(Runtime* runtime) : runtime_(runtime) {}

  grpc::ServerUnaryReactor* Verify(grpc::CallbackServerContext* context, const v1::VerifyRequest* request,
                                   v1::VerifyReply* reply) override {
    const auto freshness = Read(request->freshness());
    if (!freshness.ok()) return Answer(context, ToGrpc(freshness.status()));
    const uint64_t number = request->attestation_number();
    if (freshness->mode == Freshness::Mode::kAny) return Answer(context, VerifyNow(number, reply));
    const auto call = PendingCall::Start();
    WhenFresh(*runtime_, *freshness, call->abandoned(),
              [this, call, number, reply](const absl::Status& fresh) {
                call->End([&] { return fresh.ok() ? VerifyNow(number, reply) : ToGrpc(fresh); });
              });
    return call.get();
  }

  grpc::ServerBidiReactor<v1::VerifyManyRequest, v1::VerifyManyReply>* VerifyMany(
      grpc::CallbackServerContext*) override {
    auto slot = runtime_->verify_streams.Take();
    if (!slot.ok()) return new RefusedStream(ToGrpc(slot.status()));
    return VerifyStream::Start(runtime_, *std::move(slot));
  }

 private:
  grpc::Status VerifyNow(uint64_t number, v1::VerifyReply* reply) {
    auto verified = runtime_->backend->Verify(number);
    if (verified.ok()) Write(*std::move(verified), reply);
    return ToGrpc(verified.status());
  }

  Runtime* runtime_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeVerificationService(Runtime* runtime) {
  return std::make_unique<VerificationService>(runtime);
}

}  // namespace symbolon::api::internal
