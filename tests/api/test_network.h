#pragma once
// One node's server on a free port of this machine, and certificates for everybody who might call it.

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <string>

#include "api/client.h"
#include "api/peer.h"
#include "api/server.h"
#include "tests/api/fake_backend.h"

namespace symbolon::api {

// Keys are made once for a process; they are the slow part.
struct TestCertificates {
  GeneratedAuthority thailand;
  GeneratedAuthority kenya;
  GeneratedAuthority stranger;
  GeneratedCertificate server;     // THA-NODE, node 1
  GeneratedCertificate peer;       // KEN-NODE, node 2
  GeneratedCertificate registrar;  // all of THA-DOPA
  GeneratedCertificate verifier;
  GeneratedCertificate auditor;
  GeneratedCertificate operating;
  GeneratedCertificate unregistered;  // of a member's CA, but not in the registry
  GeneratedCertificate stranger_client;

  static const TestCertificates& Get();
  const GeneratedCertificate& Of(Role role) const;
};

inline constexpr Role kAllRoles[] = {Role::kRegistrar, Role::kVerifier, Role::kAuditor, Role::kOperator,
                                     Role::kNode};
inline constexpr Digest kNetwork = {7, 7, 7};
inline constexpr uint64_t kServerNode = 1;
inline constexpr uint64_t kPeerNode = 2;

class TestNetwork {
 public:
  explicit TestNetwork(const std::function<void(ServerOptions&)>& adjust = {});
  ~TestNetwork() = default;

  FakeBackend& backend() { return backend_; }
  Server& server() { return *server_; }
  std::string address() const;

  ClientOptions Options(const GeneratedCertificate& certificate) const;
  std::unique_ptr<Client> ClientAs(Role role) const;
  std::unique_ptr<Peer> PeerAsKenya() const;
  // For calls below the level of Client.
  std::shared_ptr<grpc::Channel> Channel(const GeneratedCertificate& certificate) const;
  std::shared_ptr<grpc::Channel> ChannelWithoutCertificate() const;

 private:
  FakeBackend backend_;
  std::unique_ptr<Server> server_;
};

// Waits until it holds; fails the test (and returns false) when it does not for a very long time.
bool Eventually(const std::function<bool()>& condition);

}  // namespace symbolon::api
