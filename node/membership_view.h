#pragma once
// Who the nodes are, as this node shows it and works with it: one immutable value for each state of the
// ledger.

#include <absl/status/statusor.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "consensus/configuration.h"
#include "consensus/entry.h"
#include "ledger/membership.h"
#include "storage/ledger_store.h"

namespace symbolon::node {

struct MembershipView {
  ledger::Membership membership;
  std::vector<Bytes> headers;  // of the entries of membership.history: what proves it
  std::string under_way;       // the decision that is not carried out yet, for people; empty: none

  const ledger::Registry& registry() const { return *membership.registry; }
  bool carried_out() const { return under_way.empty(); }
  // Whether the node is decided to be one, voter or learner.
  bool IsMember(uint64_t number) const {
    const auto found = registry().FindNode(number);
    return found.has_value() && found->node->IsMember();
  }
  // Whether it was one, and both the decision and the configuration that took it out are applied: it never
  // will be again.
  bool IsRemoved(uint64_t number) const {
    const auto& in_force = membership.in_force.members;
    if (std::any_of(in_force.begin(), in_force.end(),
                    [number](const ledger::Member& member) { return member.number == number; })) {
      return false;
    }
    const auto found = registry().FindNode(number);
    return found.has_value() && !found->node->IsMember();
  }
};

using MembershipViewPtr = std::shared_ptr<const MembershipView>;  // never null where it is handed out

// `before`: the last one, whose headers are taken over; may be null. The store must have the entries.
absl::StatusOr<MembershipViewPtr> ViewMembership(const ledger::Membership& membership,
                                                 const MembershipView* before,
                                                 const storage::LedgerStore& store);

// As Raft counts.
consensus::Configuration ToRaft(const std::vector<ledger::Member>& members);

// Reads Raft's configuration from an entry of that kind. InvalidArgument when there is none in it.
absl::StatusOr<consensus::Configuration> ReadConfiguration(const consensus::EntryData& data,
                                                           const Digest& network);

}  // namespace symbolon::node
