#include "api/internal/submitting.h"
#include "proto/governance.grpc.pb.h"

namespace symbolon::api::internal {
namespace {

class GovernanceService final : public v1::Governance::CallbackService {
 public:
  explicit GovernanceService(Runtime* runtime) : runtime_(runtime) {}

  grpc::ServerUnaryReactor* SubmitDecision(grpc::CallbackServerContext* context,
                                           const v1::SubmitDecisionRequest* request,
                                           v1::SubmitReply* reply) override {
    return StartSubmission(runtime_, context, request, reply);
  }

  grpc::ServerUnaryReactor* GetMembership(grpc::CallbackServerContext* context,
                                          const v1::GetMembershipRequest* request,
                                          v1::GetMembershipReply* reply) override {
    auto membership = runtime_->backend->Membership(request->after_index());
    if (membership.ok()) Write(*std::move(membership), reply);
    return Answer(context, ToGrpc(membership.status()));
  }

 private:
  Runtime* runtime_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGovernanceService(Runtime* runtime) {
  return std::make_unique<GovernanceService>(runtime);
}

}  // namespace symbolon::api::internal
