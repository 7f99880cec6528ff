#include "node/submissions.h"

#include <fmt/format.h>

#include <algorithm>

namespace symbolon::node {
namespace {

absl::Status Stopping() {
  return absl::UnavailableError(
      "the node is stopping; whether the transaction is in the log is unknown: send it again");
}

absl::Status Dropped() {
  return absl::UnavailableError(
      "not in the log: the leader changed before the transaction was committed; send it again");
}

// Nobody knows whether it happened, or it did not happen for a reason that passes.
bool MayTryAgain(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsCancelled(status);
}

}  // namespace

Submissions::Submissions(consensus::NodeId self, Runtime* runtime, std::chrono::milliseconds timeout,
                         Callbacks callbacks)
    : self_(self), runtime_(runtime), timeout_(timeout), callbacks_(std::move(callbacks)) {}

void Submissions::Submit(api::Transaction transaction, api::Done<api::Submitted> done) {
  auto submission = std::make_shared<Submission>();
  submission->transaction = std::make_shared<const api::Transaction>(std::move(transaction));
  submission->done = std::move(done);
  Add(submission);
  Route(submission);
}

void Submissions::AwaitExisting(consensus::LogPosition position, api::Done<api::Submitted> done) {
  auto submission = std::make_shared<Submission>();
  submission->done = std::move(done);
  Add(submission);
  AwaitApply(submission, {position, true});
}

void Submissions::Add(const Pointer& submission) {
  submission->deadline = runtime_->Now() + timeout_;
  {
    std::lock_guard lock(mutex_);
    if (!stopped_) {
      all_.emplace(submission->deadline, submission);
      return;
    }
    submission->phase = Phase::kEnded;
  }
  submission->done(Stopping());
}

void Submissions::Route(const Pointer& submission) {
  const auto leader = callbacks_.leader();
  std::shared_ptr<const api::Transaction> transaction;
  {
    std::lock_guard lock(mutex_);
    if (submission->phase == Phase::kEnded) return;
    if (!leader) {
      submission->phase = Phase::kParked;
      parked_.push_back(submission);
      return;
    }
    submission->phase = Phase::kPlacing;
    transaction = submission->transaction;
  }
  auto placed = [this, submission](const absl::StatusOr<Placement>& placement) {
    OnPlaced(submission, placement);
  };
  if (*leader == self_) {
    callbacks_.propose_here(*transaction, std::move(placed));
  } else {
    callbacks_.forward(*leader, *transaction, std::move(placed));
  }
}

void Submissions::OnPlaced(const Pointer& submission, const absl::StatusOr<Placement>& placement) {
  if (placement.ok()) return AwaitApply(submission, *placement);
  if (!MayTryAgain(placement.status())) {
    End(submission, placement.status());
    return;
  }
  // Not at once: whoever refused has to learn of the new leader first. Sending again is safe: the sequence
  // number tells the leader if it came through the first time.
  std::lock_guard lock(mutex_);
  if (submission->phase == Phase::kEnded) return;
  submission->phase = Phase::kParked;
  parked_.push_back(submission);
}

void Submissions::AwaitApply(const Pointer& submission, const Placement& placement) {
  const uint64_t index = placement.position.index.value();
  {
    std::lock_guard lock(mutex_);
    if (submission->phase == Phase::kEnded) return;
    submission->phase = Phase::kInLog;
    submission->placement = placement;
    submission->transaction.reset();
    in_log_[index].push_back(submission);
  }
  // Applied perhaps before it was in the list: on a follower the leader's answer may come after the entry.
  const auto applied = callbacks_.find_applied(index);
  if (!applied.ok()) {
    End(submission, applied.status());
  } else if (applied->has_value()) {
    Resolve(submission, **applied);
  }
}

void Submissions::Resolve(const Pointer& submission, const AppliedEntry& entry) {
  const Placement& placement = submission->placement;
  if (entry.term != placement.position.term.value()) {
    End(submission, Dropped());
    return;
  }
  if (entry.verdict != ledger::Verdict::kAccepted) {
    End(submission, RejectedError(entry.verdict));
    return;
  }
  auto receipt = callbacks_.receipt(entry.index);
  if (!receipt.ok()) {
    End(submission, receipt.status());
    return;
  }
  End(submission, api::Submitted{.receipt = *std::move(receipt),
                                 .existing = placement.existing,
                                 .first_attestation = entry.first_attestation,
                                 .attestation_count = entry.attestation_count,
                                 .entry_index = entry.index});
}

void Submissions::OnPublished(const std::vector<AppliedEntry>& entries) {
  for (const AppliedEntry& entry : entries) {
    std::vector<Pointer> waiting;
    {
      std::lock_guard lock(mutex_);
      if (in_log_.empty()) return;
      const auto found = in_log_.find(entry.index);
      if (found == in_log_.end()) continue;
      waiting = found->second;
    }
    for (const Pointer& submission : waiting) Resolve(submission, entry);
  }
}

void Submissions::OnProposal(const consensus::ProposalOutcome& outcome) {
  if (outcome.outcome == consensus::Outcome::kCommitted) return;  // answered when it is applied
  std::vector<Pointer> waiting;
  {
    std::lock_guard lock(mutex_);
    const auto found = in_log_.find(outcome.position.index.value());
    if (found == in_log_.end()) return;
    for (const Pointer& submission : found->second) {
      if (submission->placement.position == outcome.position) waiting.push_back(submission);
    }
  }
  const absl::Status why =
      outcome.outcome == consensus::Outcome::kDropped
          ? Dropped()
          : absl::UnavailableError(
                "unknown: the transaction is in the log but was not committed in time; send it again");
  for (const Pointer& submission : waiting) End(submission, why);
}

void Submissions::OnLeader() {
  RouteParked();
}

void Submissions::OnTick(MonotonicTime now) {
  std::vector<Pointer> late;
  {
    std::lock_guard lock(mutex_);
    const auto end = all_.upper_bound(now);
    for (auto it = all_.begin(); it != end; ++it) late.push_back(it->second);
  }
  for (const Pointer& submission : late) {
    std::string where;
    {
      std::lock_guard lock(mutex_);
      where = submission->phase == Phase::kParked
                  ? "no leader was reached in time, and whether the transaction is in the log is unknown"
                  : "unknown: no answer in time";
    }
    End(submission, absl::UnavailableError(where + "; send it again"));
  }
  RouteParked();
}

void Submissions::RouteParked() {
  if (!callbacks_.leader()) return;
  std::vector<Pointer> parked;
  {
    std::lock_guard lock(mutex_);
    parked.swap(parked_);
  }
  for (const Pointer& submission : parked) Route(submission);
}

void Submissions::Remove(const Pointer& submission) {
  const auto [begin, end] = all_.equal_range(submission->deadline);
  const auto found = std::find_if(begin, end, [&](const auto& item) { return item.second == submission; });
  if (found != end) all_.erase(found);
  if (submission->phase == Phase::kParked) std::erase(parked_, submission);
  if (submission->phase != Phase::kInLog) return;
  const auto at = in_log_.find(submission->placement.position.index.value());
  if (at == in_log_.end()) return;
  std::erase(at->second, submission);
  if (at->second.empty()) in_log_.erase(at);
}

bool Submissions::End(const Pointer& submission, absl::StatusOr<api::Submitted> result) {
  bool idle = false;
  {
    std::lock_guard lock(mutex_);
    if (submission->phase == Phase::kEnded) return false;
    Remove(submission);
    submission->phase = Phase::kEnded;
    idle = all_.empty();
  }
  submission->done(std::move(result));
  if (idle) callbacks_.idle();
  return true;
}

bool Submissions::IsIdle() {
  std::lock_guard lock(mutex_);
  return all_.empty();
}

void Submissions::Stop() {
  std::vector<Pointer> all;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const auto& [deadline, submission] : all_) all.push_back(submission);
  }
  for (const Pointer& submission : all) End(submission, Stopping());
}

}  // namespace symbolon::node
