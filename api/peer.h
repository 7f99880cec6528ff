#pragma once
// A node's connection to one other node. Never blocks the caller.

#include <absl/status/statusor.h>

#include <memory>

#include "api/client.h"
#include "consensus/message.h"

namespace symbolon::api {

struct PeerOptions {
  ClientOptions connection;  // address, server name, the peer's agency CA, this node's identity
  Digest network{};
  size_t max_queued_bytes = 64 << 20;  // past it messages are dropped, as on a bad link
  int forward_timeout_ms = 10000;
};

class Peer {
 public:
  static absl::StatusOr<std::unique_ptr<Peer>> Create(PeerOptions options);
  virtual ~Peer() = default;  // stops and waits for running calls

  // Queues a message; drops it when the queue is full or the link is down. Reconnects by itself with back-off
  // (from 50 ms to 1 s, jittered). Thread-safe.
  virtual void Send(const consensus::Message& message) = 0;
  virtual bool Reachable() const = 0;
  virtual void Forward(const Transaction& transaction, Done<Forwarded> done) = 0;
};

}  // namespace symbolon::api
