#pragma once
// A network of Raft nodes under one seed: one seed, one history. Time is a number; a tick is kTick of them.
//
// network.cc has the world: nodes, disks, messages. Those who make it hard: network_clients.cc (what is asked
// of the nodes, changes of members too) and network_faults.cc. network_phases.cc says what is asked for when.

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consensus/raft.h"
#include "tests/consensus/invariants.h"
#include "tests/consensus/memory_log.h"
#include "tests/consensus/plan.h"
#include "tests/consensus/random.h"

namespace symbolon::consensus {

// What a run came across; tests assert that nothing of it stays at zero.
using Coverage = std::map<std::string, uint64_t>;

class Network {
 public:
  static constexpr uint64_t kTick = 10;
  static constexpr size_t kMostEchoes = 30;
  static constexpr uint64_t kElectionTicks = 10;
  // The longest time without any movement once faults have stopped; also longer than any caller may wait. An
  // election may need a few timeouts, of the nodes that should lead last too.
  static constexpr uint64_t kPatience = 12 * kElectionTicks * kTick;

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

  // What stays when the process ends.
  struct Disk {
    MemoryLog log;
    HardState hard_state;
    Index applied;
  };
  struct Node {
    NodeId id;
    Disk disk;
    LogPosition mark;            // beside the disk: where the log ended when something was last acknowledged
    std::optional<Disk> backup;  // as the disk was once
    bool observer = false;       // it was restored from that
    std::optional<MemoryLog> lost;
    bool disk_full = false;
    std::unique_ptr<Raft> raft;
    uint64_t life = 0;  // counts restarts: events of an earlier life are void; the incarnation
    uint64_t paused_until = 0;
    uint64_t persist_delay = 0;  // a slow or hanging disk
    bool pump_due = false;
    bool applying = false;
    bool writing = false;
    std::deque<Effects> writes;
    RoleChange role;
    std::vector<Message> echoes;  // answers to this node that the network may bring once more
    Term led;                     // the term of its latest leadership
  };

  // The simulated world.
  void At(uint64_t time, std::function<void()> event) { events_.emplace(time, std::move(event)); }
  void AtNode(Node& node, uint64_t time, std::function<void()> event);
  void RunUntil(uint64_t time);
  bool Failed() const { return !invariants_.violation().empty(); }
  void Trace(const std::string& line) const;

  // Nodes.
  void Start(Node& node);
  Options OptionsOf(const Node& node);
  void Crash(Node& node);
  void ScheduleTick(Node& node);
  void SchedulePump(Node& node);
  void Pump(Node& node);
  void Carry(Node& node, Effects effects);
  void ScheduleWrite(Node& node);
  void FinishWrite(Node& node, bool confirm);
  void WriteDisk(Node& node, const Effects& write, bool raise_mark);
  void ScheduleApply(Node& node);
  void Apply(Node& node);
  void Send(Node& node, Message message);
  void Deliver(Message message);
  void Echo(Node& node, uint64_t within);
  void AfterStep(Node& node);

  // Clients and faults.
  void ClientOperation();
  void Propose(Node& node);
  void BeginRead(Node& node);
  void Transfer(Node& node);
  void ChangeMembers(Node& leader);
  std::optional<Configuration> DrawChange(const Configuration& now);

  // Faults.
  void MakeTrouble();
  void LoseTail(Node& node);
  void Restore(Node& node);
  bool LacksPromises(const Node& node) const;
  bool MayBeDamaged(const Node& node) const;
  bool IsElsewhere(const Node& node, LogPosition position) const;
  void Partition();
  void Heal();
  Link& link(NodeId from, NodeId to) { return links_[from.value()][to.value()]; }
  void SetLinks(const std::function<Link(uint64_t, uint64_t)>& state);

  // What must hold at the end.
  void CheckAtRest(const Node& node, const Configuration& members);
  void HandAround();

  // Members.
  Configuration NewestOn(const Node& node) const;
  std::vector<Configuration> InPlay() const;
  std::optional<std::set<NodeId>> DrawWhole();
  // A majority of each configuration in play.
  bool Suffices(const std::set<NodeId>& nodes);

  Node& Pick() { return nodes_[random_.Below(nodes_.size())]; }
  Node& NodeOf(NodeId id) { return nodes_[id.value() - 1]; }
  Node* LeaderAmong(const std::set<NodeId>& ids);
  uint64_t Movement(const std::set<NodeId>& whole);
  NodeView View(const Node& node) const {
    return {.id = node.id,
            .raft = node.raft.get(),
            .disk = &node.disk.log,
            .disk_hard_state = &node.disk.hard_state,
            .lost = node.lost ? &*node.lost : nullptr,
            .observer = node.observer};
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
  std::array<std::array<Link, 16>, 16> links_ = {};
  std::set<NodeId> used_;  // has been named in a configuration: a node removed never returns (M10)
  std::function<void(std::string_view)> trace_file_;  // of every input to every node (docs/trace-format.md)
};

}  // namespace symbolon::consensus
