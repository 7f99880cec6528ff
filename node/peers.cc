#include "node/peers.h"

#include <algorithm>

#include "api/server.h"
#include "api/tls.h"
#include "base/status_macros.h"

namespace symbolon::node {
namespace {

// Nodes that are no members: a few; more are not tried at the same time.
constexpr size_t kMaxAskedFor = 64;

}  // namespace

absl::StatusOr<api::PeerOptions> PeerOptionsFor(const ledger::Member& member,
                                                const ledger::Registry& registry, const NodeFiles& files) {
  const ledger::Agency* agency = registry.FindAgency(member.agency);
  if (agency == nullptr) return absl::NotFoundError("no agency " + member.agency);
  api::PeerOptions options;
  options.connection.address = member.address;
  options.connection.server_name = api::ServerName(member.name);
  ASSIGN_OR_RETURN(options.connection.trusted_authority, api::CertificatePem(agency->ca_certificate));
  options.connection.identity = files.tls;
  options.network = files.network;
  return options;
}

void Peers::SetMembers(const std::vector<ledger::Member>& members) {
  {
    const std::unique_lock lock(mutex_);
    if (members == members_) return;
    members_ = members;
  }
  callbacks_.changed();
}

void Peers::Send(const consensus::Message& message) {
  std::shared_ptr<api::Peer> peer;
  bool guest = false;
  {
    const std::shared_lock lock(mutex_);
    const auto found = links_.find(message.to);
    if (found != links_.end()) {
      peer = found->second.peer;
      guest = found->second.guest;
    }
  }
  if (peer) peer->Send(message);
  if (peer && !guest) return;
  bool changed = false;
  {
    const std::unique_lock lock(mutex_);
    const auto found = links_.find(message.to);
    if (found != links_.end()) {
      found->second.last_use = runtime_->Now();
    } else if (message.to != self_ && asked_for_.size() < kMaxAskedFor) {
      changed = asked_for_.insert(message.to).second;
    }
  }
  if (changed) callbacks_.changed();
}

std::shared_ptr<api::Peer> Peers::Find(consensus::NodeId node) const {
  const std::shared_lock lock(mutex_);
  const auto found = links_.find(node);
  return found == links_.end() ? nullptr : found->second.peer;
}

bool Peers::IsReachable(consensus::NodeId node) const {
  const auto peer = Find(node);
  return peer && peer->Reachable();
}

void Peers::Reconcile(MonotonicTime now) {
  EndUnneeded(now);
  MakeMissing(now);
  // Outside of the lock, and not in the turn of whoever used it last.
  std::erase_if(retired_, [](const std::shared_ptr<api::Peer>& peer) { return peer.use_count() == 1; });
}

void Peers::EndUnneeded(MonotonicTime now) {
  const std::unique_lock lock(mutex_);
  for (auto it = links_.begin(); it != links_.end();) {
    Link& link = it->second;
    const auto member = std::find_if(members_.begin(), members_.end(),
                                     [&](const ledger::Member& m) { return m.number == link.member.number; });
    const bool is_member = member != members_.end();
    if (!is_member && !link.guest) {
      link.guest = true;
      link.last_use = now;
    }
    if (is_member) link.guest = false;
    const bool moved =
        is_member && (member->address != link.member.address || member->name != link.member.name);
    if (moved || (link.guest && now - link.last_use > kGuestTime)) {
      retired_.push_back(std::move(link.peer));
      it = links_.erase(it);
    } else {
      ++it;
    }
  }
}

void Peers::MakeMissing(MonotonicTime now) {
  std::vector<Link> wanted;
  std::set<consensus::NodeId> asked_for;
  {
    const std::unique_lock lock(mutex_);
    asked_for.swap(asked_for_);
    for (const ledger::Member& member : members_) {
      const consensus::NodeId node(member.number);
      if (node != self_ && !links_.contains(node)) wanted.push_back({member, false, now, nullptr});
      asked_for.erase(node);
    }
    for (const auto& [node, link] : links_) asked_for.erase(node);
  }
  for (const consensus::NodeId node : asked_for) {
    if (const auto member = callbacks_.find(node)) wanted.push_back({*member, true, now, nullptr});
  }
  for (Link& link : wanted) {
    auto peer = callbacks_.connect(link.member);
    if (!peer.ok()) {
      callbacks_.failed(link.member, peer.status());
      continue;
    }
    link.peer = *std::move(peer);
    const consensus::NodeId node(link.member.number);
    const std::unique_lock lock(mutex_);
    links_.emplace(node, std::move(link));
  }
}

void Peers::Stop() {
  std::map<consensus::NodeId, Link> links;
  {
    const std::unique_lock lock(mutex_);
    links.swap(links_);
    members_.clear();
    asked_for_.clear();
  }
  links.clear();
  retired_.clear();
}

}  // namespace symbolon::node
