#pragma once
// The nodes of a scenario, on our own core. Where the two implementations differ in protocol, not in meaning,
// the difference is bridged here, and the comment at the place says how:
//
//   1  terms       A scenario begins with a log of term 1 in a node of term 0, which our core takes for
//   damage. Our nodes
//                  begin in term 1, so terms of elections are one larger here.
//   2  snapshots   A scenario begins after a snapshot. Our log begins at 1, with as many entries.
//   3  pre-vote    Whoever campaigns asks first, in messages that the scenario does not have; and nobody
//   helps to depose a
//                  leader whom it still hears.
//   4  own vote    A lone candidate leads when its vote is on the disk.
//   5  heartbeats  A lost append is sent again after two heartbeats without progress.
//   6  changes     Of members are taken when the leader knows what is committed, and are in force when
//   appended. 7  learners    A new voter is a learner first. That is an entry more, which the scenario's
//   indexes do not count.

#include <absl/status/status.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/conformance/etcd/datadriven.h"
#include "tests/consensus/test_node.h"

namespace symbolon::conformance {

class Cluster {
 public:
  // Carries out a command. Unimplemented: it is not one that we know.
  absl::Status Run(const Directive& directive);

  // What is so now, in the scenario's numbers (facts.h names the fields). nullopt: cannot be compared at this
  // moment.
  std::optional<std::string> Observe(uint64_t node, const std::string& field) const;

  std::vector<uint64_t> nodes() const;

 private:
  struct Node {
    std::unique_ptr<consensus::TestNode> node;
    consensus::Index commit;  // as last handed out
    std::string answer, votes, refusals;
  };
  struct Change {
    uint64_t leader;
    char kind;  // v: voter, l: learner, r: removed
    consensus::NodeId node;
  };

  // Commands.
  absl::Status AddNodes(const Directive& directive);
  absl::Status Campaign(uint64_t id);
  void Propose(uint64_t id, const std::string& text);
  absl::Status ProposeChange(uint64_t id, const std::string& changes);
  void Stabilize(std::vector<uint64_t> ids);
  absl::Status DeliverMessages(const Directive& directive);

  void PreVote(uint64_t id);
  bool HasWork(uint64_t id) const;
  void Process(uint64_t id);
  bool HasMessages(uint64_t id) const;
  void Deliver(uint64_t id, bool drop);
  void Hear(uint64_t id, consensus::Message message);
  void Emit(consensus::Message message);
  bool MakePendingChange(uint64_t id);

  consensus::Raft& raft(uint64_t id) { return nodes_.at(id).node->raft(); }
  const consensus::Raft& raft(uint64_t id) const { return nodes_.at(id).node->raft(); }

  // Bridges 1 and 7: from our numbers to those of the scenario.
  uint64_t TheirTerm(consensus::Term term) const;
  uint64_t TheirIndex(consensus::Index index) const;
  std::string TheirPosition(consensus::LogPosition position) const;
  std::string Describe(const consensus::Entry& entry) const;
  std::optional<std::string> ObserveEntry(uint64_t id, uint64_t their_index) const;
  std::optional<std::string> ObserveMembers(uint64_t id) const;
  std::string ObserveProgress(uint64_t id, uint64_t peer, bool with_activity) const;
  std::optional<consensus::Raft::PeerProgress> Peer(uint64_t id, uint64_t peer) const;

  std::map<uint64_t, Node> nodes_;
  consensus::Configuration genesis_;
  uint64_t snapshot_ = 0;  // the index that the scenario begins after
  std::vector<consensus::Message> network_;
  std::deque<Change> changes_;                  // asked for and not yet made
  std::set<consensus::Index> learner_entries_;  // that the scenario does not have
};

}  // namespace symbolon::conformance
