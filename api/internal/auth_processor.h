#pragma once
// The authorizer as gRPC's credentials ask it: for every call on the port, whatever service it names.

#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/server_context.h>

#include <string_view>

#include "api/authorizer.h"

namespace symbolon::api::internal {

// The certificate of the caller in PEM, as TLS verified it; empty when there is none. Points into `context`.
std::string_view CertificateOf(const grpc::AuthContext& context);

// `authorizer` must outlive the server whose credentials carry the processor.
class AuthProcessor final : public grpc::AuthMetadataProcessor {
 public:
  explicit AuthProcessor(const Authorizer* authorizer) : authorizer_(authorizer) {}

  // Looks a table up and waits for nothing, so gRPC may run it on its own threads.
  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context, OutputMetadata* consumed,
                       OutputMetadata* response) override;

 private:
  const Authorizer* authorizer_;
};

}  // namespace symbolon::api::internal
