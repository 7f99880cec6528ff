// Leadership transfer: thesis 3.10.

#include <fmt/format.h>

#include "consensus/raft.h"

namespace symbolon::consensus {

absl::Status Raft::TransferLeadership(NodeId target) {
  if (!failure_.ok()) return failure_;
  if (role() != Role::kLeader) return NotLeaderError(leader());
  if (transfer_) return TransferringError(transfer_->target);
  if (target == id() || !configuration().IsVoter(target)) {
    return absl::InvalidArgumentError(
        fmt::format("leadership cannot be handed to node {}: name a voter other than node {}, which leads",
                    target, id()));
  }
  if (AsLeader()->progress.at(target).observer) {
    return absl::FailedPreconditionError(fmt::format(
        "leadership cannot be handed to node {}: it has lost its promises and may not lead", target));
  }
  transfer_ = Transfer{target, term()};
  AsLeader()->speak = true;
  TellTransferTarget();
  return absl::OkStatus();
}

// Steps 2 and 3: only a target that has the whole log can win.
void Raft::TellTransferTarget() {
  if (!IsTransferring() || transfer_->told) return;
  const Progress& progress = AsLeader()->progress.at(transfer_->target);
  if (progress.observer) return EndTransfer(false);
  if (progress.match() != log_.last().index) return;
  transfer_->told = true;
  Send(transfer_->target, TimeoutNow{});
}

// If it takes more than an election timeout it is given up, and this leader serves again. Once deposed, what
// remains is to see who comes.
void Raft::TickTransfer() {
  if (!transfer_) return;
  const uint64_t patience = (IsTransferring() ? 1 : 2) * options_.election_ticks;
  if (++transfer_->ticks >= patience) EndTransfer(false);
}

void Raft::EndTransfer(bool done) {
  transfer_outcomes_.push_back({transfer_->target, done});
  transfer_.reset();
}

void Raft::NoteLeaderForTransfer(NodeId leader) {
  if (transfer_ && term() > transfer_->term) EndTransfer(leader == transfer_->target);
}

// Thesis 3.10. Campaigns without asking first: the leader that would make the others refuse has asked for it.
void Raft::OnTimeoutNow(NodeId from) {
  if (role() != Role::kFollower || leader() != from || !MayCampaign()) return;
  StartElection(true);
}

}  // namespace symbolon::consensus
