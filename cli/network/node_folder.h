#pragma once
// The folder of one node: keys, certificate, configuration, an empty store, and the public half of it all,
// which is what stewards need to admit it.

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "api/tls.h"
#include "base/bytes.h"
#include "cli/network/layout.h"
#include "ledger/entries/governance.h"

namespace symbolon::cli {

struct NodePlan {
  std::string agency;
  uint64_t number = 0;
  std::string name;
  std::string address;  // host:port
  int64_t now_s = 0;
  int days = 0;           // of validity of its certificate
  bool founding = false;  // the genesis will name it; else its configuration must say what it is
};

// Everything but the store, which needs the network's id.
absl::StatusOr<ledger::Node> MakeNodeFolder(const Path& folder, const NodePlan& plan,
                                            const api::GeneratedAuthority& authority);

// The stamp of a node's store is made once, here: a node never makes an empty store by itself, since a lost
// disk would then come back as a node that has forgotten its votes.
absl::Status CreateStore(const Path& folder, const Digest& network, uint64_t node_number);

// A fresh key and certificate into `folder`, as tls.crt and tls.key; the digest of its key.
absl::StatusOr<Digest> IssueInto(const Path& folder, const api::GeneratedAuthority& authority,
                                 api::CertificateRequest request);

// request.json: what a new node's operator gives to the stewards. `node.kind` is not part of it.
absl::Status WriteNodeRequest(const Path& file, const ledger::AddNode& request);
absl::StatusOr<ledger::AddNode> ReadNodeRequest(const std::string& file);

}  // namespace symbolon::cli
