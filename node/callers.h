#pragma once
// Who holds a certificate's key: by the registry as applied, and, for nodes of which this one has not heard
// yet as it lags behind, by the decisions that they show.

#include <absl/status/status.h>

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "api/roles.h"
#include "base/bytes.h"
#include "node/membership_view.h"

namespace symbolon::node {

// Thread-safe.
class Callers {
 public:
  // A removed node is let in as a node: it must be able to hear that it is removed. Raft counts it for
  // nothing, and NodeParts::Deliver lets it say nothing that a leader says.
  std::optional<api::Caller> Find(const MembershipView& view, const Digest& spki) const;

  // `headers`: all decisions and configurations since the genesis, by which the holder of the key claims to
  // be a node. Those that this node has applied itself are skipped; the others are judged as it would judge
  // them when it applies them (ledger::Follow). PERMISSION_DENIED unless they make it a member.
  absl::Status Introduce(const MembershipView& view, const Digest& spki, const std::vector<Bytes>& headers);

  // Where a node is that has introduced itself, to answer it.
  std::optional<ledger::Member> FindIntroduced(uint64_t number) const;

  // Forgets whom the registry knows by now.
  void OnMembership(const MembershipView& view);

 private:
  struct Introduced {
    ledger::Member member;
    uint64_t version = 0;  // of the registry that knows it
  };

  mutable std::mutex mutex_;
  std::map<Digest, Introduced> introduced_;  // guarded by mutex_; at most as many as a network has nodes
};

}  // namespace symbolon::node
