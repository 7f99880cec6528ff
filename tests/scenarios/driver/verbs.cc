// What happens: time, clients, messages, links, disks, processes.

#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"
#include "tests/scenarios/driver/run.h"
#include "tests/scenarios/driver/words.h"

namespace symbolon::consensus {
namespace {

absl::StatusOr<std::vector<NodeId>> ParseNodes(const std::string& list) {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, ParseList(list));
  std::vector<NodeId> out;
  for (uint64_t number : numbers) out.push_back(NodeId(number));
  return out;
}

}  // namespace

absl::Status Run::NeedUp(NodeId node) const {
  if (world_->machine(node).raft == nullptr)
    return absl::InvalidArgumentError(fmt::format("node {} is down", node));
  if (world_->machine(node).paused) return absl::InvalidArgumentError(fmt::format("node {} is paused", node));
  return absl::OkStatus();
}

absl::Status Run::NeedDown(NodeId node) const {
  if (world_->machine(node).raft == nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("node {} is still up", node));
}

std::vector<NodeId> Run::Awake() const {
  std::vector<NodeId> out;
  for (NodeId node : world_->nodes()) {
    if (NeedUp(node).ok()) out.push_back(node);
  }
  return out;
}

absl::Status Run::ForEach(Args& args, absl::Status (Run::*need)(NodeId) const,
                          const std::function<void(NodeId)>& what) {
  const std::vector<NodeId> nodes = args.Nodes();
  RETURN_IF_ERROR(args.Done());
  for (NodeId node : nodes) {
    RETURN_IF_ERROR((this->*need)(node));
    what(node);
  }
  return absl::OkStatus();
}

// --- time ---

absl::Status Run::Tick(Args& args) {
  const uint64_t times = args.NumberIfAny().value_or(1);
  const std::vector<NodeId> nodes = args.Skip("at") ? args.Nodes() : Awake();
  RETURN_IF_ERROR(args.Done());
  for (uint64_t i = 0; i < times; ++i) {
    for (NodeId node : nodes) {
      if (i == 0) RETURN_IF_ERROR(NeedUp(node));
      if (NeedUp(node).ok()) world_->Tick(node);
    }
  }
  return absl::OkStatus();
}

absl::Status Run::LetTimeOut(NodeId node) {
  RETURN_IF_ERROR(NeedUp(node));
  const Machine& m = world_->machine(node);
  const uint64_t requests = m.requests;
  const Role role = m.raft->role();
  // A leader needs up to two timeouts to find that nobody follows; then it waits as others do.
  for (uint64_t i = 0; i < 4 * World::kElectionTicks; ++i) {
    world_->Tick(node);
    if (!m.raft || m.requests != requests) return absl::OkStatus();
    if (m.raft->role() != role && m.raft->role() != Role::kFollower)
      return absl::OkStatus();  // asks nobody, or not yet
  }
  return absl::FailedPreconditionError(fmt::format("node {} asks nobody for votes", node));
}

absl::Status Run::Timeout(Args& args) {
  const NodeId node = args.Node();
  RETURN_IF_ERROR(args.Done());
  return LetTimeOut(node);
}

absl::Status Run::SettleAll(bool only_votes) {
  const std::vector<NodeId> nodes = world_->nodes();
  return world_->Settle({nodes.begin(), nodes.end()}, only_votes);
}

absl::Status Run::RunOn(Args& args) {
  const uint64_t times = args.Number("a number of ticks");
  RETURN_IF_ERROR(args.Done());
  for (uint64_t i = 0; i < times; ++i) {
    RETURN_IF_ERROR(SettleAll());
    for (NodeId node : Awake()) world_->Tick(node);
    RETURN_IF_ERROR(SettleAll());
    if (!watched_.ok()) return watched_;
  }
  return absl::OkStatus();
}

absl::Status Run::Elect(Args& args) {
  const NodeId node = args.Node();
  RETURN_IF_ERROR(args.Done());
  for (NodeId other : Awake()) {  // whoever hears a leader would take no part
    const Machine& o = world_->machine(other);
    while (other != node && o.raft->leader() && o.raft->role() != Role::kLeader &&
           o.silence < World::kElectionTicks)
      world_->Tick(other);
  }
  const Machine& m = world_->machine(node);
  for (int attempt = 0; attempt < 2; ++attempt) {  // the first may do no more than learn the present term
    RETURN_IF_ERROR(LetTimeOut(node));
    RETURN_IF_ERROR(SettleAll(/*only_votes=*/true));
    if (m.raft && m.raft->role() == Role::kLeader) return absl::OkStatus();
  }
  return absl::FailedPreconditionError(fmt::format("node {} does not lead", node));
}

// --- clients ---

absl::Status Run::Propose(Args& args) {
  const NodeId node = args.Node();
  const std::string name = args.Word("a name");
  const uint64_t times = args.Option("times").value_or(1);
  const uint64_t bytes = args.Option("bytes").value_or(0);
  RETURN_IF_ERROR(args.Done());
  RETURN_IF_ERROR(NeedUp(node));
  return world_->Propose(node, name, times, bytes);
}

absl::Status Run::Read(Args& args) {
  const NodeId node = args.Node();
  const std::string name = args.Word("a name");
  RETURN_IF_ERROR(args.Done());
  RETURN_IF_ERROR(NeedUp(node));
  return world_->Read(node, name);
}

absl::Status Run::Transfer(Args& args) {
  const NodeId node = args.Node();
  const std::string name = args.Word("a name");
  const std::optional<uint64_t> target = args.Option("to");
  RETURN_IF_ERROR(args.Done());
  if (!target) return absl::InvalidArgumentError("write: transfer NODE NAME to=NODE");
  RETURN_IF_ERROR(NeedUp(node));
  return world_->Transfer(node, NodeId(*target), name);
}

// change NODE NAME voters [1 2 3] learners [4] forced
absl::Status Run::Change(Args& args) {
  const NodeId node = args.Node();
  const std::string name = args.Word("a name");
  std::vector<NodeId> voters, learners;
  if (args.Skip("voters")) {
    ASSIGN_OR_RETURN(voters, ParseNodes(args.Word("a list of nodes")));
  }
  if (args.Skip("learners")) {
    ASSIGN_OR_RETURN(learners, ParseNodes(args.Word("a list of nodes")));
  }
  const bool forced = args.Skip("forced");
  RETURN_IF_ERROR(args.Done());
  RETURN_IF_ERROR(NeedUp(node));
  return world_->Change(node, Configuration(voters, learners), forced, name);
}

// --- messages ---

absl::StatusOr<std::vector<size_t>> Run::Find(const MessagePattern& pattern, bool all,
                                              bool may_be_none) const {
  std::vector<size_t> found;
  for (size_t i = 0; i < world_->in_flight().size() && (all || found.empty()); ++i) {
    if (pattern.Matches(world_->in_flight()[i])) found.push_back(i);
  }
  if (!found.empty() || may_be_none) return found;
  std::string others;
  for (const Message& message : world_->in_flight()) others += "\n    " + Describe(message);
  return absl::FailedPreconditionError(
      fmt::format("nothing such is under way; there is:{}", others.empty() ? " nothing" : others));
}

absl::Status Run::Deliver(Args& args) {
  const bool all = args.Skip("all");
  ASSIGN_OR_RETURN(const MessagePattern pattern, ParsePattern(args.Rest()));
  ASSIGN_OR_RETURN(const std::vector<size_t> found, Find(pattern, all));
  std::vector<Message> messages;
  for (size_t i = 0; i < found.size(); ++i) messages.push_back(world_->Take(found[i] - i));
  for (const Message& message : messages) {
    if (world_->machine(message.to).paused) return NeedUp(message.to);
    RETURN_IF_ERROR(world_->Deliver(message));
  }
  return absl::OkStatus();
}

absl::Status Run::Drop(Args& args) {
  const bool all = args.Skip("all");
  ASSIGN_OR_RETURN(const MessagePattern pattern, ParsePattern(args.Rest()));
  ASSIGN_OR_RETURN(const std::vector<size_t> found, Find(pattern, all, /*may_be_none=*/all));
  for (size_t i = 0; i < found.size(); ++i) world_->Take(found[i] - i);
  return absl::OkStatus();
}

absl::Status Run::Hold(Args& args) {
  const std::string name = args.Word("a name");
  ASSIGN_OR_RETURN(const MessagePattern pattern, ParsePattern(args.Rest()));
  ASSIGN_OR_RETURN(const std::vector<size_t> found, Find(pattern, false));
  held_[name] = world_->Take(found[0]);
  return absl::OkStatus();
}

absl::Status Run::Copy(Args& args) {
  const std::string name = args.Word("a name");
  ASSIGN_OR_RETURN(const MessagePattern pattern, ParsePattern(args.Rest()));
  ASSIGN_OR_RETURN(const std::vector<size_t> found, Find(pattern, false));
  held_[name] = world_->in_flight()[found[0]];
  return absl::OkStatus();
}

absl::Status Run::Release(Args& args) {
  const std::string name = args.Word("a name");
  const std::optional<uint64_t> instead = args.Option("at");
  RETURN_IF_ERROR(args.Done());
  const auto it = held_.find(name);
  if (it == held_.end()) return absl::InvalidArgumentError(fmt::format("nothing is held as \"{}\"", name));
  const NodeId at = instead ? NodeId(*instead) : it->second.to;
  RETURN_IF_ERROR(NeedUp(at));
  return world_->Deliver(it->second, at);
}

absl::Status Run::Inject(Args& args) {
  ASSIGN_OR_RETURN(Message message, ParseMessage(args.Rest()));
  RETURN_IF_ERROR(NeedUp(message.to));
  if (message.incarnation == 0) message.incarnation = world_->machine(message.from).lives;
  return world_->Deliver(message);
}

absl::Status Run::Settle(Args& args) {
  const std::vector<NodeId> nodes = args.empty() ? world_->nodes() : args.Nodes();
  RETURN_IF_ERROR(args.Done());
  return world_->Settle({nodes.begin(), nodes.end()});
}

// --- links ---

absl::Status Run::Cut(Args& args) {
  const std::string ends = args.Word("FROM->TO");
  RETURN_IF_ERROR(args.Done());
  const std::vector<std::string> words = {"any", ends};
  ASSIGN_OR_RETURN(const MessagePattern pattern, ParsePattern(words));
  for (NodeId from : world_->nodes()) {
    for (NodeId to : world_->nodes()) {
      if (pattern.from.value_or(from) == from && pattern.to.value_or(to) == to) world_->Cut(from, to);
    }
  }
  return absl::OkStatus();
}

// partition [1 2] [3 4 5]: nothing passes between the groups; a node of no group is alone.
absl::Status Run::Partition(Args& args) {
  std::map<NodeId, size_t> group;
  size_t count = 0;
  while (!args.empty()) {
    ASSIGN_OR_RETURN(const std::vector<uint64_t> nodes, ParseList(args.Word("a group")));
    ++count;
    for (uint64_t node : nodes) group[NodeId(node)] = count;
  }
  if (count == 0) return absl::InvalidArgumentError("write: partition [NODE...] [NODE...]");
  for (NodeId node : world_->nodes()) world_->HealLinks(node);
  for (NodeId from : world_->nodes()) {
    for (NodeId to : world_->nodes()) {
      if (from != to && (group[from] != group[to] || group[from] == 0)) world_->Cut(from, to);
    }
  }
  return absl::OkStatus();
}

absl::Status Run::Isolate(Args& args) {
  const std::vector<NodeId> nodes = args.Nodes();
  RETURN_IF_ERROR(args.Done());
  for (NodeId node : nodes) {
    for (NodeId other : world_->nodes()) {
      world_->Cut(node, other);
      world_->Cut(other, node);
    }
  }
  return absl::OkStatus();
}

absl::Status Run::Heal(Args& args) {
  const std::vector<NodeId> nodes = args.empty() ? world_->nodes() : args.Nodes();
  RETURN_IF_ERROR(args.Done());
  for (NodeId node : nodes) world_->HealLinks(node);
  return absl::OkStatus();
}

// --- disks ---

absl::Status Run::Disk(Args& args) {
  const std::vector<NodeId> nodes = args.Nodes();
  const std::string how = args.Word("slow, fast, full or free");
  RETURN_IF_ERROR(args.Done());
  for (NodeId node : nodes) {
    RETURN_IF_ERROR(NeedUp(node));
    if (how == "slow" || how == "fast") {
      world_->SetSlowDisk(node, how == "slow");
    } else if (how == "full" || how == "free") {
      world_->SetDiskFull(node, how == "full");
    } else {
      return absl::InvalidArgumentError("write: disk NODE... slow, fast, full or free");
    }
  }
  return absl::OkStatus();
}

absl::Status Run::Persist(Args& args) {
  const NodeId node = args.Node();
  const bool all = args.Skip("all");
  uint64_t times = args.NumberIfAny().value_or(1);
  RETURN_IF_ERROR(args.Done());
  RETURN_IF_ERROR(NeedUp(node));
  if (all) times = world_->machine(node).writes.size();
  for (; times > 0; --times) {
    if (world_->machine(node).writes.empty()) return absl::FailedPreconditionError("no write is under way");
    world_->Write(node);
    world_->Complete(node);
  }
  return absl::OkStatus();
}

absl::Status Run::Write(Args& args) {
  const NodeId node = args.Node();
  uint64_t times = args.NumberIfAny().value_or(1);
  RETURN_IF_ERROR(args.Done());
  RETURN_IF_ERROR(NeedUp(node));
  for (; times > 0; --times) {
    if (world_->machine(node).writes.empty()) return absl::FailedPreconditionError("no write is under way");
    world_->Write(node);
  }
  return absl::OkStatus();
}

absl::Status Run::Complete(Args& args) {
  const NodeId node = args.Node();
  RETURN_IF_ERROR(args.Done());
  RETURN_IF_ERROR(NeedUp(node));
  if (world_->machine(node).written.empty())
    return absl::FailedPreconditionError("no write is done and unconfirmed");
  world_->Complete(node);
  return absl::OkStatus();
}

absl::Status Run::FailWrite(Args& args) {
  const NodeId node = args.Node();
  const bool kept = args.Skip("kept");
  args.Skip("lost");
  RETURN_IF_ERROR(args.Done());
  RETURN_IF_ERROR(NeedUp(node));
  if (world_->machine(node).writes.empty()) return absl::FailedPreconditionError("no write is under way");
  world_->FailWrite(node, kept);
  return absl::OkStatus();
}

// lose NODE log from=INDEX | promises | everything
absl::Status Run::Lose(Args& args) {
  const NodeId node = args.Node();
  const std::string what = args.Word("log, promises or everything");
  const Index from(args.Option("from").value_or(1));
  RETURN_IF_ERROR(args.Done());
  RETURN_IF_ERROR(NeedDown(node));
  symbolon::consensus::Disk& disk = world_->Damage(node);
  if (what == "log") {
    disk.log.mutable_entries().resize(std::min<size_t>(disk.log.LastIndex().value(), from.value() - 1));
    disk.applied = std::min(disk.applied, disk.log.LastIndex());
  } else if (what == "promises") {
    disk.hard_state = {};
    disk.promises_lost = true;
  } else if (what == "everything") {
    disk = {};
  } else {
    return absl::InvalidArgumentError("write: lose NODE log from=INDEX, promises, or everything");
  }
  return absl::OkStatus();
}

absl::Status Run::Unreadable(Args& args) {
  const NodeId node = args.Node();
  RETURN_IF_ERROR(args.Done());
  world_->Damage(node).log.set_read_error(absl::DataLossError("the disk cannot be read"));
  return absl::OkStatus();
}

absl::Status Run::Backup(Args& args) {
  const NodeId node = args.Node();
  RETURN_IF_ERROR(args.Done());
  backups_[node] = world_->machine(node).disk;
  return absl::OkStatus();
}

absl::Status Run::Restore(Args& args) {
  const NodeId node = args.Node();
  RETURN_IF_ERROR(args.Done());
  RETURN_IF_ERROR(NeedDown(node));
  if (!backups_.contains(node)) return absl::InvalidArgumentError(fmt::format("node {} has no backup", node));
  symbolon::consensus::Disk& disk = world_->Damage(node);
  disk = backups_[node];
  disk.promises_lost = true;  // moved back in time: the backup is marked as one
  return absl::OkStatus();
}

// --- processes ---

absl::Status Run::Applying(Args& args) {
  const std::vector<NodeId> nodes = args.Nodes();
  const bool slow = args.Skip("slow");
  if (!slow && !args.Skip("fast")) return absl::InvalidArgumentError("write: applying NODE... slow|fast");
  RETURN_IF_ERROR(args.Done());
  for (NodeId node : nodes) world_->SetSlowApply(node, slow);
  return absl::OkStatus();
}

absl::Status Run::Apply(Args& args) {
  const NodeId node = args.Node();
  const std::optional<uint64_t> to = args.Option("to");
  RETURN_IF_ERROR(args.Done());
  RETURN_IF_ERROR(NeedUp(node));
  const Index before = world_->machine(node).raft->applied();
  world_->Apply(node, to ? std::optional(Index(*to)) : std::nullopt);
  if (world_->machine(node).raft && world_->machine(node).raft->applied() == before)
    return absl::FailedPreconditionError("there is nothing to apply");
  return absl::OkStatus();
}

absl::Status Run::Crash(Args& args) {
  return ForEach(args, &Run::NeedUp, [&](NodeId node) { world_->Crash(node, false); });
}

absl::Status Run::PowerLoss(Args& args) {
  return ForEach(args, &Run::NeedUp, [&](NodeId node) { world_->Crash(node, true); });
}

absl::Status Run::Restart(Args& args) {
  const std::vector<NodeId> nodes = args.Nodes();
  RETURN_IF_ERROR(args.Done());
  for (NodeId node : nodes) {
    RETURN_IF_ERROR(NeedDown(node));
    RETURN_IF_ERROR(world_->Start(node));
  }
  return absl::OkStatus();
}

absl::Status Run::Pause(Args& args) {
  return ForEach(args, &Run::NeedUp, [&](NodeId node) { world_->SetPaused(node, true); });
}

absl::Status Run::Resume(Args& args) {
  const std::vector<NodeId> nodes = args.Nodes();
  RETURN_IF_ERROR(args.Done());
  for (NodeId node : nodes) world_->SetPaused(node, false);
  return absl::OkStatus();
}

}  // namespace symbolon::consensus
