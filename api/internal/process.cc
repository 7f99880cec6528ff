#include "api/internal/process.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include <cstdlib>

#include "api/internal/monotonic_waits.h"
#include "api/internal/status_conversion.h"
#include "api/library_log.h"

namespace symbolon::api {
namespace {

// Never freed: gRPC's threads may log until the process ends.
std::function<void(const std::string&)>& Log() {
  static auto& log = *new std::function<void(const std::string&)>();
  return log;
}

void Forward(gpr_log_func_args* args) {
  if (args->severity == GPR_LOG_SEVERITY_ERROR && Log()) Log()(internal::BoundedMessage(args->message));
}

}  // namespace

void SetLibraryLog(std::function<void(const std::string& line)> log) {
  Log() = std::move(log);
}

namespace internal {

void SetUpProcess() {
  static const bool done = [] {
    UseMonotonicWaits();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    // It would write a line for every broken message that somebody sends; the sender is told, and that is
    // enough.
    google::protobuf::SetLogHandler(nullptr);
    // Who sets gRPC's own variables wants to see everything, as gRPC prints it.
    if (std::getenv("GRPC_VERBOSITY") == nullptr && std::getenv("GRPC_TRACE") == nullptr) {
      gpr_set_log_function(Forward);
    }
    return true;
  }();
  (void)done;
}

}  // namespace internal
}  // namespace symbolon::api
