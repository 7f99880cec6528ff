#pragma once
// What a node is made of and with: its configuration, and what a test or a simulator may bring instead of the
// machine's.

#include <absl/status/statusor.h>

#include <functional>
#include <memory>

#include "api/backend.h"
#include "api/peer.h"
#include "api/server.h"
#include "consensus/options.h"
#include "node/config.h"
#include "node/log.h"
#include "node/runtime.h"
#include "storage/disk.h"
#include "storage/store.h"

namespace symbolon::node {

struct NodeOptions {
  Config config;
  // Creates the data folder of a node that has never run. Without it, a missing store is an error: a node
  // that lost its disk has lost its promises, and must come back under a new identity.
  bool create_store = false;
  std::shared_ptr<Logger> log;  // required
  // Called once, from any thread, when the node cannot go on (a write failed, the log contradicts itself);
  // the reason is logged already. The program should end at once, without another promise: see
  // docs/operating.md.
  std::function<void(const absl::Status&)> on_fatal;
  // Clocks, randomness, threads and disk: the machine's, unless a simulator brings its own. Must outlive the
  // node.
  storage::OnDamage on_damage = storage::OnDamage::kRecover;
  Runtime* runtime = &SystemRuntime();
  storage::Disk* disk = storage::OperatingSystemDisk();
  // The last word on how consensus is tuned, for tests and traces; null: as the configuration says.
  std::function<void(consensus::Options&)> tune_consensus = {};
  // How nodes and clients reach each other: gRPC, unless a test brings its own.
  std::function<absl::StatusOr<std::unique_ptr<api::Peer>>(api::PeerOptions)> make_peer = api::Peer::Create;
  std::function<absl::StatusOr<std::unique_ptr<api::Server>>(api::ServerOptions, api::Backend*)> make_server =
      api::Server::Start;
};

}  // namespace symbolon::node
