#pragma once
// Nodes and clients of one process without gRPC: for thread sanitizers, which see nothing of what happens
// inside a library that was built without them, and for tests that break links.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <utility>

#include "api/client.h"
#include "api/peer.h"
#include "api/server.h"

namespace symbolon::test {

// Thread-safe. Must outlive everything made from it.
class LocalTransport {
 public:
  // What listens at an address.
  struct Endpoint {
    std::shared_mutex mutex;          // shared while somebody calls
    api::Backend* backend = nullptr;  // null when nothing listens; guarded by mutex
  };

  std::unique_ptr<api::Peer> MakePeer(const api::PeerOptions& options);
  std::unique_ptr<api::Server> MakeServer(const api::ServerOptions& options, api::Backend* backend);
  // Whoever asks is `caller`: nothing is authorised here.
  std::unique_ptr<api::Client> MakeClient(const std::string& address, api::Caller caller);

  std::shared_ptr<Endpoint> At(const std::string& address);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Endpoint>> endpoints_;  // guarded by mutex_
};

}  // namespace symbolon::test
