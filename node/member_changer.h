#pragma once
// Carries out what the stewards have decided on the nodes: the leader writes one configuration after the
// other until the one in force is the one decided (docs/governance.md).

#include <map>
#include <mutex>
#include <string>

#include "consensus/raft.h"
#include "node/log.h"
#include "node/proposer.h"
#include "node/shared_state.h"

namespace symbolon::node {

// Belongs to the event loop, but for waits_for.
class MemberChanger {
 public:
  MemberChanger(consensus::NodeId self, Proposer* proposer, SharedState* state, Logger* log)
      : self_(self), proposer_(proposer), state_(state), log_(log) {}

  // To be called with every tick and whenever entries were applied.
  void Consider(consensus::Raft& raft);

  // Why the change that is under way does not go on, if this node leads and knows; for people. Any thread.
  std::string waits_for() const {
    const std::lock_guard lock(mutex_);
    return waits_for_;
  }

 private:
  void SetWaitsFor(std::string what);

  const consensus::NodeId self_;
  Proposer* const proposer_;
  SharedState* const state_;
  Logger* const log_;

  mutable std::mutex mutex_;
  std::string waits_for_;  // guarded by mutex_
};

}  // namespace symbolon::node
