// What must happen now and then and may take its time: the disk, rot, and what other nodes have signed.

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "base/text_encoding.h"
#include "ledger/index.h"
#include "node/node_parts.h"
#include "storage/scrubber.h"

namespace symbolon::node {

void NodeParts::Housekeep() {
  const auto now = runtime_->Now();
  const bool may_serve = !failed_ && !removed_ && membership()->IsMember(self_.value());
  if (may_serve && !stopping_ && !serving_ && leader_ != 0) {
    serving_ = true;
    server_->SetServing(true);
    log_->Info("serving", {{"port", server_->port()}});
  }
  if (!may_serve && serving_.exchange(false)) server_->SetServing(false);
  if (!failed_) peers_->Reconcile(now);
  waits_.Sweep(now);
  submissions_->OnTick(now);
  CheckDisk();
  LookForRot(now);
  if (const absl::Status damage = store_->noted_damage(); !damage.ok())
    TellDamage(std::string(damage.message()));
  CompareCheckpoints(now);
  if (draining_) AdvanceDrain(now);
}

void NodeParts::CompareCheckpoints(MonotonicTime now) {
  if (failed_ || stopping_ || now < next_comparison_) return;
  next_comparison_ = now + std::chrono::seconds(1);
  comparer_->Turn(membership()->registry(), ledger::TreeSizeAfter(ledger_->applied_index()));
}

// The other one, this one, or a leader between them is wrong or lies; which, people find out. Only where the
// majority of the voters has signed something else is it this node for certain, which vouches for nothing
// then.
void NodeParts::OnOtherHistory(const CheckpointComparer::Difference& difference) {
  const std::string proof =
      (std::filesystem::path(config_.data_dir) / fmt::format("OTHER_HISTORY-{}", difference.node)).string();
  const absl::Status kept = options_.disk->Replace(proof, difference.note, 0600);
  const std::string what = fmt::format(
      "node {} ({}) has signed another tree of {} entries than this node has; the same were the first {}: "
      "the ledger has two histories. Proof: {}",
      difference.node, difference.name, difference.size, difference.agreed_size,
      kept.ok() ? proof : std::string(kept.message()));
  NoteError(absl::DataLossError(what));
  log_->Error("other_history", {{"from", difference.name},
                                {"size", difference.size},
                                {"agreed_size", difference.agreed_size},
                                {"own_root", ToHex(difference.own_root)},
                                {"signed_root", ToHex(difference.signed_root)},
                                {"reason", what}});
  if (comparer_->IsOutvoted(membership()->registry())) apply_->StopSigning(what);
}

void NodeParts::CheckDisk() {
  const auto space = store_->CheckSpace();
  if (!space.ok()) return;
  if (disk_low_.exchange(space->low) == space->low) return;
  if (space->low) {
    log_->Error("disk_low", {{"free_bytes", space->free_bytes},
                             {"consequence", "no submissions are taken until space is freed"}});
  } else {
    log_->Info("disk_ok", {{"free_bytes", space->free_bytes}});
  }
}

// L20: what nobody asks for is read again, a little at a time, while other nodes still have the bytes.
void NodeParts::LookForRot(MonotonicTime now) {
  const auto bytes = static_cast<uint64_t>(config_.limits.scrub_bytes_per_s);
  if (bytes == 0 || failed_ || stopping_ || now < next_scrub_) return;
  next_scrub_ = now + std::chrono::seconds(1);
  const storage::ScrubResult step = storage::Scrub(store_.get(), *ledger_, next_scrubbed_, bytes);
  next_scrubbed_ = step.next;
  if (!step.unreadable.ok()) {
    next_scrub_ = now + kScrubAgain;
    log_->Warning("scrub_failed", {{"reason", step.unreadable.message()}});
    NoteError(step.unreadable);
  }
  if (step.damage.empty()) return;
  next_scrub_ = kNever;  // one finding is enough
  TellDamage(step.damage.front());
}

// It is noted, and the next start reads everything, and repairs. Until then the node serves what is whole;
// where it cannot do without what was lost, it ends by itself.
void NodeParts::TellDamage(std::string_view what) {
  if (damage_told_.exchange(true)) return;
  constexpr std::string_view kConsequence = "the next start repairs this: restart the node soon";
  NoteError(absl::DataLossError(fmt::format("{}; {}", what, kConsequence)));
  log_->Error("damage", {{"reason", what}, {"consequence", kConsequence}});
}

}  // namespace symbolon::node
