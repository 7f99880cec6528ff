#include "tests/bench/grpc_channel.h"

#include <fmt/format.h>

namespace symbolon::bench {
namespace {

constexpr int kKeepaliveMs = 10'000;
constexpr int kMaxMessageBytes = 32 << 20;
constexpr auto kTimeout = std::chrono::seconds(60);

}  // namespace

std::shared_ptr<grpc::Channel> Dial(int port, const TlsFiles& tls) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = tls.authority;
  options.pem_private_key = tls.identity.private_key;
  options.pem_cert_chain = tls.identity.certificate_chain;
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride(kServerName);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveMs);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(fmt::format("127.0.0.1:{}", port), grpc::SslCredentials(options),
                                   arguments);
}

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + kTimeout);
}

absl::Status FromGrpc(const grpc::Status& status, const char* what) {
  if (status.ok()) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("{}: {}", what, status.error_message()));
}

}  // namespace symbolon::bench
