#pragma once
// The folder of a network (`symbolon network init`), as the history client needs it: who there is, and
// connections from anybody to any node.

#include <absl/status/statusor.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/client.h"
#include "base/ed25519.h"
#include "cli/network/layout.h"
#include "ledger/trust.h"

namespace symbolon::history {

// Immutable, thread-safe.
class Network {
 public:
  static absl::StatusOr<Network> Open(const cli::Path& folder);

  const ledger::Trust& trust() const { return *trust_; }
  // Those that have a node, in the order of the registry.
  const std::vector<std::string>& agencies() const { return agencies_; }
  // The name of the agency's node.
  const std::string& NodeName(const std::string& agency) const { return nodes_.at(agency).name; }
  uint16_t RecordTypeOf(const std::string& agency) const { return nodes_.at(agency).record_type; }

  // A client of `agency` in `role`, connected to the node of `node_agency`. A call lasts `timeout_ms` at
  // most.
  absl::StatusOr<std::unique_ptr<api::Client>> Connect(const std::string& agency, const std::string& role,
                                                       const std::string& node_agency, int timeout_ms) const;
  struct IssuerKey {
    uint32_t id = 0;
    SigningKey key;
  };
  absl::StatusOr<IssuerKey> LoadKey(const std::string& agency) const;

 private:
  struct NodeOf {
    std::string name;
    std::string address;
    uint16_t record_type = 0;  // the first that the agency may issue
  };
  cli::Path folder_;
  std::unique_ptr<ledger::Trust> trust_;
  std::vector<std::string> agencies_;
  std::map<std::string, NodeOf> nodes_;
};

// One thread's connections to every node. gRPC waits ever longer before it restores a broken connection,
// which is not what is to be measured here: a connection that failed is dropped, and the next call makes a
// new one.
class Connections {
 public:
  Connections(const Network* network, std::string agency, std::string role, int timeout_ms)
      : network_(network), agency_(std::move(agency)), role_(std::move(role)), timeout_ms_(timeout_ms) {}

  absl::StatusOr<api::Client*> To(const std::string& node_agency);
  // Looks at what a call came to.
  void Note(const std::string& node_agency, const absl::Status& status);

 private:
  const Network* const network_;
  const std::string agency_;
  const std::string role_;
  const int timeout_ms_;
  std::map<std::string, std::unique_ptr<api::Client>> open_;
};

}  // namespace symbolon::history
