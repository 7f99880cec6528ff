// What consensus and apply tell each other, and everybody else.

#include <fmt/format.h>

#include <chrono>

#include "node/node_parts.h"

namespace symbolon::node {

void NodeParts::OnAppend(const std::vector<consensus::Entry>& entries) {
  proposer_->OnAppend(entries);
  buffer_.Append(entries);
}

void NodeParts::OnApplicable(consensus::Index applicable) {
  applicable_ = applicable.value();
  apply_->SetApplicable(applicable);
}

void NodeParts::OnRead(const consensus::ReadState& read) {
  reads_->OnRead(read);
}

void NodeParts::OnProposal(const consensus::ProposalOutcome& outcome) {
  submissions_->OnProposal(outcome);
}

void NodeParts::OnRole(const consensus::RoleChange& change) {
  leader_ = change.leader ? change.leader->value() : 0;
  leading_ = change.role == consensus::Role::kLeader;
  {
    std::lock_guard lock(mutex_);
    consensus_.role = change.role;
    consensus_.term = change.term.value();
  }
  if (!leading_) proposer_->OnLost();
  log_->Info("role", {{"role", leading_                                    ? "leader"
                               : change.role == consensus::Role::kFollower ? "follower"
                                                                           : "candidate"},
                      {"term", change.term.value()},
                      {"leader", leader_.load()}});
  // Serving once a leader was known: reads go on without one, and writes wait for the next.
  housekeeper_->Wake();
}

void NodeParts::OnRemoved(consensus::LogPosition position) {
  removed_ = true;
  log_->Warning("removed", {{"index", position.index.value()},
                            {"consequence", "the node takes no more part; it can be stopped for good"}});
  housekeeper_->Wake();
}

void NodeParts::OnTransfer(const consensus::TransferOutcome& outcome) {
  log_->Info("leadership_transfer", {{"target", outcome.target.value()}, {"done", outcome.done}});
  EndHandOver();
}

void NodeParts::OnApplied(consensus::Raft& raft, consensus::Index applied) {
  proposer_->OnApplied(raft, applied.value());
  sealer_->Consider(raft, runtime_->Now());
  changer_->Consider(raft);
}

consensus::NodeId NodeParts::BestSuccessor(const consensus::Raft& raft) {
  consensus::NodeId best;
  consensus::Index match;
  for (const auto& peer : raft.Peers()) {
    if (!peer.active || peer.full || peer.observer || !raft.configuration().IsVoter(peer.node)) continue;
    if (best.value() == 0 || peer.match > match) {
      best = peer.node;
      match = peer.match;
    }
  }
  return best;
}

void NodeParts::OnTick(consensus::Raft& raft) {
  const auto now = runtime_->Now();
  sealer_->Consider(raft, now);
  changer_->Consider(raft);
  FollowMembership();
  reads_->OnTick(raft, now);
  raft.SetDiskFull(disk_low_);
  removed_ = raft.removed().has_value();  // a leader that is heard afterwards takes it back
  if (raft.role() == consensus::Role::kLeader) StepAsideIfUnfit(raft, now);
  ConsensusView view{.role = raft.role(),
                     .term = raft.term().value(),
                     .last_index = raft.last().index.value(),
                     .commit_index = raft.commit().value(),
                     .configuration = raft.configuration(),
                     .standing = raft.standing(),
                     .peers = {}};
  for (const auto& peer : raft.Peers()) view.peers.emplace(peer.node.value(), peer);
  std::lock_guard lock(mutex_);
  if (view.standing != consensus_.standing && view.standing == consensus::Standing::kMember) {
    log_->Info("recovered", {{"last_index", view.last_index}});
  }
  consensus_ = std::move(view);
}

// A leader answers for everybody: what it cannot take, or cannot read any more, nobody gets an answer about.
// Of rot that the others have too it knows nothing, so it does not pass leadership around all the time.
void NodeParts::StepAsideIfUnfit(consensus::Raft& raft, MonotonicTime now) {
  constexpr auto kBetweenAttempts = std::chrono::minutes(1);
  const bool rotten = damage_told_ && now >= next_stepping_aside_;
  if (!disk_low_ && !rotten) return;
  const consensus::NodeId successor = BestSuccessor(raft);
  if (successor.value() == 0 || !raft.TransferLeadership(successor).ok()) return;  // one may be under way
  if (rotten) next_stepping_aside_ = now + kBetweenAttempts;
}

void NodeParts::OnStandstill(bool stands_still) {
  if (stands_still) {
    log_->Error("storage_stands_still",
                {{"consequence", "the node is silent, as if it were down, until its disk moves again"}});
  } else {
    log_->Info("storage_moves", {});
  }
}

void NodeParts::OnRefused(consensus::NodeId from, const absl::Status& why) {
  if (!refused_messages_.Allow(runtime_->Now())) return;
  log_->Warning("message_refused", {{"from", from.value()}, {"reason", why.message()}});
}

void NodeParts::NoteError(const absl::Status& status) {
  std::lock_guard lock(mutex_);
  last_error_ = std::string(status.message());
}

void NodeParts::OnFailure(const absl::Status& status) {
  if (failed_.exchange(true)) return;
  NoteError(status);
  store_->NoteDamage(status);  // whatever could not be read: the next start looks everywhere
  log_->Error("fatal",
              {{"reason", status.message()},
               {"consequence", "the node ends: nothing more is acknowledged; see docs/operating.md"}});
  if (options_.on_fatal) options_.on_fatal(status);
  leading_ = false;
  leader_ = 0;
  submissions_->Stop();
  reads_->Stop();
  waits_.Stop();
}

void NodeParts::OnPublished(const ReadViewPtr& view, const std::vector<AppliedEntry>& entries) {
  waits_.OnPublished(*view);
  submissions_->OnPublished(entries);
}

std::optional<consensus::NodeId> NodeParts::Leader() const {
  const uint64_t leader = leader_;
  if (leader == 0) return std::nullopt;
  return consensus::NodeId(leader);
}

}  // namespace symbolon::node
