// Clients of the simulated network: proposals, reads, transfers, changes of members.

#include <fmt/format.h>

#include "tests/consensus/network.h"

namespace symbolon::consensus {

void Network::ClientOperation() {
  Node& node = Pick();
  if (!node.raft || node.paused_until > now_) return;
  const uint64_t dice = random_.Below(100);
  if (dice < 60) {
    Node* leader = node.raft->leader() && random_.Chance(0.8) ? &NodeOf(*node.raft->leader()) : &node;
    if (leader->raft && leader->paused_until <= now_) Propose(*leader);
  } else if (dice < 60 + plan_.reads) {
    BeginRead(node);
  } else if (dice >= 96) {
    Transfer(node);
  }
}

void Network::Propose(Node& node) {
  absl::StatusOr<LogPosition> position = node.raft->Propose([&](Index index, Term term) {
    return MakeData(fmt::format("({}, {}) payload {}", index, term, next_payload_++),
                    std::string(random_.Below(100), 'b'));
  });
  if (position.ok()) {
    invariants_.OnProposed(node.id, *position);
  } else if (IsBusy(position.status())) {
    ++coverage_["proposals refused as busy"];
  } else if (IsNoSpace(position.status())) {
    ++coverage_["proposals refused for a full disk"];
  } else if (!IsNotLeader(position.status()) && !IsTransferring(position.status())) {
    invariants_.Violate(position.status().ToString());
  }
  AfterStep(node);
}

void Network::BeginRead(Node& node) {
  const ReadId id(next_read_++);
  if (node.raft->ReadIndex(id).ok()) invariants_.OnReadBegun(node.id, id);
  if (faults_ && node.raft->role() == Role::kLeader) Echo(node, kTick);
  AfterStep(node);
}

void Network::Transfer(Node& node) {
  if (node.raft->role() != Role::kLeader) return;
  if (node.raft->TransferLeadership(Pick().id).ok()) invariants_.OnTransferBegun(node.id);
  AfterStep(node);
}

// --- changes of members ---

namespace {

std::vector<NodeId> Without(std::vector<NodeId> nodes, NodeId node) {
  std::erase(nodes, node);
  return nodes;
}

std::vector<NodeId> With(std::vector<NodeId> nodes, NodeId node) {
  nodes.push_back(node);
  return nodes;
}

}  // namespace

// A change that somebody might ask for; not all of them are to be granted. While the promises of a voter are
// lost the others are needed, and stay.
std::optional<Configuration> Network::DrawChange(const Configuration& now) {
  const std::vector<NodeId>& voters = now.voters();
  const std::vector<NodeId>& learners = now.learners();
  std::vector<NodeId> removable;
  for (NodeId voter : voters) {
    if (LacksPromises(NodeOf(voter)) || NodeOf(voter).observer) removable.push_back(voter);
  }
  if (removable.empty() && voters.size() > 1) removable = voters;
  switch (random_.Below(voters.size() < 4 ? 6 : 8)) {
    case 0:
    case 1: {
      for (Node& node : nodes_) {
        if (!used_.contains(node.id)) return Configuration(voters, With(learners, node.id));
      }
      return std::nullopt;
    }
    case 2:
    case 3: {
      if (learners.empty()) return std::nullopt;
      const NodeId learner = random_.Pick(learners);
      return Configuration(With(voters, learner), Without(learners, learner));
    }
    case 4: {
      if (!learners.empty() && random_.Chance(0.1)) {
        return Configuration(voters, Without(learners, random_.Pick(learners)));
      }
      if (random_.Chance(0.5)) return now;
      // Two at once: never granted.
      return Configuration(With(Without(voters, voters.back()), nodes_.back().id), {});
    }
    case 5: {
      if (removable.empty()) return std::nullopt;
      const NodeId voter = random_.Pick(removable);
      return Configuration(Without(voters, voter), With(learners, voter));
    }
    default: {
      if (removable.empty()) return std::nullopt;
      return Configuration(Without(voters, random_.Pick(removable)), learners);
    }
  }
}

void Network::ChangeMembers(Node& leader) {
  const Configuration before = leader.raft->configuration();
  const std::optional<Configuration> next = DrawChange(before);
  if (!next) return;
  const absl::StatusOr<LogPosition> position = leader.raft->ProposeConfiguration(
      [&](Index index, Term term) { return ConfigurationData(index, term, *next); }, *next);
  if (!position.ok()) {
    ++coverage_[fmt::format("changes refused as {}", absl::StatusCodeToString(position.status().code()))];
    return;
  }
  Trace(fmt::format("node {} changes members at {} from {} to {}", leader.id, position->index,
                    before.ToString(), next->ToString()));
  invariants_.OnProposed(leader.id, *position);
  for (NodeId node : next->learners()) used_.insert(node);
  for (NodeId node : next->voters()) {
    if (before.IsLearner(node)) ++coverage_["promotions"];
  }
  for (NodeId node : before.voters()) {
    if (!next->IsMember(node))
      ++coverage_[node == leader.id ? "removals of the leader" : "removals of voters"];
    if (next->IsLearner(node)) ++coverage_[node == leader.id ? "demotions of the leader" : "demotions"];
  }
  if (*next == before) ++coverage_["changes that change nothing"];
  AfterStep(leader);
}

}  // namespace symbolon::consensus
