// What goes wrong in the simulated network: links, processes, disks.

#include <fmt/format.h>

#include <algorithm>

#include "tests/consensus/network.h"

namespace symbolon::consensus {

void Network::SetLinks(const std::function<Link(uint64_t, uint64_t)>& state) {
  for (uint64_t from = 1; from <= nodes_.size(); ++from) {
    for (uint64_t to = 1; to <= nodes_.size(); ++to) link(NodeId(from), NodeId(to)) = state(from, to);
  }
}

void Network::Partition() {
  ++coverage_["partitions"];
  const uint64_t n = nodes_.size();
  const Node& picked = Pick();
  const std::optional<NodeId> leader = picked.raft ? picked.raft->leader() : std::nullopt;
  const uint64_t one = leader && random_.Chance(0.6) ? leader->value() : random_.Between(1, n);
  const uint64_t side = random_.Next();  // bit i: on which side node i is
  switch (random_.Below(7)) {
    case 6:  // one node is alone
      return SetLinks([&](uint64_t a, uint64_t b) { return a == one || b == one ? Link::kCut : Link::kUp; });
    case 0:  // two groups
      return SetLinks(
          [&](uint64_t a, uint64_t b) { return ((side >> a) ^ (side >> b)) & 1 ? Link::kCut : Link::kUp; });
    case 1:  // one node sends and hears nothing
      return SetLinks([&](uint64_t, uint64_t b) { return b == one ? Link::kCut : Link::kUp; });
    case 2:  // one node hears and cannot send
      return SetLinks([&](uint64_t a, uint64_t) { return a == one ? Link::kCut : Link::kUp; });
    case 3:  // two groups that meet in one node
      return SetLinks([&](uint64_t a, uint64_t b) {
        return a != one && b != one && (((side >> a) ^ (side >> b)) & 1) ? Link::kCut : Link::kUp;
      });
    case 4:  // a ring
      return SetLinks([&](uint64_t a, uint64_t b) {
        return (a % n) + 1 == b || (b % n) + 1 == a ? Link::kUp : Link::kCut;
      });
    default:  // each direction of each link by lot
      return SetLinks([&](uint64_t, uint64_t) { return random_.Chance(0.3) ? Link::kCut : Link::kUp; });
  }
}

void Network::Heal() {
  SetLinks([](uint64_t, uint64_t) { return Link::kUp; });
  for (Node& node : nodes_) {
    node.persist_delay = 0;
    node.disk_full = false;
    if (node.raft) node.raft->SetDiskFull(false);
  }
}

void Network::MakeTrouble() {
  Node& node = Pick();
  if (plan_.damage > 0 && random_.Chance(0.3)) node.backup = node.disk;
  switch (random_.Below(8)) {
    case 0:
    case 1:
      return Partition();
    case 2:
      return Heal();
    case 5:
      ++coverage_["full disks"];
      node.disk_full = !node.disk_full;
      if (node.raft) node.raft->SetDiskFull(node.disk_full);
      return;
    case 3:
      ++coverage_["pauses"];
      node.paused_until = now_ + random_.Between(1, 4 * kElectionTicks) * kTick;
      // It may still believe that it leads.
      if (plan_.echo > 0)
        At(node.paused_until + random_.Below(kTick), [this, &node] {
          if (node.raft && node.paused_until <= now_) BeginRead(node);
        });
      return;
    case 4:
      ++coverage_["slow disks"];
      node.persist_delay = random_.Chance(0.5) ? 30 : 3 * kElectionTicks * kTick;
      return;
    default:
      if (!node.raft) return;
      Crash(node);
      At(now_ + random_.Between(1, 30) * kTick, [this, &node] {
        if (!node.raft && faults_) Start(node);
      });
  }
}

// --- damage ---

// Its log no longer says all that it once acknowledged.
bool Network::LacksPromises(const Node& node) const {
  return !IsUpToDate(node.disk.log.Last(), node.mark);
}

// Where more than one copy is lost nothing can help; here one voter at a time is damaged, of at least three.
bool Network::MayBeDamaged(const Node& node) const {
  for (const Configuration& members : InPlay()) {
    if (members.IsVoter(node.id) && members.voters().size() < 3) return false;
    for (NodeId voter : members.voters()) {
      const Node& other = nodes_[voter.value() - 1];
      if (voter != node.id && (other.observer || LacksPromises(other))) return false;
    }
  }
  return !node.observer && !LacksPromises(node);
}

bool Network::IsElsewhere(const Node& node, LogPosition position) const {
  const std::vector<Configuration> in_play = InPlay();
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const Node& other) {
    const bool votes = std::all_of(in_play.begin(), in_play.end(),
                                   [&](const Configuration& members) { return members.IsVoter(other.id); });
    return other.id != node.id && votes && !other.observer &&
           other.disk.log.TermOrNone(position.index) == position.term;
  });
}

// Entries at the end go, also acknowledged ones, as long as there is another copy. What was applied is
// applied again.
void Network::LoseTail(Node& node) {
  if (!MayBeDamaged(node)) return;
  std::vector<Entry>& log = node.disk.log.mutable_entries();
  const uint64_t count = random_.Chance(0.1) ? log.size() : random_.Between(1, 5);
  const MemoryLog before = node.disk.log;
  uint64_t lost = 0;
  for (; lost < count && !log.empty() && IsElsewhere(node, log.back().position()); ++lost) log.pop_back();
  if (lost == 0) return;
  node.lost = before;
  node.disk.applied = std::min(node.disk.applied, node.disk.log.LastIndex());
  Trace(fmt::format("node {} has lost {} entries", node.id, lost));
  ++coverage_["tails lost"];
  invariants_.OnDamage(node.id);
}

void Network::Restore(Node& node) {
  if (!node.backup || !MayBeDamaged(node)) return;
  for (Index i = Next(node.backup->log.LastIndex()); i <= node.disk.log.LastIndex(); i = Next(i)) {
    if (!IsElsewhere(node, {i, *node.disk.log.TermOrNone(i)})) return;
  }
  node.lost = std::move(node.disk.log);
  node.disk = *node.backup;
  node.observer = true;
  Trace(fmt::format("node {} is restored from a backup", node.id));
  ++coverage_["restores"];
  invariants_.OnDamage(node.id);
}

}  // namespace symbolon::consensus
