#pragma once
// What must hold in every history of whole nodes, looked at after every turn of every worker. The numbers are
// those of docs/consensus.md; tests/consensus/invariants.h has what concerns consensus alone.

#include <map>
#include <set>
#include <vector>

#include "ledger/trust.h"
#include "node/node_parts.h"
#include "tests/consensus/invariants.h"
#include "tests/consensus/memory_log.h"
#include "tests/simulation/founders.h"
#include "tests/simulation/world.h"
#include "tests/storage/support/simulated_disk.h"

namespace symbolon::simulation {

class Checker {
 public:
  Checker(World* world, const Founders* founders, consensus::Configuration configuration);

  // The checker reads what a node's log holds also when the node cannot.
  void Attach(uint64_t node, storage::SimulatedDisk* disk) { seen(node).disk = disk; }

  // ---- moments in the life of a node's process
  void OnStart(uint64_t node, const node::NodeParts& parts);
  // The disk has lost something; `promises`: also what the node has promised.
  void OnHarm(uint64_t node, bool promises);
  // `write_under_way`: a write was cut short; the disk may hold it or not.
  void OnEnd(uint64_t node, bool write_under_way);
  void OnSend(uint64_t node, const consensus::Message& message);
  void AfterTurn(uint64_t node, const node::NodeParts& parts, node::WorkerKind kind);
  // Everything has healed and come to rest; these nodes are members.
  void AtEnd(const std::set<uint64_t>& whole);

  // ---- what is so now
  // The genesis, and the members' decisions as far as any node has applied them.
  const ledger::Trust& trust() const { return trust_; }
  // Every configuration that may be in force: in the log of some node, running or not.
  std::vector<consensus::Configuration> Configurations() const;
  uint64_t committed() const { return invariants_.committed().value(); }
  // The root that every node computed, or will compute, for a size; nullopt while no node has.
  std::optional<Digest> RootAt(uint64_t size) const;
  // What some node has applied: the largest size in RootAt.
  uint64_t largest_size() const { return roots_.empty() ? 0 : roots_.rbegin()->first; }

 private:
  struct Seen {
    storage::SimulatedDisk* disk = nullptr;
    consensus::MemoryLog durable;
    std::set<std::pair<consensus::Index, consensus::Term>> held;  // was durable there at any time
    consensus::HardState hard_state;
    const node::NodeParts* parts = nullptr;  // null: not running
    bool write_under_way = false;            // when it ended
    consensus::Role role = consensus::Role::kFollower;
    consensus::Term term;
    consensus::Index configuration_index;  // of the newest configuration in its log
    uint64_t applied = 0;
    bool harmed = false;                       // since its last start, or it has not met all of it yet
    bool promises_lost = false;                // in this life or an earlier one
    std::optional<consensus::MemoryLog> lost;  // as its log was before it lost something of it
    consensus::Standing standing = consensus::Standing::kMember;
    consensus::LogPosition promised;                              // while it is recovering
    uint64_t signed_size = 0;                                     // over all its lives
    std::shared_ptr<const node::PublishedCheckpoint> checkpoint;  // the one looked at last
  };

  Seen& seen(uint64_t node) { return seen_[node - 1]; }
  void ReadDurable(uint64_t node);
  std::vector<consensus::Entry> ReadEntries(const Seen& seen, consensus::Index first,
                                            consensus::Index last) const;
  bool LooksUnchanged(const Seen& seen) const;
  void CheckRestart(uint64_t node);
  void CheckSameLog(uint64_t node);
  void CheckEarlierLog(uint64_t node);
  void CheckPromises(uint64_t node);
  void CheckStanding(uint64_t node);
  void CheckRecovered(uint64_t node);
  void CheckVotes(uint64_t node, const consensus::Message& message);
  void CheckApplied(uint64_t node);
  void CheckCheckpoint(uint64_t node);
  void CheckMembers(uint64_t node);
  void CheckChangesOfMembers(uint64_t node, consensus::Index from);
  absl::StatusOr<consensus::Configuration> NewestConfiguration(const consensus::MemoryLog& log,
                                                               consensus::Index before) const;
  void CountRole(uint64_t node);
  void CountMessage(const consensus::Message& message);
  void NoteRoot(uint64_t node, uint64_t size, const Digest& root);
  void PassOn();

  World* const world_;
  const Founders* const founders_;
  Random chance_;
  const consensus::Configuration genesis_;
  consensus::Invariants invariants_;
  ledger::Trust trust_;
  std::vector<Bytes> decided_;  // the headers that trust_ has followed
  std::vector<Seen> seen_;
  std::vector<consensus::NodeView> views_;
  std::map<uint64_t, Digest> roots_;
  std::map<std::pair<consensus::NodeId, consensus::Term>, consensus::LogPosition> claimed_;  // by candidates
  std::map<std::pair<consensus::Index, consensus::Term>, consensus::Entry> sent_;  // that any node ever sent
};

}  // namespace symbolon::simulation
