#include "api/internal/conversion.h"
#include "api/internal/pending_call.h"
#include "api/internal/runtime.h"
#include "proto/node.grpc.pb.h"

namespace symbolon::api::internal {
namespace {

class NodeService final : public v1::NodeAdmin::CallbackService {
 public:
  explicit NodeService(Runtime* runtime) : runtime_(runtime) {}

  grpc::ServerUnaryReactor* GetNodeStatus(grpc::CallbackServerContext* context,
                                          const v1::GetNodeStatusRequest*,
                                          v1::GetNodeStatusReply* reply) override {
    Write(runtime_->backend->State(), reply);
    return Answer(context, grpc::Status::OK);
  }

 private:
  Runtime* runtime_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeNodeService(Runtime* runtime) {
  return std::make_unique<NodeService>(runtime);
}

}  // namespace symbolon::api::internal
