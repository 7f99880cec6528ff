#include "api/server.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <chrono>
#include <mutex>
#include <vector>

#include "api/internal/auth_processor.h"
#include "api/internal/openssl.h"
#include "api/internal/process.h"
#include "api/internal/runtime.h"
#include "base/status_macros.h"

namespace symbolon::api {
namespace {

// A connection whose other end is gone is noticed within these two times.
constexpr int kKeepaliveTimeMs = 20'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
// Peers ping every second; who pings much more often is cut off.
constexpr int kMinPingIntervalMs = 500;
// Threads for the only service of gRPC's that blocks one (reflection).
constexpr int kMaxBlockingThreads = 8;

absl::Status CheckOptions(const ServerOptions& options) {
  RETURN_IF_ERROR(Annotate(CheckKeyBelongsTo(options.identity), "the node's TLS certificate and key"));
  auto authority = internal::ReadCertificate(options.trusted_authorities);
  RETURN_IF_ERROR(Annotate(authority.status(), "the members' certification authorities"));
  const int limits[] = {options.max_message_bytes,         options.max_streams_per_connection,
                        options.max_submissions_in_flight, options.max_fresh_waits_in_flight,
                        options.max_ledger_streams,        options.max_verify_streams};
  for (const int limit : limits) {
    if (limit < 1) return absl::InvalidArgumentError("every limit of a server must be at least 1");
  }
  if (options.memory_quota_bytes < static_cast<size_t>(options.max_message_bytes)) {
    return absl::InvalidArgumentError(
        "memory_quota_bytes must hold at least one message of max_message_bytes");
  }
  return absl::OkStatus();
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const ServerOptions& options,
                                                     const Authorizer* authorizer) {
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  tls.pem_root_certs = options.trusted_authorities;
  tls.pem_key_cert_pairs.push_back({options.identity.private_key, options.identity.certificate_chain});
  auto credentials = grpc::SslServerCredentials(tls);
  credentials->SetAuthMetadataProcessor(std::make_shared<internal::AuthProcessor>(authorizer));
  return credentials;
}

void SetLimits(const ServerOptions& options, grpc::ServerBuilder* builder) {
  grpc::ResourceQuota quota("symbolon");
  quota.Resize(options.memory_quota_bytes);
  quota.SetMaxThreads(kMaxBlockingThreads);
  builder->SetResourceQuota(quota);
  builder->SetMaxReceiveMessageSize(options.max_message_bytes);
  builder->SetMaxSendMessageSize(options.max_message_bytes);
  builder->SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_streams_per_connection);
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMs);
}

class GrpcServer final : public Server {
 public:
  GrpcServer(const ServerOptions& options, Backend* backend) : runtime_(options, backend) {
    services_.push_back(internal::MakePublishingService(&runtime_));
    services_.push_back(internal::MakeStatusService(&runtime_));
    services_.push_back(internal::MakeVerificationService(&runtime_));
    services_.push_back(internal::MakeLedgerService(&runtime_));
    services_.push_back(internal::MakeNodeService(&runtime_));
    services_.push_back(internal::MakeGovernanceService(&runtime_));
    services_.push_back(internal::MakeConsensusService(&runtime_));
  }

  ~GrpcServer() override { Shutdown(0); }

  absl::Status Listen() {
    grpc::ServerBuilder builder;
    SetLimits(runtime_.options, &builder);
    for (const auto& service : services_) builder.RegisterService(service.get());
    builder.AddListeningPort(runtime_.options.listen_address,
                             Credentials(runtime_.options, &runtime_.authorizer), &port_);
    server_ = builder.BuildAndStart();
    if (!server_ || port_ == 0) {
      return absl::UnavailableError(fmt::format(
          "cannot listen on {}: is another process using the port, is the address one of this machine's, "
          "and is the form host:port?",
          runtime_.options.listen_address));
    }
    SetServing(true);
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  InFlight in_flight() const override {
    return {runtime_.submissions.taken(), runtime_.fresh_waits.taken(), runtime_.ledger_streams.taken(),
            runtime_.verify_streams.taken()};
  }

  void SetServing(bool serving) override {
    if (auto* health = server_->GetHealthCheckService()) health->SetServingStatus(serving);
  }

  void Shutdown(int grace_ms) override {
    const std::lock_guard lock(shutdown_mutex_);
    if (!server_ || stopped_) return;
    stopped_ = true;
    SetServing(false);
    runtime_.consensus_streams.CancelAll();
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(grace_ms));
  }

 private:
  internal::Runtime runtime_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::mutex shutdown_mutex_;
  bool stopped_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, Backend* backend) {
  RETURN_IF_ERROR(CheckOptions(options));
  internal::SetUpProcess();
  auto server = std::make_unique<GrpcServer>(options, backend);
  RETURN_IF_ERROR(server->Listen());
  return server;
}

}  // namespace symbolon::api
