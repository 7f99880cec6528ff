#include "tests/bench/echo.h"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/status_macros.h"
#include "cli/network/process.h"
#include "echo.grpc.pb.h"
#include "tests/bench/grpc_channel.h"
#include "tests/bench/load.h"
#include "tests/bench/ports.h"

namespace symbolon::bench {
namespace {

constexpr auto kReadyTimeout = std::chrono::seconds(20);
constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr int kStopGraceMs = 5000;

// A payload that makes the whole message as long as asked for.
template <typename Message>
std::string PayloadFor(size_t bytes) {
  Message message;
  while (message.ByteSizeLong() < bytes) message.mutable_payload()->push_back('x');
  return message.payload();
}

class EchoService final : public Echo::CallbackService {
 public:
  explicit EchoService(size_t reply_bytes) : payload_(PayloadFor<EchoReply>(reply_bytes)) {}

  grpc::ServerUnaryReactor* Call(grpc::CallbackServerContext* context, const EchoRequest*,
                                 EchoReply* reply) override {
    reply->set_payload(payload_);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const std::string payload_;
};

}  // namespace

struct EchoClient::Impl {
  std::unique_ptr<Echo::Stub> stub;
  EchoRequest request;
};

EchoClient::EchoClient(int port, const TlsFiles& tls, size_t request_bytes)
    : impl_(std::make_unique<Impl>()) {
  impl_->stub = Echo::NewStub(Dial(port, tls));
  impl_->request.set_payload(PayloadFor<EchoRequest>(request_bytes));
}

EchoClient::~EchoClient() = default;

absl::Status EchoClient::Call() {
  grpc::ClientContext context;
  SetDeadline(context);
  EchoReply reply;
  return FromGrpc(impl_->stub->Call(&context, impl_->request, &reply), "echo");
}

absl::StatusOr<std::unique_ptr<EchoProcess>> EchoProcess::Start(const std::string& folder,
                                                                size_t reply_bytes) {
  auto process = std::make_unique<EchoProcess>();
  ASSIGN_OR_RETURN(process->tls_, MakeTlsFiles(folder));
  const std::vector<int> ports = FreePorts(1);
  if (ports.empty()) return absl::ResourceExhaustedError("no free ports");
  process->port_ = ports[0];
  ASSIGN_OR_RETURN(const cli::Path self, cli::Sibling("symbolon-bench"));
  ASSIGN_OR_RETURN(process->pid_,
                   cli::SpawnDetached({self.string(), "--echo-server", fmt::format("{}", process->port_),
                                       folder, fmt::format("{}", reply_bytes)},
                                      folder + "/echo.log"));
  EchoClient client(process->port_, process->tls_, 1);
  const auto deadline = std::chrono::steady_clock::now() + kReadyTimeout;
  for (absl::Status status = client.Call(); !status.ok(); status = client.Call()) {
    if (Interrupted() || std::chrono::steady_clock::now() > deadline) return status;
    std::this_thread::sleep_for(kPoll);
  }
  return process;
}

EchoProcess::~EchoProcess() {
  if (pid_ != 0) cli::EndProcess(pid_, kStopGraceMs).IgnoreError();
}

int ServeEcho(int port, const std::string& folder, size_t reply_bytes) {
  // Before any thread: all inherit the mask, and this one alone waits for the signal.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto tls = ReadTlsFiles(folder);
  if (!tls.ok()) return 2;
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = tls->authority;
  options.pem_key_cert_pairs.push_back({tls->identity.private_key, tls->identity.certificate_chain});
  EchoService service(reply_bytes);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(fmt::format("127.0.0.1:{}", port), grpc::SslServerCredentials(options));
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}

}  // namespace symbolon::bench
