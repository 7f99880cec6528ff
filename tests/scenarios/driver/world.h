#pragma once
// Real cores (consensus/raft.h), each with a disk that forgets what is not written, and a network that does
// what it is told. Time passes when it is told to. The invariants are checked after every input to a core.

#include <fmt/format.h>

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

namespace symbolon::consensus {

// What a machine keeps when its process ends.
struct Disk {
  MemoryLog log;
  HardState hard_state;
  Index applied;
  LogPosition mark;            // how far the log went when it was last written
  bool promises_lost = false;  // term and vote are lost, or moved back in time
};

struct WorldSetup {
  Configuration genesis;
  uint64_t nodes = 0;            // 1..nodes: the members of the genesis, and others
  std::map<NodeId, Disk> found;  // on disk at the first start; otherwise nothing
  std::vector<std::function<void(Options&)>> tune;
  std::function<void(std::string_view)> record;  // of every input to a core (docs/trace-format.md)
};

// What became of a proposal (which may be many entries), a read or a transfer.
struct Answer {
  std::string state =
      "pending";  // until all of it is answered; "mixed" when not all alike; "gone" with its process
  std::vector<LogPosition> positions;  // of a proposal
  Index index;                         // of a confirmed read
  size_t open = 0;                     // parts not answered
  std::string seen;                    // what the answered parts say
};

// One machine and the process on it.
struct Machine {
  NodeId id;
  Disk disk;
  std::unique_ptr<Raft> raft;  // null: down
  std::string shown;           // its role, as traced last
  std::string stopped;         // why it stopped itself; empty: it did not
  bool paused = false;
  bool slow_disk = false;
  bool slow_apply = false;
  bool disk_full = false;
  uint64_t lives = 0;
  uint64_t silence = 0;              // ticks since a leader's message came
  uint64_t requests = 0;             // for votes and pre-votes, ever sent
  std::deque<Effects> writes;        // handed out, not durable
  std::deque<PersistToken> written;  // durable, the core not told
  // The names of the answers that it owes.
  std::map<std::pair<Index, Term>, std::string> proposals;
  std::map<ReadId, std::string> reads;
  std::deque<std::string> transfers;
};

class World {
 public:
  static constexpr uint64_t kElectionTicks = 10;

  // `trace` gets one line for each event.
  World(WorldSetup setup, std::function<void(std::string)> trace);

  // Inputs to a running core; the error is its refusal.
  void Tick(NodeId node);
  absl::Status Propose(NodeId node, const std::string& name, uint64_t times, size_t bytes);
  absl::Status Read(NodeId node, const std::string& name);
  absl::Status Transfer(NodeId node, NodeId target, const std::string& name);
  absl::Status Change(NodeId node, const Configuration& members, bool forced, const std::string& name);
  absl::Status Deliver(const Message& message) { return Deliver(message, message.to); }
  absl::Status Deliver(const Message& message, NodeId at);  // which may be another than it is meant for

  // The network keeps messages in the order sent, until told what becomes of them.
  const std::deque<Message>& in_flight() const { return in_flight_; }
  Message Take(size_t i);            // out of the network
  void Cut(NodeId from, NodeId to);  // loses what is under way, too
  void HealLinks(NodeId node) {
    std::erase_if(cut_, [=](const auto& link) { return link.first == node || link.second == node; });
  }
  // Delivers until nothing is under way between these nodes. What is for a paused process waits.
  absl::Status Settle(const std::set<NodeId>& nodes, bool only_votes = false);

  // Disks. A fast one writes at once, a slow one when told to.
  void SetSlowDisk(NodeId node, bool slow);
  void Write(NodeId node);     // the oldest write becomes durable; the messages that waited for it leave
  void Complete(NodeId node);  // the core hears of the oldest such write
  void FailWrite(
      NodeId node,
      bool kept);  // the oldest write fails, and with it the process; `kept`: it is on disk all the same
  void SetDiskFull(NodeId node, bool full);
  // To damage it. A node with less log than its mark starts as recovering, one without its promises as
  // observer.
  Disk& Damage(NodeId node);

  // Processes.
  void SetSlowApply(NodeId node, bool slow);
  void Apply(NodeId node, std::optional<Index> to);
  // The writes under way still reach the disk; or nothing of them does, and what was applied is lost.
  void Crash(NodeId node, bool power_loss);
  absl::Status Start(NodeId node);
  void SetPaused(NodeId node, bool paused) { At(node).paused = paused; }

  // What is so now.
  const Machine& machine(NodeId node) const { return machines_[node.value() - 1]; }
  std::vector<NodeId> nodes() const;
  const Answer* answer(const std::string& name) const;
  absl::Status Invariant() const;  // the first one broken
  std::vector<std::string> TakeStops() {
    return std::exchange(stops_, {});
  }  // of nodes that stopped themselves

  // Called after every input to a core, when the invariants have been checked.
  std::function<void()> on_step;

 private:
  Machine& At(NodeId node) { return machines_[node.value() - 1]; }
  NodeView View(const Machine& m) const { return {m.id, m.raft.get(), &m.disk.log, &m.disk.hard_state}; }
  void Trace(const Machine& m, const std::string& what) { trace_(fmt::format("node  {} {}", m.id, what)); }

  void Stepped(const Machine& m);
  void After(Machine& m);
  bool ApplyTo(Machine& m, Index to);
  void Carry(Machine& m, Effects effects);
  void TraceRole(Machine& m);
  void TakeAnswers(Machine& m, const Effects& effects);
  void Send(Machine& m, Message message);
  PersistToken PutOnDisk(Machine& m, bool speak);
  void End(Machine& m);
  void OweProposals(Machine& m, const std::string& name, const std::vector<LogPosition>& positions);
  void Owe(const std::string& name, size_t parts);
  void Resolve(const std::string& name, const std::string& state);

  WorldSetup setup_;
  std::function<void(std::string)> trace_;
  Invariants invariants_;
  std::vector<Machine> machines_;
  std::deque<Message> in_flight_;
  std::set<std::pair<NodeId, NodeId>> cut_;
  std::map<std::string, Answer> answers_;
  std::vector<std::string> stops_;
  uint64_t next_read_ = 1;
};

}  // namespace symbolon::consensus
