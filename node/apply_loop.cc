#include "node/apply_loop.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"

namespace symbolon::node {

ApplyLoop::ApplyLoop(Options options, Parts parts, Callbacks callbacks)
    : options_(options),
      parts_(parts),
      callbacks_(std::move(callbacks)),
      applied_(parts.state->view()->applied_index),
      is_member_(parts.state->view()->membership->IsMember(options.self)),
      applicable_(applied_),
      worker_(parts.runtime->NewWorker(WorkerKind::kApply, [this] { return Turn(); })) {}

ApplyLoop::~ApplyLoop() {
  Stop();
}

absl::Status ApplyLoop::ApplyBeforeStart(consensus::Index last) {
  while (applied_ < last.value()) {
    RETURN_IF_ERROR(ApplyRange(last.value()));
    unpublished_.clear();
  }
  std::lock_guard lock(mutex_);
  applicable_ = applied_;
  return absl::OkStatus();
}

void ApplyLoop::Start() {
  worker_->Start();
}

void ApplyLoop::Stop() {
  worker_->Stop();
}

void ApplyLoop::SetApplicable(consensus::Index index) {
  {
    std::lock_guard lock(mutex_);
    if (index.value() <= applicable_) return;
    applicable_ = index.value();
  }
  worker_->Wake();
}

void ApplyLoop::StopSigning(std::string why) {
  {
    std::lock_guard lock(mutex_);
    stop_signing_ = std::move(why);
  }
  worker_->Wake();
}

MonotonicTime ApplyLoop::Turn() {
  if (failed_) return kNever;
  uint64_t applicable = 0;
  std::string stop_signing;
  {
    std::lock_guard lock(mutex_);
    applicable = applicable_;
    stop_signing.swap(stop_signing_);
  }
  absl::Status status = stop_signing.empty() ? absl::OkStatus() : StopSigningNow(stop_signing);
  if (status.ok()) status = ApplyNext(applicable);
  if (!status.ok()) {
    failed_ = true;
    callbacks_.failed(status);
    return kNever;
  }
  return applied_ < applicable ? kAtOnce : NextCheckpoint();
}

absl::Status ApplyLoop::ApplyNext(uint64_t applicable) {
  // Of a restored tree: before anything new is applied.
  if (applied_ != 0 && !last_checkpoint_) RETURN_IF_ERROR(Checkpoint(applied_));
  if (applied_ < applicable) {
    RETURN_IF_ERROR(ApplyRange(applicable));
    callbacks_.applied(consensus::Index(applied_));
  }
  return parts_.runtime->Now() < NextCheckpoint() ? absl::OkStatus() : Checkpoint(applied_);
}

absl::StatusOr<std::vector<consensus::Entry>> ApplyLoop::ReadRange(uint64_t first, uint64_t last) const {
  const consensus::Index from(first), to(last);
  std::vector<consensus::Entry> entries =
      parts_.buffer->Read(from, to, options_.max_range_bytes, options_.max_range_entries);
  if (entries.empty()) {
    const uint64_t end = std::min<uint64_t>(last, first + options_.max_range_entries - 1);
    ASSIGN_OR_RETURN(entries, parts_.log->Read(from, consensus::Index(end), options_.max_range_bytes));
  }
  return entries;
}

std::vector<DecodedCache::Decoded> ApplyLoop::Decode(const std::vector<consensus::Entry>& entries) const {
  const auto registry = parts_.state->Read(
      [](const ledger::State& state, const ReadViewPtr&) { return state.registry_pointer(); });
  std::vector<DecodedCache::Decoded> out;
  for (const consensus::Entry& entry : entries) {
    DecodedCache::Decoded decoded = parts_.decoded->Take(entry.data);
    if (!decoded) {
      decoded = std::make_shared<const ledger::DecodedEntry>(
          ledger::DecodeEntry(entry.data->header, entry.data->body));
    }
    // Outside the lock that queries wait for.
    ledger::VerifyAhead(decoded->payload, *registry, *parts_.memo);
    out.push_back(std::move(decoded));
    // A seal ends its range: the checkpoint that covers it is published in the same step as the state that it
    // changes.
    if (out.back()->payload.kind == ledger::Kind::kSeal) break;
  }
  return out;
}

absl::Status ApplyLoop::ApplyRange(uint64_t applicable) {
  ASSIGN_OR_RETURN(std::vector<consensus::Entry> entries, ReadRange(applied_ + 1, applicable));
  if (entries.empty() || entries.front().index.value() != applied_ + 1) {
    return absl::DataLossError(fmt::format("log entry {} is missing", applied_ + 1));
  }
  const std::vector<DecodedCache::Decoded> decoded = Decode(entries);
  RETURN_IF_ERROR(parts_.state->Write(
      [&](ledger::State& state, ReadViewPtr& view) { return ApplyDecoded(decoded, state, view); }));
  parts_.buffer->DropThrough(consensus::Index(applied_));
  return absl::OkStatus();
}

absl::Status ApplyLoop::ApplyDecoded(const std::vector<DecodedCache::Decoded>& entries, ledger::State& state,
                                     ReadViewPtr& view) {
  std::vector<ledger::Outcome> outcomes;
  outcomes.reserve(entries.size());
  for (const auto& entry : entries) {
    auto outcome = state.Apply(*entry, *parts_.store, parts_.memo);
    if (!outcome.ok()) {
      return Annotate(outcome.status(), fmt::format("applying entry {}", state.applied_index() + 1));
    }
    outcomes.push_back(*std::move(outcome));
  }
  // Before a start could find the entry applied and know nothing of it.
  for (size_t i = 0; i < entries.size(); ++i) RETURN_IF_ERROR(StopSigningOver(*entries[i], outcomes[i]));
  std::vector<storage::AppliedEntry> rows;
  for (size_t i = 0; i < entries.size(); ++i) rows.push_back({entries[i].get(), &outcomes[i]});
  RETURN_IF_ERROR(parts_.store->Apply(rows, state.TakeChanges()));
  state.ClearOverlay();
  for (size_t i = 0; i < entries.size(); ++i) NoteOutcome(*entries[i], outcomes[i]);
  applied_ = state.applied_index();

  ReadView next = *view;
  next.applied_index = applied_;
  next.applied_time_ms = state.last_time_ms();
  next.attestation_count = state.attestation_count();
  next.needs_seal = state.NeedsSeal();
  next.last_seal_index = state.last_seal() ? state.last_seal()->entry_index : 0;
  const bool membership_changed = std::any_of(outcomes.begin(), outcomes.end(),
                                              [](const auto& outcome) { return outcome.membership_changed; });
  if (membership_changed) {
    ASSIGN_OR_RETURN(next.membership,
                     ViewMembership(state.membership(), view->membership.get(), *parts_.store));
    is_member_ = next.membership->IsMember(options_.self);
  }
  if (next.last_seal_index != view->last_seal_index) {
    ASSIGN_OR_RETURN(next.checkpoint, SignTree(applied_, state.LedgerRoot(), next.last_seal_index));
  }
  view = std::make_shared<const ReadView>(std::move(next));
  return absl::OkStatus();
}

void ApplyLoop::NoteOutcome(const ledger::DecodedEntry& entry, const ledger::Outcome& outcome) {
  AppliedEntry applied{.index = outcome.index, .term = entry.header.term, .verdict = outcome.verdict};
  if (outcome.attested) {
    applied.first_attestation = outcome.attested->first_number;
    applied.attestation_count = outcome.attested->count;
  }
  unpublished_.push_back(applied);
}

// A verifier who is shown an entry cannot see its verdict: the signatures over a tree vouch for what proofs
// are built upon. So no node signs a tree with a false seal or false attestation numbers (only a faulty or
// lying leader writes them).
absl::Status ApplyLoop::StopSigningOver(const ledger::DecodedEntry& entry, const ledger::Outcome& outcome) {
  if (!ledger::ForbidsCosigning(outcome.verdict)) return absl::OkStatus();
  return StopSigningNow(fmt::format("entry {}, made by the leader of term {}, is false: {}", outcome.index,
                                    entry.header.term, ledger::VerdictName(outcome.verdict)));
}

absl::Status ApplyLoop::StopSigningNow(const std::string& why) {
  if (!parts_.signer->stopped().ok()) return absl::OkStatus();
  const absl::Status status = parts_.signer->StopForEver(why);
  callbacks_.signing_stopped(status.ok() ? parts_.signer->stopped() : status);
  return status;
}

MonotonicTime ApplyLoop::NextCheckpoint() const {
  if (applied_ == 0) return kNever;
  if (!last_checkpoint_) return kAtOnce;
  return *last_checkpoint_ + (unpublished_.empty() ? options_.cosign_interval : options_.checkpoint_interval);
}

absl::StatusOr<std::shared_ptr<const PublishedCheckpoint>> ApplyLoop::SignTree(uint64_t size,
                                                                               const Digest& root,
                                                                               uint64_t seal_index) {
  if (!is_member_ || !parts_.signer->stopped().ok() || !parts_.signer->MaySign(size)) return nullptr;
  auto checkpoint = std::make_shared<PublishedCheckpoint>();
  checkpoint->size = size;
  checkpoint->root = root;
  checkpoint->seal_index = seal_index;
  if (seal_index != 0) {
    ASSIGN_OR_RETURN(checkpoint->seal_header, parts_.store->Header(seal_index));
    ASSIGN_OR_RETURN(checkpoint->seal_path, parts_.store->InclusionPath(seal_index, size));
  }
  ASSIGN_OR_RETURN(checkpoint->note, parts_.signer->Sign(size, root));
  return checkpoint;
}

absl::Status ApplyLoop::Checkpoint(uint64_t applied) {
  last_checkpoint_ = parts_.runtime->Now();
  const ReadViewPtr before = parts_.state->view();
  // Signed already with the range, if it ended with a seal.
  if (before->checkpoint_size() != applied || unpublished_.empty()) {
    ASSIGN_OR_RETURN(auto checkpoint,
                     SignTree(applied, parts_.store->applied_root(), before->last_seal_index));
    if (!checkpoint) {
      unpublished_.clear();  // nobody can be told; whoever waits is answered when the time is up
      return absl::OkStatus();
    }
    parts_.state->Write([&](ledger::State&, ReadViewPtr& view) {
      ReadView next = *view;
      next.checkpoint = std::move(checkpoint);
      view = std::make_shared<const ReadView>(std::move(next));
    });
  }
  Publish();
  return absl::OkStatus();
}

void ApplyLoop::Publish() {
  std::vector<AppliedEntry> entries;
  entries.swap(unpublished_);
  callbacks_.published(parts_.state->view(), entries);
}

}  // namespace symbolon::node
