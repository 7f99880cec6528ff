#include "api/internal/connection.h"

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "api/internal/openssl.h"
#include "api/internal/process.h"
#include "api/internal/status_conversion.h"
#include "base/status_macros.h"

namespace symbolon::api::internal {
namespace {

constexpr int kMaxMessageBytes = 32 << 20;  // past what a server sends by default

bool Mentions(const std::string& message, std::initializer_list<const char*> words) {
  for (const char* word : words) {
    if (message.find(word) != std::string::npos) return true;
  }
  return false;
}

// gRPC tells a refused certificate from an unreachable address by nothing but its message.
std::string Unreachable(const std::string& message, const ClientOptions& options) {
  const std::string& address = options.address;
  if (Mentions(message, {"CERTIFICATE_VERIFY_FAILED", "Peer name", "certificate verify failed"})) {
    return fmt::format(
        "{} shows a certificate that this side does not trust as {}: check that the address is that node's "
        "and that "
        "the profile names the CA of the node's agency",
        address, options.server_name);
  }
  if (Mentions(message, {"Connection refused", "No route to host", "Network is unreachable",
                         "DNS resolution failed", "Domain name not found", "Connection timed out"})) {
    return fmt::format(
        "cannot reach the node at {}: check the address, that symbolond runs there and that no "
        "firewall is between",
        address);
  }
  if (Mentions(message,
               {"Ssl handshake failed", "SSL_ERROR", "handshake", "Socket closed", "Connection reset"})) {
    return fmt::format(
        "{} ended the connection: it stopped, or it does not accept this side's certificate; check that "
        "the certificate is of a member agency's CA and has not expired",
        address);
  }
  return fmt::format("the node at {} is not available", address);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const ClientOptions& options,
                                                       grpc::ChannelArguments arguments) {
  if (options.address.empty())
    return absl::InvalidArgumentError("the address of the node (host:port) is missing");
  if (options.server_name.empty()) return absl::InvalidArgumentError("the name of the node is missing");
  if (options.timeout_ms < 1) return absl::InvalidArgumentError("the timeout must be at least 1 ms");
  RETURN_IF_ERROR(Annotate(CheckKeyBelongsTo(options.identity), "this side's TLS certificate and key"));
  RETURN_IF_ERROR(
      Annotate(ReadCertificate(options.trusted_authority).status(), "the CA of the node's agency"));
  SetUpProcess();
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = options.trusted_authority;
  tls.pem_private_key = options.identity.private_key;
  tls.pem_cert_chain = options.identity.certificate_chain;
  arguments.SetSslTargetNameOverride(options.server_name);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  // A node's address is meant as it stands; proxies of the environment are for web traffic.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Connections are not shared with other clients of this process, which may carry another certificate.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(options.address, grpc::SslCredentials(tls), arguments);
}

absl::Status Explain(const grpc::Status& status, const ClientOptions& options) {
  const absl::Status plain = FromGrpc(status);
  const std::string message(plain.message().data(), plain.message().size());
  switch (plain.code()) {
    case absl::StatusCode::kOk:
      return plain;
    case absl::StatusCode::kUnavailable:
      return absl::UnavailableError(
          fmt::format("{} ({})", Unreachable(status.error_message(), options), message));
    case absl::StatusCode::kDeadlineExceeded:
      return absl::DeadlineExceededError(fmt::format(
          "the node at {} did not answer within {} ms; whether it did what was asked is not known: ask "
          "again with the same bytes",
          options.address, options.timeout_ms));
    case absl::StatusCode::kCancelled:  // this side cancels only what it does not want to know any more
      return absl::UnavailableError(fmt::format(
          "the node at {} gave up the call, as when it stops; whether it did what was asked is not known: "
          "ask again with the same bytes ({})",
          options.address, message));
    default:
      return Annotate(plain, options.address);
  }
}

}  // namespace symbolon::api::internal
