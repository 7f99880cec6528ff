#pragma once
// When the leader writes a seal: soon after a change, but not for each change.

#include <chrono>
#include <cstdint>
#include <optional>

#include "consensus/raft.h"
#include "node/proposer.h"
#include "node/runtime.h"
#include "node/shared_state.h"

namespace symbolon::node {

// Belongs to the event loop.
class Sealer {
 public:
  // At most one seal an interval, but one after `every_entries` entries in any case.
  Sealer(std::chrono::milliseconds interval, uint64_t every_entries, Proposer* proposer, SharedState* state)
      : interval_(interval), every_entries_(every_entries), proposer_(proposer), state_(state) {}

  // To be called with every tick and whenever entries were applied.
  void Consider(consensus::Raft& raft, MonotonicTime now) {
    if (raft.role() != consensus::Role::kLeader) return;
    const ReadViewPtr view = state_->view();
    if (!view->needs_seal) return;
    const uint64_t entries = view->applied_index - view->last_seal_index;
    if (last_ && now - *last_ < interval_ && entries < every_entries_) return;
    if (proposer_->ProposeSeal(raft)) last_ = now;
  }

 private:
  const std::chrono::milliseconds interval_;
  const uint64_t every_entries_;
  Proposer* const proposer_;
  SharedState* const state_;
  std::optional<MonotonicTime> last_;
};

}  // namespace symbolon::node
