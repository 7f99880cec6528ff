#include "tests/api/test_network.h"

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "api/internal/connection.h"

namespace symbolon::api {
namespace {

int64_t Now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

GeneratedCertificate Issue(const GeneratedAuthority& authority, const std::string& name, bool node = false) {
  CertificateRequest request;
  request.common_name = name;
  request.client = true;
  request.server = node;
  if (node) request.dns_names = {ServerName(name)};
  request.now_s = Now();
  return IssueCertificate(authority, request).value();
}

}  // namespace

const TestCertificates& TestCertificates::Get() {
  static const TestCertificates& made = *new TestCertificates([] {
    TestCertificates c;
    c.thailand = CreateAuthority("THA-DOPA", Now(), 30).value();
    c.kenya = CreateAuthority("KEN-CRS", Now(), 30).value();
    c.stranger = CreateAuthority("XXX-STRANGER", Now(), 30).value();
    c.server = Issue(c.thailand, "THA-NODE", true);
    c.peer = Issue(c.kenya, "KEN-NODE", true);
    c.registrar = Issue(c.thailand, "registrar");
    c.verifier = Issue(c.thailand, "verifier");
    c.auditor = Issue(c.thailand, "auditor");
    c.operating = Issue(c.thailand, "operator");
    c.unregistered = Issue(c.thailand, "unregistered");
    c.stranger_client = Issue(c.stranger, "stranger");
    return c;
  }());
  return made;
}

const GeneratedCertificate& TestCertificates::Of(Role role) const {
  switch (role) {
    case Role::kUnregistered:
      return unregistered;
    case Role::kRegistrar:
      return registrar;
    case Role::kVerifier:
      return verifier;
    case Role::kAuditor:
      return auditor;
    case Role::kOperator:
      return operating;
    case Role::kNode:
      return peer;
  }
  return stranger_client;
}

TestNetwork::TestNetwork(const std::function<void(ServerOptions&)>& adjust) {
  const TestCertificates& certificates = TestCertificates::Get();
  for (const Role role : kAllRoles) {
    const bool node = role == Role::kNode;
    backend_.Register(certificates.Of(role).spki_digest,
                      {node ? "KEN-CRS" : "THA-DOPA", role, node ? kPeerNode : 0});
  }
  ServerOptions options;
  options.listen_address = "127.0.0.1:0";
  options.identity = certificates.server.identity;
  options.trusted_authorities = certificates.thailand.certificate + certificates.kenya.certificate;
  options.network = kNetwork;
  options.node_number = kServerNode;
  if (adjust) adjust(options);
  server_ = Server::Start(std::move(options), &backend_).value();
}

std::string TestNetwork::address() const {
  return fmt::format("127.0.0.1:{}", server_->port());
}

ClientOptions TestNetwork::Options(const GeneratedCertificate& certificate) const {
  ClientOptions options;
  options.address = address();
  options.server_name = ServerName("THA-NODE");
  options.trusted_authority = TestCertificates::Get().thailand.certificate;
  options.identity = certificate.identity;
  return options;
}

std::unique_ptr<Client> TestNetwork::ClientAs(Role role) const {
  return Client::Create(Options(TestCertificates::Get().Of(role))).value();
}

std::unique_ptr<Peer> TestNetwork::PeerAsKenya() const {
  PeerOptions options;
  options.connection = Options(TestCertificates::Get().peer);
  options.network = kNetwork;
  return Peer::Create(std::move(options)).value();
}

std::shared_ptr<grpc::Channel> TestNetwork::Channel(const GeneratedCertificate& certificate) const {
  return internal::Connect(Options(certificate), grpc::ChannelArguments()).value();
}

std::shared_ptr<grpc::Channel> TestNetwork::ChannelWithoutCertificate() const {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = TestCertificates::Get().thailand.certificate;
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride(ServerName("THA-NODE"));
  return grpc::CreateCustomChannel(address(), grpc::SslCredentials(tls), arguments);
}

bool Eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) {
      ADD_FAILURE() << "the condition never became true";
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

}  // namespace symbolon::api
