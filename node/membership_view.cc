#include "node/membership_view.h"

#include "base/status_macros.h"
#include "ledger/decoded_entry.h"
#include "ledger/entry_header.h"

namespace symbolon::node {
namespace {

// What the decision in this entry says.
absl::StatusOr<std::string> Describe(uint64_t index, const storage::LedgerStore& store) {
  ASSIGN_OR_RETURN(const Bytes bytes, store.Header(index));
  ASSIGN_OR_RETURN(const ledger::EntryHeader header, ledger::DecodeEntryHeader(bytes));
  ASSIGN_OR_RETURN(const ledger::Decision decision, ledger::DecodeDecision(header.payload));
  return ledger::DescribeAction(decision.proposal.action);
}

}  // namespace

absl::StatusOr<MembershipViewPtr> ViewMembership(const ledger::Membership& membership,
                                                 const MembershipView* before,
                                                 const storage::LedgerStore& store) {
  auto view = std::make_shared<MembershipView>();
  view->membership = membership;
  if (before != nullptr) view->headers = before->headers;
  for (size_t i = view->headers.size(); i < membership.history.size(); ++i) {
    ASSIGN_OR_RETURN(Bytes header, store.Header(membership.history[i]));
    view->headers.push_back(std::move(header));
  }
  if (!membership.IsCarriedOut()) {
    ASSIGN_OR_RETURN(view->under_way, Describe(membership.decided_at, store));
  }
  return view;
}

consensus::Configuration ToRaft(const std::vector<ledger::Member>& members) {
  std::vector<consensus::NodeId> voters, learners;
  for (const ledger::Member& member : members) {
    (member.kind == ledger::NodeKind::kVoter ? voters : learners).emplace_back(member.number);
  }
  return {std::move(voters), std::move(learners)};
}

absl::StatusOr<consensus::Configuration> ReadConfiguration(const consensus::EntryData& data,
                                                           const Digest& network) {
  ASSIGN_OR_RETURN(const ledger::EntryHeader header, ledger::DecodeEntryHeader(data.header));
  if (header.kind != ledger::Kind::kConfiguration) {
    return absl::InvalidArgumentError("the entry is of another kind than its header says");
  }
  ASSIGN_OR_RETURN(const ledger::Configuration configuration, ledger::DecodeConfiguration(header.payload));
  if (configuration.network != network) {
    return absl::InvalidArgumentError("the configuration is another network's");
  }
  return ToRaft(configuration.members);
}

}  // namespace symbolon::node
