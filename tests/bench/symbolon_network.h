#pragma once
// Three symbolond processes, made as `symbolon network init` and `up` make them: one agency and one voter
// each, mutual TLS, default configuration, data on the benchmark's file system.

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "api/client.h"
#include "base/ed25519.h"
#include "cli/network/layout.h"
#include "ledger/trust.h"

namespace symbolon::bench {

// A key that signs batches. A key's transactions are numbered one by one, so that clients that do not wait
// for each other need a key each.
struct Issuer {
  std::string agency;
  uint32_t key_id = 0;
  std::unique_ptr<SigningKey> key;
  uint64_t next_sequence = 1;
};

class SymbolonNetwork {
 public:
  // Makes the network in the (new) folder, with `issuers` keys spread evenly over the agencies, and waits for
  // a leader.
  static absl::StatusOr<std::unique_ptr<SymbolonNetwork>> Start(const cli::Path& folder, int issuers);
  // Ends the nodes and removes the folder.
  ~SymbolonNetwork();

  // SIGTERM to all nodes, also those added since, so that they flush. They do not come back.
  absl::Status Stop();

  const cli::Path& folder() const { return folder_; }
  const std::vector<std::string>& agencies() const { return agencies_; }
  const ledger::Trust& trust() const { return *trust_; }
  std::vector<Issuer>& issuers() { return issuers_; }

  // A connection of its own from a client of the agency, in that role, to the agency's own node.
  absl::StatusOr<std::unique_ptr<api::Client>> Connect(const std::string& agency,
                                                       const std::string& role) const;
  absl::StatusOr<std::string> Leader() const;  // the agency whose node leads; waits for one
  // Until every node has applied what the leader has now.
  absl::Status AwaitCaughtUp() const;
  absl::StatusOr<pid_t> Pid(const std::string& agency) const;
  absl::StatusOr<std::vector<pid_t>> Pids() const;
  std::string DataFolder(const std::string& agency) const { return cli::NodeData(folder_, agency).string(); }

 private:
  explicit SymbolonNetwork(cli::Path folder) : folder_(std::move(folder)) {}
  absl::Status Create(int issuers);
  absl::Status AddIssuers(int issuers);

  const cli::Path folder_;
  std::vector<std::string> agencies_;
  std::vector<Issuer> issuers_;
  std::unique_ptr<ledger::Trust> trust_;
};

}  // namespace symbolon::bench
