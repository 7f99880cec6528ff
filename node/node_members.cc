// Who the other nodes are: to whom this one connects, whom it lets in, and what it says of them.

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "ledger/entry_header.h"
#include "node/node_parts.h"

namespace symbolon::node {
namespace {

// Of one answer; who wants more asks again behind the last.
constexpr size_t kMaxHistoryBytes = size_t{512} << 10;

uint64_t IndexOf(const Bytes& header) {
  const auto decoded = ledger::DecodeEntryHeader(header);
  return decoded.ok() ? decoded->index : 0;
}

}  // namespace

void NodeParts::MakePeers() {
  peers_ = std::make_unique<Peers>(
      self_, runtime_,
      Peers::Callbacks{
          .connect = [this](const ledger::Member& member) { return Connect(member); },
          .find = [this](consensus::NodeId node) { return FindOtherNode(node); },
          .changed = [this] { housekeeper_->Wake(); },
          .failed =
              [this](const ledger::Member& member, const absl::Status& why) {
                log_->Error("cannot_connect", {{"node", member.name}, {"reason", why.message()}});
              }});
  FollowMembership();
  peers_->Reconcile(runtime_->Now());
}

absl::StatusOr<std::unique_ptr<api::Peer>> NodeParts::Connect(const ledger::Member& member) {
  ASSIGN_OR_RETURN(api::PeerOptions options, PeerOptionsFor(member, membership()->registry(), files_));
  options.introduction = [this] { return membership()->headers; };
  return options_.make_peer(std::move(options));
}

std::optional<ledger::Member> NodeParts::FindOtherNode(consensus::NodeId node) const {
  const MembershipViewPtr members = membership();
  const auto found = members->registry().FindNode(node.value());
  if (!found) return callers_.FindIntroduced(node.value());
  return ledger::Member{.number = node.value(),
                        .kind = ledger::NodeKind::kLearner,
                        .agency = found->agency->id,
                        .name = found->node->name,
                        .address = found->node->address,
                        .tls_spki = found->node->tls_spki};
}

// In the loop's turns (and before they begin). Connections follow the log, committed or not, as Raft does.
void NodeParts::FollowMembership() {
  const MembershipViewPtr members = membership();
  const ledger::Configuration* in_log = proposer_->tail().NewestConfiguration();
  peers_->SetMembers((in_log != nullptr ? *in_log : members->membership.in_force).members);
  if (members == followed_) return;
  const bool first = followed_ == nullptr;
  followed_ = members;
  callers_.OnMembership(*members);
  if (const absl::Status self = CheckSelf(config_, files_, members->registry()); !self.ok()) {
    return OnFailure(self);
  }
  if (first) return;
  const ledger::Membership& now = members->membership;
  log_->Info("members", {{"registry_version", now.version},
                         {"decided_at", now.decided_at},
                         {"in_force_at", now.in_force_at},
                         {"in_force", ToRaft(now.in_force.members).ToString()},
                         {"under_way", members->under_way}});
}

std::optional<api::Caller> NodeParts::FindCaller(const Digest& spki_digest) const {
  return callers_.Find(*membership(), spki_digest);
}

absl::Status NodeParts::Introduce(const Digest& spki_digest, const std::vector<Bytes>& headers) {
  const absl::Status status = callers_.Introduce(*membership(), spki_digest, headers);
  if (status.ok()) log_->Info("introduced", {{"key", ToHex(spki_digest)}});
  return status;
}

absl::StatusOr<api::MembershipState> NodeParts::Membership(uint64_t after_index) {
  const ReadViewPtr view = state_->view();
  const ledger::Membership& now = view->membership->membership;
  api::MembershipState out{.applied_index = view->applied_index,
                           .registry_version = now.version,
                           .decided_at = now.decided_at,
                           .in_force_at = now.in_force_at,
                           .carried_out = view->membership->carried_out(),
                           .waits_for = changer_->waits_for(),
                           .headers = {}};
  size_t bytes = 0;
  for (const Bytes& header : view->membership->headers) {
    if (IndexOf(header) <= after_index) continue;
    bytes += header.size();
    if (!out.headers.empty() && bytes > kMaxHistoryBytes) break;
    out.headers.push_back(header);
  }
  return out;
}

void NodeParts::FillMembers(const ConsensusView& consensus, api::NodeState* out) const {
  const MembershipViewPtr members = membership();
  const ledger::Registry& registry = members->registry();
  if (const auto leader = registry.FindNode(leader_)) out->leader_name = leader->node->name;
  out->registry_version = members->membership.version;
  out->change_under_way = members->under_way;
  out->waits_for = changer_->waits_for();
  const auto self = registry.FindNode(self_.value());
  out->kind = removed_ ? "removed" : self ? ledger::NodeKindName(self->node->kind) : "joining";

  const consensus::Configuration& in_force = consensus.configuration;
  for (const auto& ref : registry.members()) {
    const consensus::NodeId number(ref.node->number);
    const bool is_self = number == self_;
    const bool reachable = is_self ? !failed_ : peers_->IsReachable(number);
    if (in_force.IsVoter(number)) {
      ++out->voters;
      if (reachable) ++out->voters_reachable;
    }
    if (is_self) continue;
    const auto found = consensus.peers.find(number.value());
    const bool known = found != consensus.peers.end();
    out->peers.push_back({.name = ref.node->name,
                          .number = number.value(),
                          .address = ref.node->address,
                          .reachable = reachable,
                          .match_index = known ? found->second.match.value() : 0,
                          .kind = in_force.IsVoter(number)     ? "voter"
                                  : in_force.IsLearner(number) ? "learner"
                                                               : "to come",
                          .caught_up = known && found->second.caught_up,
                          .agency = ref.agency->id});
  }
  out->failures_tolerable =
      static_cast<int32_t>(out->voters_reachable) - static_cast<int32_t>(in_force.Majority());
}

}  // namespace symbolon::node
