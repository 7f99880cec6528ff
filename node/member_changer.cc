#include "node/member_changer.h"

#include "ledger/membership.h"

namespace symbolon::node {

void MemberChanger::Consider(consensus::Raft& raft) {
  if (!raft.IsReadyLeader()) return SetWaitsFor("");
  const MembershipViewPtr view = state_->view()->membership;
  if (view->carried_out()) return SetWaitsFor("");
  // What is in the log and not applied may change what is to be done: a decision that withdraws this one, or
  // a step of it. So a configuration never stands behind another decision than the one it names.
  if (proposer_->tail().HasMembershipEntry()) return;

  std::map<uint64_t, ledger::NodeProgress> known;
  for (const auto& peer : raft.Peers()) {
    // A voter that only observes counts as one that is silent: Raft counts it nowhere.
    const bool counts = !peer.observer || !raft.configuration().IsVoter(peer.node);
    known[peer.node.value()] = {peer.active && counts, peer.caught_up};
  }
  known[self_.value()] = {true, true};
  const auto progress = [&](uint64_t number) { return known[number]; };
  ledger::NextStep step = ledger::NextConfiguration(view->membership, progress);
  if (!step.configuration) return SetWaitsFor(std::move(step.waits_for));
  const auto proposed = proposer_->ProposeConfiguration(raft, *step.configuration);
  if (!proposed.ok()) return SetWaitsFor(std::string(proposed.status().message()));
  SetWaitsFor("");
  log_->Info("configuration_proposed", {{"index", proposed->index.value()},
                                        {"decision", step.configuration->decision_index},
                                        {"members", ToRaft(step.configuration->members).ToString()}});
}

void MemberChanger::SetWaitsFor(std::string what) {
  {
    const std::lock_guard lock(mutex_);
    if (what == waits_for_) return;
    waits_for_ = what;
  }
  if (!what.empty()) log_->Info("change_waits", {{"for", what}});
}

}  // namespace symbolon::node
