#pragma once
// A whole node: everything that symbolond is, in one object.

#include <absl/status/statusor.h>

#include <memory>

#include "api/backend.h"
#include "node/node_options.h"

namespace symbolon::node {

// Thread-safe but for destruction.
class Node {
 public:
  // Checks the store, restores the state, joins the others and begins to serve. Every error says what to do.
  // IsRepairNeeded: a Repairer has work first (node/repairer.h).
  static absl::StatusOr<std::unique_ptr<Node>> Start(NodeOptions options);

  // Ends at once, as after a crash: what is not durable is lost, as it was promised to nobody.
  virtual ~Node() = default;

  // Takes no more calls, hands leadership over, answers what is under way (each for at most the configured
  // grace), flushes and closes. Idempotent.
  virtual absl::Status Stop() = 0;

  virtual int port() const = 0;
  // What the node offers to clients and other nodes, for use within the process.
  virtual api::Backend& backend() = 0;
};

}  // namespace symbolon::node
