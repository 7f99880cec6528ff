// What the stewards may decide, and what becomes of the registry by it; in the order of docs/verdicts.md.

#include <algorithm>
#include <set>

#include "ledger/membership.h"

namespace symbolon::ledger {
namespace {

constexpr size_t kMaxNodesOfAgency = 0xff;  // list8, removed ones included

const Member* FindMember(const Configuration& configuration, uint64_t number) {
  const auto& members = configuration.members;
  const auto it = std::find_if(members.begin(), members.end(),
                               [&](const Member& member) { return member.number == number; });
  return it == members.end() ? nullptr : &*it;
}

Verdict JudgeSignatures(const Registry& registry, const Decision& decision, SignatureMemo* memo) {
  if (decision.signatures.size() < registry.steward_threshold) return Verdict::kTooFewStewards;
  for (const StewardSignature& signature : decision.signatures) {
    const Steward* steward = registry.FindSteward(signature.agency, signature.key_id);
    if (steward == nullptr) return Verdict::kUnknownSteward;
    if (!VerifySignatureOnce(memo, steward->key, decision.proposal_bytes, signature.signature)) {
      return Verdict::kBadStewardSignature;
    }
  }
  return Verdict::kAccepted;
}

// Whether an agency has two votes in what is in force: its vote is passing from one node to another.
bool VoteIsPassing(const Configuration& in_force) {
  std::set<std::string_view> agencies;
  for (const Member& member : in_force.members) {
    if (member.kind == NodeKind::kVoter && !agencies.insert(member.agency).second) return true;
  }
  return false;
}

// Judges one action on a registry that has nothing under way.
struct Judge {
  const Registry& registry;

  Verdict operator()(const AddNode& add) const {
    const Agency* agency = registry.FindAgency(add.agency);
    if (agency == nullptr) return Verdict::kUnknownAgency;
    const Node& node = add.node;
    if (!CheckNode(node).ok()) return Verdict::kNodeNotWellFormed;
    if (registry.FindNode(node.number).has_value()) return Verdict::kNodeNumberUsed;
    if (registry.FindNodeByName(node.name).has_value()) return Verdict::kNodeNameUsed;
    const bool one_use = node.log_key != node.cosigning_key && node.log_key != node.tls_spki &&
                         node.cosigning_key != node.tls_spki;
    if (!one_use || HoldsKey(registry, node.tls_spki) || HoldsKey(registry, node.log_key) ||
        HoldsKey(registry, node.cosigning_key)) {
      return Verdict::kKeyUsed;
    }
    const bool full = agency->nodes.size() >= kMaxNodesOfAgency || registry.members().size() >= kMaxMembers;
    return full ? Verdict::kTooManyNodes : Verdict::kAccepted;
  }
  Verdict operator()(const ChangeKind& change) const {
    const Verdict verdict = JudgeMember(change.number);
    if (verdict != Verdict::kAccepted) return verdict;
    if (registry.FindNode(change.number)->node->kind == change.kind) return Verdict::kNothingToChange;
    return change.kind == NodeKind::kLearner ? JudgeLossOfVote(change.number) : Verdict::kAccepted;
  }
  Verdict operator()(const RemoveNode& remove) const {
    const Verdict verdict = JudgeMember(remove.number);
    return verdict == Verdict::kAccepted ? JudgeLossOfVote(remove.number) : verdict;
  }
  Verdict operator()(const ChangeAddress& change) const {
    const Verdict verdict = JudgeMember(change.number);
    if (verdict != Verdict::kAccepted) return verdict;
    if (!IsHostPort(change.address)) return Verdict::kNodeNotWellFormed;
    const bool same = registry.FindNode(change.number)->node->address == change.address;
    return same ? Verdict::kNothingToChange : Verdict::kAccepted;
  }
  Verdict operator()(const WithdrawChange&) const { return Verdict::kNoChangeUnderWay; }

  Verdict JudgeMember(uint64_t number) const {
    const auto found = registry.FindNode(number);
    if (!found.has_value()) return Verdict::kUnknownNode;
    return found->node->IsMember() ? Verdict::kAccepted : Verdict::kNodeIsRemoved;
  }
  Verdict JudgeLossOfVote(uint64_t number) const {
    const auto voters = registry.voters();
    const bool last = voters.size() == 1 && voters.front().node->number == number;
    return last ? Verdict::kLastVoter : Verdict::kAccepted;
  }
};

// Carries an action out on a registry. It was judged before: what it names is there.
struct Change {
  Registry& registry;
  const Configuration& in_force;

  void operator()(const AddNode& add) const {
    for (Agency& agency : registry.agencies) {
      if (agency.id != add.agency) continue;
      if (add.node.kind == NodeKind::kVoter) TakeVoteOf(agency);
      agency.nodes.push_back(add.node);
    }
    SortRegistry(registry);
  }
  void operator()(const ChangeKind& change) const {
    Edit(change.number, [&](Agency& agency, Node& node) {
      if (change.kind == NodeKind::kVoter) TakeVoteOf(agency);
      node.kind = change.kind;
    });
  }
  void operator()(const RemoveNode& remove) const {
    Edit(remove.number, [](Agency&, Node& node) { node.kind = NodeKind::kRemoved; });
  }
  void operator()(const ChangeAddress& change) const {
    Edit(change.number, [&](Agency&, Node& node) { node.address = change.address; });
  }
  void operator()(const WithdrawChange&) const {
    for (Agency& agency : registry.agencies) {
      for (Node& node : agency.nodes) {
        const Member* member = FindMember(in_force, node.number);
        node.kind = member == nullptr ? NodeKind::kRemoved : member->kind;
        if (member != nullptr) node.address = member->address;
      }
    }
  }

  template <typename F>
  void Edit(uint64_t number, F edit) const {
    for (Agency& agency : registry.agencies) {
      for (Node& node : agency.nodes) {
        if (node.number == number) edit(agency, node);
      }
    }
  }
  // An agency has one vote: a new voter takes it over.
  static void TakeVoteOf(Agency& agency) {
    for (Node& node : agency.nodes) {
      if (node.kind == NodeKind::kVoter) node.kind = NodeKind::kLearner;
    }
  }
};

}  // namespace

Verdict JudgeDecision(const Membership& now, const Decision& decision, SignatureMemo* memo) {
  const Proposal& proposal = decision.proposal;
  if (proposal.network != now.network) return Verdict::kWrongNetwork;
  if (proposal.registry_version != now.version) return Verdict::kOtherRegistryVersion;
  const Verdict verdict = JudgeSignatures(*now.registry, decision, memo);
  if (verdict != Verdict::kAccepted) return verdict;
  if (now.IsCarriedOut()) return std::visit(Judge{*now.registry}, proposal.action);
  if (!std::holds_alternative<WithdrawChange>(proposal.action)) return Verdict::kChangeUnderWay;
  return VoteIsPassing(now.in_force) ? Verdict::kTooLateToWithdraw : Verdict::kAccepted;
}

Membership AfterDecision(const Membership& now, const Decision& decision, uint64_t entry_index,
                         ByteView payload) {
  Membership next = now;
  auto registry = std::make_shared<Registry>(*now.registry);
  std::visit(Change{*registry, now.in_force}, decision.proposal.action);
  next.registry = std::move(registry);
  next.version = now.version + 1;
  next.digest = NextRegistryDigest(now.digest, next.version, entry_index, payload, *next.registry);
  next.decided_at = entry_index;
  next.history.push_back(entry_index);
  return next;
}

}  // namespace symbolon::ledger
