#include "api/internal/auth_processor.h"

#include "api/internal/status_conversion.h"

namespace symbolon::api::internal {

std::string_view CertificateOf(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> values = context.FindPropertyValues("x509_pem_cert");
  if (values.size() != 1) return {};
  return {values.front().data(), values.front().size()};
}

grpc::Status AuthProcessor::Process(const InputMetadata& metadata, grpc::AuthContext* context,
                                    OutputMetadata* /*consumed*/, OutputMetadata* /*response*/) {
  const auto path = metadata.find(":path");
  const std::string_view certificate = CertificateOf(*context);
  if (path == metadata.end() || certificate.empty()) {
    return {grpc::StatusCode::PERMISSION_DENIED, "a call without a method or a client certificate"};
  }
  const auto caller =
      authorizer_->Authorize(std::string_view(path->second.data(), path->second.size()), certificate);
  return ToGrpc(caller.status());
}

}  // namespace symbolon::api::internal
