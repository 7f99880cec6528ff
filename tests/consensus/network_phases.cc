// What is asked of the simulated network, and when.

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>

#include "consensus/quorum.h"
#include "tests/consensus/network.h"

namespace symbolon::consensus {

void Network::RunSafetyPhase(uint64_t ticks) {
  for (uint64_t i = 0; i < ticks && !Failed(); ++i) {
    if (random_.Chance(plan_.trouble)) MakeTrouble();
    const uint64_t operations = random_.Below(4);
    for (uint64_t k = 0; k < operations; ++k) ClientOperation();
    for (Node& node : nodes_) {
      const bool leads = node.raft && node.paused_until <= now_ && node.raft->role() == Role::kLeader;
      if (leads && random_.Chance(plan_.changes)) ChangeMembers(node);
    }
    RunUntil(now_ + kTick);
  }
}

// The members in force on a node; also while it is not running.
Configuration Network::NewestOn(const Node& node) const {
  if (node.raft) return node.raft->configuration();
  const std::vector<Index> changes = *node.disk.log.ConfigurationIndexes();
  if (changes.empty()) return configuration_;
  return *ReadConfigurationData(*node.disk.log.entries()[changes.back().value() - 1].data);
}

// The committed configuration, and those that may come to be.
std::vector<Configuration> Network::InPlay() const {
  const auto& [committed_at, committed] = invariants_.committed_members();
  std::vector<Configuration> out = {committed};
  for (const Node& node : nodes_) {
    const std::vector<Index> changes = *node.disk.log.ConfigurationIndexes();
    const Index newest = node.raft         ? node.raft->configuration_index()
                         : changes.empty() ? Index()
                                           : changes.back();
    if (newest > committed_at) out.push_back(NewestOn(node));
  }
  return out;
}

// Nodes that can go on by themselves, whichever configuration comes out: a majority of each, with promises
// whole. Nothing if there are none.
std::optional<std::set<NodeId>> Network::DrawWhole() {
  std::set<NodeId> whole;
  for (const Node& node : nodes_) {
    if (!node.observer && !LacksPromises(node)) whole.insert(node.id);
  }
  if (!Suffices(whole)) return std::nullopt;
  for (const Node& node : nodes_) {
    if (!whole.contains(node.id) || random_.Chance(0.3)) continue;
    whole.erase(node.id);
    if (!Suffices(whole)) whole.insert(node.id);
  }
  return whole;
}

bool Network::Suffices(const std::set<NodeId>& nodes) {
  const std::vector<Configuration> in_play = InPlay();
  return std::all_of(in_play.begin(), in_play.end(), [&](const Configuration& members) {
    return MajorityHolds(members, [&](NodeId voter) { return nodes.contains(voter); });
  });
}

Network::Node* Network::LeaderAmong(const std::set<NodeId>& ids) {
  Node* leader = nullptr;
  for (NodeId id : ids) {
    Node& node = NodeOf(id);
    if (node.raft->role() == Role::kLeader && (!leader || node.raft->term() > leader->raft->term()))
      leader = &node;
  }
  return leader;
}

// Grows with everything that is progress: what the whole nodes have applied, and what their leader knows they
// share.
uint64_t Network::Movement(const std::set<NodeId>& whole) {
  uint64_t sum = 0;
  for (NodeId id : whole) sum += NodeOf(id).raft->applied().value();
  if (Node* leader = LeaderAmong(whole)) {
    for (const Raft::PeerProgress& peer : leader->raft->Peers())
      sum += whole.contains(peer.node) ? peer.match.value() : 0;
  }
  return sum;
}

void Network::RunLivenessPhase() {
  if (Failed()) return;
  const std::optional<std::set<NodeId>> drawn = DrawWhole();
  if (!drawn) return void(++coverage_["liveness phases without a majority"]);
  const std::set<NodeId>& whole = *drawn;
  faults_ = false;
  Heal();
  for (Node& node : nodes_) {
    if (whole.contains(node.id)) {
      if (!node.raft) Start(node);
      node.paused_until = 0;
      continue;
    }
    const uint64_t fate = random_.Below(4);
    if (fate == 0 && node.raft) Crash(node);
    for (NodeId other : whole) {
      if (fate == 1 || fate == 2) link(node.id, other) = Link::kCut;
      if (fate == 1 || fate == 3) link(other, node.id) = Link::kCut;
    }
  }
  RunUntil(now_ + 4 * kElectionTicks * kTick);  // pauses and writes that hang already still take their time
  // Progress: something proposed from now on is committed and applied on every whole member. How long that
  // takes depends on the limits drawn; but at no time may nothing move for long.
  const Index before = invariants_.committed();
  auto progressed = [&] {
    Node* leader = LeaderAmong(whole);
    if (!leader || !leader->raft->IsReadyLeader()) return false;
    if (invariants_.committed() < before + 3) return Propose(*leader), false;
    if (leader->raft->commit() < leader->raft->configuration_index()) return false;
    for (NodeId id : whole) {
      const bool member = leader->raft->configuration().IsMember(id);
      if (member && NodeOf(id).raft->applied() < invariants_.committed()) return false;
    }
    return true;
  };
  uint64_t moved = 0, moved_at = now_;
  while (!Failed() && !progressed()) {
    if (const uint64_t now_moved = Movement(whole); now_moved != moved) {
      moved = now_moved;
      moved_at = now_;
    }
    if (now_ > moved_at + kPatience) {
      std::string who;
      for (NodeId id : whole) who += fmt::format(" {}", id);
      return invariants_.Violate(fmt::format("I-12: no progress by the whole and connected nodes{}", who));
    }
    RunUntil(now_ + kTick);
  }
  // Quiet: who is broken deposes nobody.
  if (Failed()) return;
  ++coverage_["liveness phases"];
  const Term term = LeaderAmong(whole)->raft->term();
  RunUntil(now_ + 6 * kElectionTicks * kTick);
  Node* leader = LeaderAmong(whole);
  if (!Failed() && (!leader || leader->raft->term() != term)) {
    invariants_.Violate("I-12: a broken node deposed a leader whom a majority follows");
  }
}

void Network::RunToEnd() {
  if (Failed()) return;
  faults_ = false;
  Heal();
  for (Node& node : nodes_) {
    if (!node.raft) Start(node);
    node.paused_until = 0;
  }
  std::set<NodeId> all;
  for (Node& node : nodes_) all.insert(node.id);
  uint64_t moved = 0;
  do {
    moved = Movement(all);
    RunUntil(now_ + kPatience);  // longer than any caller may have to wait
  } while (!Failed() && Movement(all) != moved);
  if (Failed()) return;
  const Node* leader = LeaderAmong(all);
  if (leader == nullptr) {
    std::set<NodeId> able;
    for (const Node& node : nodes_) {
      if (!node.observer) able.insert(node.id);
    }
    if (Suffices(able)) return invariants_.Violate("I-12: everything has healed and nobody leads");
    // A learner lost its promises in the moment in which it was made one of two voters: nobody can help them.
    ++coverage_["voters lost as they became voters"];
    return;
  }
  std::vector<NodeView> members;
  for (const Node& node : nodes_) {
    if (leader->raft->configuration().IsMember(node.id)) members.push_back(View(node));
    CheckAtRest(node, leader->raft->configuration());
  }
  invariants_.AtEnd(members);
  HandAround();
}

// Thesis 3.10: where nothing is wrong a transfer does what it is for, to each voter in turn.
void Network::HandAround() {
  std::set<NodeId> all;
  for (Node& node : nodes_) all.insert(node.id);
  const Configuration members = LeaderAmong(all)->raft->configuration();
  for (const NodeId target : members.voters()) {
    Node* leader = LeaderAmong(all);
    if (Failed() || leader == nullptr) return;
    if (leader->id == target || NodeOf(target).observer) continue;
    const absl::Status begun = leader->raft->TransferLeadership(target);
    if (!begun.ok()) return invariants_.Violate(begun.ToString());
    invariants_.OnTransferBegun(leader->id);
    AfterStep(*leader);
    RunUntil(now_ + 3 * kElectionTicks * kTick);
    if (NodeOf(target).raft->role() != Role::kLeader) {
      return invariants_.Violate(
          fmt::format("LV-23: all is well, and node {} was not handed the office", target));
    }
    ++coverage_["transfers at the end"];
  }
}

void Network::CheckAtRest(const Node& node, const Configuration& members) {
  const Raft& raft = *node.raft;
  if (!members.IsMember(node.id)) {
    // LV-09: who was removed knows it, or does not campaign anyway, and so has never asked.
    if (!raft.configuration().IsVoter(node.id) || raft.removed() || raft.standing() != Standing::kMember)
      return;
    const std::vector<NodeId>& asked = raft.configuration().voters();
    if (std::all_of(asked.begin(), asked.end(),
                    [&](NodeId id) { return NodeOf(id).raft->configuration().IsMember(node.id); })) {
      ++coverage_["removed nodes whom nobody that they know can tell"];
      return;
    }
    invariants_.Violate(fmt::format("LV-09: node {} does not know that it was removed", node.id));
    return;
  }
  if (raft.applied() < invariants_.committed()) {
    invariants_.Violate(fmt::format("I-12: node {} applied up to {}, {} is committed", node.id,
                                    raft.applied(), invariants_.committed()));
  }
  if (raft.configuration() != members) {
    invariants_.Violate(fmt::format("M-1: node {} counts with {}, the leader with {}", node.id,
                                    raft.configuration().ToString(), members.ToString()));
  }
  if (raft.removed())
    invariants_.Violate(fmt::format("LV-09: node {} is a member and thinks it is not", node.id));
  if (!node.observer && raft.standing() != Standing::kMember)
    invariants_.Violate(fmt::format("L14: node {} is still {}", node.id, fmt::streamed(raft.standing())));
}

}  // namespace symbolon::consensus
