#include "node/callers.h"

#include <algorithm>

#include "base/status_macros.h"
#include "ledger/entry_header.h"
#include "ledger/registry.h"

namespace symbolon::node {
namespace {

std::optional<api::Caller> NodeWith(const ledger::Registry& registry, const Digest& spki) {
  const auto node = registry.FindNodeByTlsKey(spki);
  if (!node) return std::nullopt;
  return api::Caller{node->agency->id, api::Role::kNode, node->node->number};
}

}  // namespace

std::optional<api::Caller> Callers::Find(const MembershipView& view, const Digest& spki) const {
  if (const auto client = view.registry().FindClient(spki)) {
    return api::Caller{client->agency->id, static_cast<api::Role>(client->role), 0};
  }
  if (auto node = NodeWith(view.registry(), spki)) return node;
  const std::lock_guard lock(mutex_);
  const auto found = introduced_.find(spki);
  if (found == introduced_.end()) return std::nullopt;
  const ledger::Member& member = found->second.member;
  return api::Caller{member.agency, api::Role::kNode, member.number};
}

std::optional<ledger::Member> Callers::FindIntroduced(uint64_t number) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [spki, introduced] : introduced_) {
    if (introduced.member.number == number) return introduced.member;
  }
  return std::nullopt;
}

absl::Status Callers::Introduce(const MembershipView& view, const Digest& spki,
                                const std::vector<Bytes>& headers) {
  ledger::Membership membership = view.membership;
  const auto& history = membership.history;
  const uint64_t last = history.empty() ? 0 : history.back();
  for (const Bytes& bytes : headers) {
    const auto header = ledger::DecodeEntryHeader(bytes);
    if (header.ok() && header->index <= last) continue;  // applied here, whatever the caller says of it
    auto next = ledger::Follow(membership, bytes);
    if (!next.ok()) return absl::PermissionDeniedError(next.status().message());
    membership = *std::move(next);
  }
  std::vector<ledger::Member> members = ledger::MembersOf(*membership.registry);
  // Whom a decision removes leads and votes until the others can do without it; they may need us for that.
  const auto& in_force = membership.in_force.members;
  members.insert(members.end(), in_force.begin(), in_force.end());
  const auto member = std::find_if(members.begin(), members.end(),
                                   [&](const ledger::Member& m) { return m.tls_spki == spki; });
  if (member == members.end()) {
    return absl::PermissionDeniedError(
        "the key of this certificate is no member's, by all decisions that are known here or were shown");
  }
  const std::lock_guard lock(mutex_);
  if (introduced_.size() >= ledger::kMaxMembers) introduced_.clear();  // who is needed comes again
  introduced_[spki] = {*member, membership.version};
  return absl::OkStatus();
}

void Callers::OnMembership(const MembershipView& view) {
  const std::lock_guard lock(mutex_);
  std::erase_if(introduced_,
                [&](const auto& item) { return item.second.version <= view.membership.version; });
}

}  // namespace symbolon::node
