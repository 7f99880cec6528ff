// What the node offers to clients and to other nodes.
#include <fmt/format.h>

#include <chrono>

#include "base/status_macros.h"
#include "node/entry_kind.h"
#include "node/node_parts.h"

#ifndef SYMBOLON_VERSION
#define SYMBOLON_VERSION "unknown"
#endif

namespace symbolon::node {
namespace {

absl::Status Stopping() {
  return absl::UnavailableError("the node is stopping");
}

std::string_view RoleText(consensus::Role role) {
  switch (role) {
    case consensus::Role::kFollower:
      return "follower";
    case consensus::Role::kPreCandidate:
      return "pre-candidate";
    case consensus::Role::kCandidate:
      return "candidate";
    case consensus::Role::kLeader:
      return "leader";
  }
  return "unknown";
}

}  // namespace

void NodeParts::Submit(const api::Caller& caller, api::Transaction transaction,
                       api::Done<api::Submitted> done) {
  if (stopping_ || failed_) return done(Stopping());
  const auto owner = OwnerOf(transaction);
  if (!owner.ok()) return done(owner.status());
  // A decision is the stewards', whoever hands it in.
  const bool decision = transaction.kind == api::Transaction::Kind::kGovernance;
  if (!decision && owner->issuer != caller.agency) {
    return done(absl::PermissionDeniedError(
        fmt::format("a registrar of {} may not submit for {}", caller.agency, owner->issuer)));
  }
  const auto existing = proposer_->FindInLedger(*owner);
  if (!existing.ok()) return done(existing.status());
  if (*existing) return submissions_->AwaitExisting(**existing, std::move(done));
  submissions_->Submit(std::move(transaction), std::move(done));
}

absl::StatusOr<uint64_t> NodeParts::NextSequence(const api::Caller& caller, const std::string& issuer,
                                                 uint32_t key_id) {
  if (issuer != caller.agency) {
    return absl::PermissionDeniedError(
        fmt::format("a registrar of {} may not ask for the keys of {}", caller.agency, issuer));
  }
  const MembershipViewPtr members = membership();
  const ledger::Agency* agency = members->registry().FindAgency(issuer);
  if (agency == nullptr || agency->FindBatchKey(key_id) == nullptr) {
    return absl::NotFoundError(fmt::format("{} has no key {}", issuer, key_id));
  }
  return state_->Read(
      [&](const ledger::State& state, const ReadViewPtr&) { return state.ExpectedSequence(issuer, key_id); });
}

void NodeParts::WaitFor(api::Freshness freshness, api::Abandoned abandoned, api::Done<api::AsOf> done) {
  const auto deadline = runtime_->Now() + std::chrono::milliseconds(config_.limits.fresh_wait_timeout_ms);
  const auto answer = [this, done](const absl::StatusOr<api::AsOf>& as_of) {
    answers_->Post([done, as_of] { done(as_of); });
  };
  switch (freshness.mode) {
    case api::Freshness::Mode::kAny: {
      const ReadViewPtr view = state_->view();
      return done(api::AsOf{view->applied_index, view->applied_time_ms});
    }
    case api::Freshness::Mode::kAtLeast:
      return waits_.Add(freshness.index, std::move(abandoned), deadline, answer);
    case api::Freshness::Mode::kLinearizable:
      break;
  }
  reads_->Add(abandoned, deadline, [this, abandoned, deadline, answer](absl::StatusOr<uint64_t> index) {
    if (!index.ok()) return answer(index.status());
    // Applied already; shown as soon as the checkpoint over it is signed.
    waits_.Add(*index, abandoned, deadline, answer);
  });
}

absl::StatusOr<api::Verified> NodeParts::Verify(uint64_t attestation_number) {
  return queries_->Verify(attestation_number);
}

std::vector<api::AttestationStatus> NodeParts::Statuses(const std::vector<uint64_t>& numbers,
                                                        api::AsOf* as_of) {
  return queries_->Statuses(numbers, as_of);
}

absl::StatusOr<std::vector<Digest>> NodeParts::InclusionProof(uint64_t entry_index, uint64_t tree_size) {
  return queries_->InclusionProof(entry_index, tree_size);
}

absl::StatusOr<std::vector<Digest>> NodeParts::ConsistencyProof(uint64_t first_size, uint64_t second_size) {
  return queries_->ConsistencyProof(first_size, second_size);
}

absl::StatusOr<api::LedgerEntry> NodeParts::ReadEntry(uint64_t entry_index) {
  return queries_->ReadEntry(entry_index);
}

api::NodeState NodeParts::State() {
  api::NodeState out;
  const ReadViewPtr view = state_->view();
  out.node_name = files_.node_name;
  out.node_number = self_.value();
  out.applied_index = view->applied_index;
  out.attestation_count = view->attestation_count;
  out.checkpoint_size = view->checkpoint_size();
  out.version = SYMBOLON_VERSION;
  ConsensusView consensus;
  {
    std::lock_guard lock(mutex_);
    consensus = consensus_;
    out.last_error = last_error_;
  }
  out.role = RoleText(consensus.role);
  out.term = consensus.term;
  out.last_index = consensus.last_index;
  out.commit_index = consensus.commit_index;
  out.standing = StandingName(consensus.standing);
  FillMembers(consensus, &out);
  return out;
}

// An entry is acknowledged only with the body that its header asks for. The check is made here, on the thread
// that received the message, and what it took apart is kept for apply.
absl::Status NodeParts::CheckAppend(const consensus::AppendRequest& append) {
  for (const consensus::Entry& entry : append.entries) {
    if (entry.data == nullptr) return absl::InvalidArgumentError("an entry without data");
    auto decoded =
        std::make_shared<ledger::DecodedEntry>(ledger::DecodeEntry(entry.data->header, entry.data->body));
    if (!decoded->header_ok && !entry.data->body.empty()) {
      return absl::InvalidArgumentError(fmt::format("entry {}: a body without a header", entry.index));
    }
    // Raft counts with an entry by its kind; the ledger by what is in it.
    const auto kind = decoded->header_ok ? EntryKindOf(decoded->header.kind) : consensus::EntryKind::kNormal;
    if (entry.kind != kind) {
      return absl::InvalidArgumentError(
          fmt::format("entry {}: of another kind for Raft than for the ledger", entry.index));
    }
    if (decoded->body_fault() != ledger::Verdict::kAccepted) {
      return absl::InvalidArgumentError(
          fmt::format("entry {}: {}", entry.index, ledger::VerdictName(decoded->body_fault())));
    }
    decoded_.Put(entry.data, std::move(decoded));
  }
  return absl::OkStatus();
}

void NodeParts::Deliver(consensus::Message message) {
  if (failed_) return;
  // Raft believes whoever acts as a leader, for others have elected it. Who is removed is a leader to nobody
  // who knows that: it is a thief of its keys who speaks, or somebody who was never told. (It may have been
  // elected by those who do not know it yet. They are enough to let it commit, and it steps aside then.)
  if (consensus::IsOfLeader(message.body) && membership()->IsRemoved(message.from.value())) return;
  if (const auto* append = std::get_if<consensus::AppendRequest>(&message.body)) {
    if (!append->entries.empty() && IsBehind()) return;
    if (const absl::Status status = CheckAppend(*append); !status.ok()) {
      if (refused_appends_.Allow(runtime_->Now())) {
        log_->Warning("append_refused", {{"from", message.from.value()}, {"reason", status.message()}});
      }
      return;
    }
  }
  loop_->Deliver(std::move(message));
}

void NodeParts::ProposeHere(api::Transaction transaction, PlacementDone done) {
  if (stopping_ || failed_) return done(Stopping());
  if (!leading_) return done(absl::UnavailableError("this node does not lead now: send again"));
  if (disk_low_) {
    return done(absl::ResourceExhaustedError(
        "the leader's disk is almost full: nothing is taken until space is freed"));
  }
  if (IsBehind()) {
    return done(absl::ResourceExhaustedError("the leader is behind with applying: try again later"));
  }
  auto prepared = Prepare(std::move(transaction));
  if (!prepared.ok()) return done(prepared.status());
  const auto existing = proposer_->FindInLedger((*prepared)->owner);
  if (!existing.ok()) return done(existing.status());
  if (*existing) return done(Placement{**existing, true});
  if (const absl::Status status = proposer_->CheckAhead(**prepared); !status.ok()) return done(status);

  auto shared_done = std::make_shared<PlacementDone>(std::move(done));
  const bool posted =
      loop_->Post([this, transaction = *std::move(prepared), shared_done](consensus::Raft* raft) {
        proposer_->Propose(raft, transaction, std::move(*shared_done));
      });
  if (posted) return;
  (*shared_done)(stopping_ ? Stopping()
                           : absl::ResourceExhaustedError("too many submissions wait: try again later"));
}

void NodeParts::Forward(api::Transaction transaction, api::Done<api::Forwarded> done) {
  ProposeHere(std::move(transaction), [done = std::move(done)](const absl::StatusOr<Placement>& placement) {
    if (!placement.ok()) return done(placement.status());
    done(api::Forwarded{.index = placement->position.index.value(),
                        .term = placement->position.term.value(),
                        .existing = placement->existing});
  });
}

void NodeParts::ForwardTo(consensus::NodeId leader, const api::Transaction& transaction, PlacementDone done) {
  const auto peer = peers_->Find(leader);
  if (!peer) return done(absl::UnavailableError("the leader is not connected yet: send again"));
  peer->Forward(transaction, [done = std::move(done)](const absl::StatusOr<api::Forwarded>& forwarded) {
    // A leader that lags behind does not know a new node yet. The caller has been let in, here.
    if (absl::IsPermissionDenied(forwarded.status())) {
      return done(
          absl::UnavailableError(fmt::format("the leader does not know this node yet ({}): send again",
                                             std::string(forwarded.status().message()))));
    }
    if (!forwarded.ok()) return done(forwarded.status());
    done(Placement{{consensus::Index(forwarded->index), consensus::Term(forwarded->term)},
                   forwarded->existing});
  });
}

absl::StatusOr<std::optional<AppliedEntry>> NodeParts::FindApplied(uint64_t index) const {
  if (index == 0) return absl::InternalError("the leader answered with entry 0");
  if (index > state_->view()->checkpoint_size()) return std::nullopt;
  ASSIGN_OR_RETURN(const Bytes bytes, ledger_->Header(index));
  ASSIGN_OR_RETURN(const ledger::EntryHeader header, ledger::DecodeEntryHeader(bytes));
  ASSIGN_OR_RETURN(const ledger::Verdict verdict, ledger_->VerdictOf(index));
  return AppliedEntry{.index = index,
                      .term = header.term,
                      .verdict = verdict,
                      .first_attestation = header.first_attestation_number,
                      .attestation_count = header.attestation_count};
}

}  // namespace symbolon::node
