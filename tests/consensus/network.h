#pragma once
// A network of Raft nodes under one seed: one seed, one history. Time is a number; a tick is kTick of them.

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/raft.h"
#include "tests/consensus/invariants.h"
#include "tests/consensus/memory_log.h"
#include "tests/consensus/random.h"

namespace symbolon::consensus {

// What a run came across; tests assert that nothing of it stays at zero.
using Coverage = std::map<std::string, uint64_t>;

// Drawn from the seed at the beginning of a run, printed when it fails.
struct Plan {
  uint64_t seed = 0;
  uint64_t voters = 3;
  uint64_t learners = 0;
  double drop = 0;
  double duplicate = 0;
  uint64_t max_delay = 5;
  uint64_t max_persist = 3;
  double trouble = 0;  // chance of a new fault, or of healing, in each tick
  size_t max_append_bytes = 0;
  size_t max_inflight_bytes = 0;
  size_t max_inflight_messages = 0;
  size_t tail_cache_bytes = 0;
  size_t max_uncommitted_bytes = 0;
  size_t max_unpersisted_bytes = 0;

  static Plan Draw(uint64_t seed);
  std::string ToString() const;
};

class Network {
 public:
  static constexpr uint64_t kTick = 10;
  static constexpr uint64_t kElectionTicks = 10;

  explicit Network(Plan plan, bool trace = false);

  // Faults all the time: only safety is asked for.
  void RunSafetyPhase(uint64_t ticks);
  // A majority is whole and mutually connected, the rest stays broken: progress, and then quiet, are asked
  // for.
  void RunLivenessPhase();
  // Everything heals: every node catches up, every caller has been answered.
  void RunToEnd();

  // Empty, or the first violation.
  std::string Report() const;
  const Coverage& coverage() const { return coverage_; }

 private:
  enum class Link : uint8_t { kUp, kCut };

  struct Node {
    NodeId id;
    MemoryLog disk;
    HardState disk_hard_state;
    Index disk_applied;
    std::unique_ptr<Raft> raft;
    uint64_t life = 0;  // counts restarts: events of an earlier life are void
    uint64_t paused_until = 0;
    uint64_t persist_delay = 0;  // a slow or hanging disk
    bool pump_due = false;
    bool applying = false;
    bool writing = false;
    std::deque<Effects> writes;
    RoleChange role;
  };

  // The simulated world.
  void At(uint64_t time, std::function<void()> event) { events_.emplace(time, std::move(event)); }
  void AtNode(Node& node, uint64_t time, std::function<void()> event);
  void RunUntil(uint64_t time);
  bool Failed() const { return !invariants_.violation().empty(); }
  void Trace(const std::string& line) const;

  // Nodes.
  void Start(Node& node);
  void Crash(Node& node);
  void ScheduleTick(Node& node);
  void SchedulePump(Node& node);
  void Pump(Node& node);
  void Carry(Node& node, Effects effects);
  void ScheduleWrite(Node& node);
  void FinishWrite(Node& node, bool confirm);
  void ScheduleApply(Node& node);
  void Apply(Node& node);
  void Send(Node& node, Message message);
  void Deliver(Message message);
  void AfterStep(Node& node);

  // Clients and faults.
  void ClientOperation();
  void Propose(Node& node);
  void BeginRead(Node& node);
  void Transfer(Node& node);
  void MakeTrouble();
  void Partition();
  void Heal();
  Link& link(NodeId from, NodeId to) { return links_[from.value()][to.value()]; }
  void SetLinks(const std::function<Link(uint64_t, uint64_t)>& state);

  Node& Pick() { return nodes_[random_.Below(nodes_.size())]; }
  Node& NodeOf(NodeId id) { return nodes_[id.value() - 1]; }
  Node* LeaderAmong(const std::set<NodeId>& ids);
  uint64_t Movement(const std::set<NodeId>& whole);
  NodeView View(const Node& node) const {
    return {node.id, node.raft.get(), &node.disk, &node.disk_hard_state};
  }
  std::vector<NodeView> Views() const;

  Plan plan_;
  bool trace_;
  Random random_;
  Configuration configuration_;
  Invariants invariants_;
  Coverage coverage_;
  std::deque<Node> nodes_;
  std::multimap<uint64_t, std::function<void()>> events_;
  uint64_t now_ = 0;
  uint64_t next_read_ = 1;
  uint64_t next_payload_ = 1;
  bool faults_ = true;
  std::array<std::array<Link, 8>, 8> links_ = {};
  std::function<void(std::string_view)> trace_file_;  // of every input to every node (docs/trace-format.md)
};

}  // namespace symbolon::consensus
