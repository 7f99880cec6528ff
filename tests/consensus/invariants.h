#pragma once
// What must hold in every history, checked step by step from outside. The numbers are those of the list of
// invariants in the documentation of the simulator.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "consensus/raft.h"
#include "tests/consensus/memory_log.h"

namespace symbolon::consensus {

// What the checker may see of a node.
struct NodeView {
  NodeId id;
  const Raft* raft = nullptr;  // null: not running
  const MemoryLog* disk = nullptr;
  const HardState* disk_hard_state = nullptr;
  const MemoryLog* lost = nullptr;  // the log as it was when the disk was damaged last
  bool observer = false;
};

class Invariants {
 public:
  using ReadConfiguration = std::function<absl::StatusOr<Configuration>(const EntryData&)>;
  explicit Invariants(Configuration genesis, ReadConfiguration read = ReadConfigurationData)
      : genesis_(std::move(genesis)), read_(std::move(read)), committed_members_(Index(0), genesis_) {}

  // The first violation; empty while all is well.
  const std::string& violation() const { return violation_; }

  // Called at the moments that the names say. `nodes`: all nodes, in the order of their ids from 1.
  void OnRestart(const NodeView& node);  // the first start, too: before the node does anything
  void OnCrash(NodeId node);
  void OnDamage(NodeId node);  // its disk has lost something, or went back in time
  void OnEffects(const NodeView& node, const Effects& effects);
  void OnDurable(NodeId node, const HardState& before, const HardState& now);
  void OnSend(const NodeView& sender, const Message& message);
  void OnStep(const NodeView& node, const std::vector<NodeView>& nodes);
  void OnApply(NodeId node, const Entry& entry);
  // Asked of the node, and accepted: an answer is owed.
  void OnProposed(NodeId node, LogPosition position);
  void OnReadBegun(NodeId node, ReadId id);
  void OnTransferBegun(NodeId node);
  // Everything has healed and come to rest.
  void AtEnd(const std::vector<NodeView>& nodes);

  // The end of what any node has reported committed: the least that a read that begins now must return.
  Index committed() const { return Index(committed_.size()); }
  bool IsCommitted(LogPosition entry) const {
    return entry.index <= committed() && committed_[entry.index.value() - 1].term == entry.term;
  }

  // The newest committed configuration, and the index of its entry.
  const std::pair<Index, Configuration>& committed_members() const { return committed_members_; }

  void Violate(std::string what) {
    if (violation_.empty()) violation_ = std::move(what);
  }

 private:
  struct Committed {
    Term term;      // of the entry
    Term reporter;  // of the node that reported it first
  };
  struct Seen {
    std::shared_ptr<const EntryData> data;
    EntryKind kind = EntryKind::kNormal;
    Term before;  // the term of the entry before it
  };
  struct Watermarks {
    Term term;
    Index commit;
    Index applied;
    std::map<NodeId, Index> match;
    Term match_term;
    Index members_at;  // of the newest configuration in its log, after its last step
    Configuration members;
  };

  // What a running node owes its callers.
  struct Owed {
    std::set<std::pair<Index, Term>> proposals;
    std::map<ReadId, Index> reads;  // with what was committed when each began
    uint64_t transfers = 0;
  };

  void CheckEntry(const Entry& entry, Term before);
  void CheckChange(const Raft& raft, const Entry& entry);
  void CheckProposal(NodeId node, const ProposalOutcome& outcome);
  void CheckRead(const NodeView& node, const ReadState& read);
  void CheckCommit(const NodeView& node, const std::vector<NodeView>& nodes);
  void CheckLeader(const NodeView& node, const std::vector<NodeView>& nodes);

  Configuration genesis_;
  ReadConfiguration read_;
  std::pair<Index, Configuration> committed_members_;
  std::string violation_;
  std::map<Term, NodeId> leaders_;
  std::map<std::pair<Index, Term>, Seen> entries_;
  std::vector<Committed> committed_;  // of index i + 1
  std::vector<std::shared_ptr<const EntryData>> applied_;
  std::map<NodeId, Watermarks> marks_;
  std::map<NodeId, Owed> owed_;
  std::set<NodeId> damaged_;
  std::set<std::pair<Index, Term>> dropped_;
};

}  // namespace symbolon::consensus
