#pragma once
// A few nodes that talk to each other without delay, for scenarios told step by step.

#include <deque>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {

class TestCluster {
 public:
  explicit TestCluster(uint64_t size) : TestCluster(size, std::vector<NodeSetup>(size)) {}

  // One set-up per node; ids and configuration are filled in.
  TestCluster(uint64_t size, std::vector<NodeSetup> setups)
      : TestCluster(size, Voters(size), std::move(setups)) {}

  // Nodes that are in no configuration yet are there, and wait.
  TestCluster(uint64_t size, const Configuration& genesis, std::vector<NodeSetup> setups = {}) {
    setups.resize(size);
    const auto trace = OpenTrace(NextTraceName(), false);
    for (uint64_t id = 1; id <= size; ++id) {
      NodeSetup setup = std::move(setups[id - 1]);
      setup.id = id;
      setup.configuration = genesis;
      setup.trace = trace;
      nodes_.push_back(std::make_unique<TestNode>(std::move(setup)));
    }
    SetTimeouts();
  }

  TestNode& operator[](uint64_t id) { return *nodes_[id - 1]; }
  Raft& raft(uint64_t id) { return nodes_[id - 1]->raft(); }

  // Do state machines keep up?
  bool applies = true;

  // One way, until healed.
  void Cut(uint64_t from, uint64_t to) { cut_.insert({NodeId(from), NodeId(to)}); }
  void CutBoth(uint64_t a, uint64_t b) {
    Cut(a, b);
    Cut(b, a);
  }
  void Isolate(uint64_t id) {
    for (uint64_t other = 1; other <= nodes_.size(); ++other) CutBoth(id, other);
  }
  void Heal() { cut_.clear(); }

  // A node that is down neither ticks nor hears.
  void Down(uint64_t id) { down_.insert(NodeId(id)); }
  void Up(uint64_t id) {
    down_.erase(NodeId(id));
    (*this)[id].Restart();
  }

  // Delivers until nobody has anything to say.
  void Deliver() {
    for (bool more = true; more;) {
      more = false;
      for (auto& node : nodes_) {
        for (Message& m : node->Sent()) {
          if (down_.contains(m.from) || down_.contains(m.to) || cut_.contains({m.from, m.to})) continue;
          TestNode& to = (*this)[m.to.value()];
          EXPECT_TRUE(to.Step(std::move(m)).ok());
          if (applies) {
            EXPECT_TRUE(to.raft().Applied(to.raft().commit()).ok());
          }
          more = true;
        }
      }
    }
  }

  // Time passes for all nodes that are up.
  void Tick(uint64_t ticks = 1) {
    for (uint64_t i = 0; i < ticks; ++i) {
      for (auto& node : nodes_) {
        if (!down_.contains(node->id())) node->Tick();
      }
      Deliver();
    }
  }

  // The leader appends `next`, which is then committed and known.
  void Change(const Configuration& next, bool forced = false) {
    const auto position = (*this)[Leader()].Change(next, forced);
    ASSERT_TRUE(position.ok()) << position.status();
    Tick(5);
    ASSERT_NE(Leader(), 0u);
    ASSERT_GE(raft(Leader()).commit(), position->index);
    ASSERT_EQ(raft(Leader()).configuration(), next);
  }

  // The leader of the largest term among nodes that are up; 0 if there is none.
  uint64_t Leader() {
    uint64_t leader = 0;
    for (auto& node : nodes_) {
      if (down_.contains(node->id()) || node->raft().role() != Role::kLeader) continue;
      if (leader == 0 || node->raft().term() > raft(leader).term()) leader = node->id().value();
    }
    return leader;
  }

  // Lets time pass until `id` leads: its timeout is the shortest, those of the others the longest.
  void Elect(uint64_t id) {
    for (auto& node : nodes_) {
      if (node->id() != NodeId(id) && !down_.contains(node->id()))
        node->random = TestNode::kElectionTicks - 1;
    }
    for (int i = 0; i < 60 && raft(id).role() != Role::kLeader; ++i) {
      (*this)[id].random = 0;
      Tick();
    }
    SetTimeouts();
    ASSERT_EQ(raft(id).role(), Role::kLeader);
  }

 private:
  // No two time out together.
  void SetTimeouts() {
    for (auto& node : nodes_) node->random = (3 * node->id().value()) % TestNode::kElectionTicks;
  }

  std::vector<std::unique_ptr<TestNode>> nodes_;
  std::set<std::pair<NodeId, NodeId>> cut_;
  std::set<NodeId> down_;
};

}  // namespace symbolon::consensus
