#pragma once
// A node's connection to one other node. Never blocks the caller.

#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <vector>

#include "api/client.h"
#include "consensus/message.h"

namespace symbolon::api {

struct PeerOptions {
  ClientOptions connection;  // address, server name, the peer's agency CA, this node's identity
  Digest network{};
  size_t max_queued_bytes = 64 << 20;  // past it messages are dropped, as on a bad link
  int forward_timeout_ms = 10000;
  int fetch_timeout_ms = 60000;  // the largest entry over a poor link
  // The entries by which this node became a member (Backend::Introduce), for a node that lags behind and does
  // not let it in. Called from any thread; must be short. None: it waits until the other one knows it.
  std::function<std::vector<Bytes>()> introduction;
};

// Thread-safe. Must not be destroyed from within one of its own callbacks.
class Peer {
 public:
  static absl::StatusOr<std::unique_ptr<Peer>> Create(PeerOptions options);
  virtual ~Peer() = default;  // stops and waits for running calls; their Done gets UNAVAILABLE

  // Queues a message; drops it when the queue is full or the link is down. Reconnects by itself with back-off
  // (from 50 ms to 1 s, jittered).
  virtual void Send(const consensus::Message& message) = 0;
  // The other node has let this one in, and the link has not broken since.
  virtual bool Reachable() const = 0;
  // Why not, in words for an operator; OK when reachable, UNAVAILABLE before the first try has ended.
  virtual absl::Status LinkStatus() const = 0;
  // `done` is called once, from another thread or before this returns. UNAVAILABLE also when the answer got
  // lost: the transaction may or may not be in the ledger, and sending it again is safe. Other errors are the
  // leader's own.
  virtual void Forward(const Transaction& transaction, Done<Forwarded> done) = 0;
  // Applied entries of the other node (api/fetch_entries.h), for one that has lost its own. `done` as above.
  // How many there are and what is in them is to be checked: the bytes prove themselves, or are worth
  // nothing.
  virtual void FetchEntries(const std::vector<uint64_t>& indexes, Done<std::vector<LedgerEntry>> done) = 0;
  // The newest checkpoint that the other node shows, a signed note that is to be checked. `done` as above.
  virtual void FetchCheckpoint(Done<Bytes> done) = 0;
};

}  // namespace symbolon::api
