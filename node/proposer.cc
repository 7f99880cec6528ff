#include "node/proposer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"
#include "node/entry_kind.h"
#include "node/membership_view.h"

namespace symbolon::node {
namespace {

constexpr size_t kMaxWaiting = 1024;

absl::Status NotLeader() {
  return absl::UnavailableError("this node does not lead now: nothing was done, send again");
}

}  // namespace

Proposer::Proposer(SharedState* state, storage::LedgerStore* store, ledger::SignatureMemo* memo,
                   DecodedCache* decoded, LogTail tail, WallClock clock)
    : state_(state),
      store_(store),
      memo_(memo),
      decoded_(decoded),
      tail_(std::move(tail)),
      clock_(std::move(clock)) {}

absl::Status Proposer::CheckAhead(const PreparedTransaction& transaction) const {
  const auto registry =
      state_->Read([](const ledger::State& state, const ReadViewPtr&) { return state.registry_pointer(); });
  ledger::VerifyAhead(transaction.decoded, *registry, *memo_);
  return transaction.kind == ledger::Kind::kBatch ? Judge(transaction) : absl::OkStatus();
}

absl::Status Proposer::Judge(const PreparedTransaction& transaction) const {
  const auto judge = [&](const ledger::State& state, const ReadViewPtr& view) {
    const ledger::ProposalContext context{.index = view->applied_index + 1,
                                          .time_ms = std::max(clock_(), state.last_time_ms()),
                                          .expected_sequence = transaction.owner.sequence};
    return state.Precheck(transaction.decoded, context, *store_, memo_);
  };
  ASSIGN_OR_RETURN(const ledger::Verdict verdict, state_->Read(judge));
  if (verdict == ledger::Verdict::kIssueTimeInFuture) {
    // Not for good: time passes, and the next leader's clock may have seen it differently already.
    return absl::ResourceExhaustedError(
        "the batch's issue time is after the leader's clock, and nothing was done: look at both clocks, and "
        "send "
        "the same bytes again later");
  }
  return verdict == ledger::Verdict::kAccepted ? absl::OkStatus() : RejectedError(verdict);
}

absl::StatusOr<std::optional<consensus::LogPosition>> Proposer::FindInLedger(
    const TransactionOwner& owner) const {
  ASSIGN_OR_RETURN(const auto used, store_->FindSequence(owner.issuer, owner.key_id, owner.sequence));
  if (!used || used->signed_digest != owner.signed_digest) return std::nullopt;
  // Written, and not shown yet: as if it were still on its way.
  if (used->entry_index > store_->applied_index()) return std::nullopt;
  ASSIGN_OR_RETURN(const Bytes bytes, store_->Header(used->entry_index));
  ASSIGN_OR_RETURN(const ledger::EntryHeader header, ledger::DecodeEntryHeader(bytes));
  return consensus::LogPosition{consensus::Index(header.index), consensus::Term(header.term)};
}

void Proposer::Propose(consensus::Raft* raft, std::shared_ptr<PreparedTransaction> transaction,
                       PlacementDone done) {
  if (raft == nullptr || raft->role() != consensus::Role::kLeader) return done(NotLeader());
  Waiting item{tail_.last_index(), std::move(transaction), std::move(done)};
  absl::flat_hash_set<Key> waiting_keys;
  for (const Waiting& other : waiting_) waiting_keys.insert(KeyOf(*other.transaction));
  if (IsReady(item, tail_.applied_index(), waiting_keys)) {
    return item.done(Place(*raft, *item.transaction));
  }
  if (waiting_.size() >= kMaxWaiting) {
    return item.done(absl::ResourceExhaustedError("too many transactions wait: try again later"));
  }
  waiting_.push_back(std::move(item));
}

bool Proposer::IsReady(const Waiting& item, uint64_t applied,
                       const absl::flat_hash_set<Key>& waiting_keys) const {
  const PreparedTransaction& transaction = *item.transaction;
  if (waiting_keys.contains(KeyOf(transaction))) return false;
  if (transaction.kind == ledger::Kind::kBatch) return true;
  return item.after <= applied && !tail_.LastSequence(transaction.owner.issuer, transaction.owner.key_id);
}

absl::StatusOr<std::optional<Placement>> Proposer::FindExisting(const PreparedTransaction& transaction,
                                                                uint64_t expected) const {
  if (const auto position = tail_.Find(transaction.owner.signed_digest)) return Placement{*position, true};
  if (transaction.owner.sequence >= expected) return std::nullopt;
  ASSIGN_OR_RETURN(const auto position, FindInLedger(transaction.owner));
  if (!position) return std::nullopt;
  return Placement{*position, true};
}

absl::StatusOr<Placement> Proposer::Place(consensus::Raft& raft, PreparedTransaction& transaction) {
  uint64_t expected = state_->Read([&](const ledger::State& state, const ReadViewPtr&) {
    return state.ExpectedSequence(transaction.owner.issuer, transaction.owner.key_id);
  });
  if (const auto last = tail_.LastSequence(transaction.owner.issuer, transaction.owner.key_id)) {
    expected = std::max(expected, *last + 1);
  }
  ASSIGN_OR_RETURN(const auto existing, FindExisting(transaction, expected));
  if (existing) return *existing;
  if (transaction.owner.sequence != expected && transaction.kind == ledger::Kind::kGovernance) {
    return absl::OutOfRangeError(fmt::format(
        "the decision is on version {} of the registry, which has version {} by now: propose anew",
        transaction.owner.sequence - 1, expected - 1));
  }
  if (transaction.owner.sequence != expected) {
    return absl::OutOfRangeError(fmt::format(
        "sequence {} of key {} of {} {}: the next must be {}", transaction.owner.sequence,
        transaction.owner.key_id, transaction.owner.issuer,
        transaction.owner.sequence < expected ? "is used by another transaction" : "leaves a gap", expected));
  }
  // Now that everything before it is applied.
  if (transaction.kind != ledger::Kind::kBatch) RETURN_IF_ERROR(Judge(transaction));

  const auto make = [&](consensus::Index index, consensus::Term term) {
    return MakeEntry(index, term, std::move(transaction.decoded), std::move(transaction.payload),
                     std::move(transaction.body), transaction.attestation_count);
  };
  const auto position = raft.Propose(make);
  if (position.ok()) return Placement{*position, false};
  if (consensus::IsBusy(position.status())) return position.status();
  return NotLeader();  // or handing over
}

uint64_t Proposer::TimeNow() const {
  return std::max(clock_(), tail_.last_time_ms());
}

std::shared_ptr<const consensus::EntryData> Proposer::MakeEntry(consensus::Index index, consensus::Term term,
                                                                ledger::DecodedPayload decoded, Bytes payload,
                                                                Bytes body, uint32_t attestation_count) {
  auto entry = std::make_shared<ledger::DecodedEntry>();
  entry->header = {.index = index.value(),
                   .term = term.value(),
                   .time_ms = TimeNow(),
                   .kind = decoded.kind,
                   .first_attestation_number = tail_.next_attestation_number(),
                   .attestation_count = attestation_count,
                   .payload = std::move(payload)};
  auto data = std::make_shared<consensus::EntryData>();
  data->header = ledger::EncodeEntryHeader(entry->header);
  data->body = std::move(body);
  entry->leaf_hash = ledger::EntryLeafHash(data->header);
  entry->header_ok = true;
  entry->payload = std::move(decoded);
  // Known from now on: the next entry is made from this one, before Raft hands either out.
  tail_.Append({.index = index, .term = term, .kind = EntryKindOf(entry->header.kind), .data = data});
  decoded_->Put(data, std::move(entry));
  return data;
}

std::shared_ptr<const consensus::EntryData> Proposer::MakeNoOp(consensus::Index index, consensus::Term term) {
  ledger::DecodedPayload decoded;
  decoded.kind = ledger::Kind::kNoOp;
  return MakeEntry(index, term, std::move(decoded), {}, {}, 0);
}

bool Proposer::ProposeSeal(consensus::Raft& raft) {
  if (!raft.IsReadyLeader() || tail_.HasSeal()) return false;
  const auto seal = state_->Read([](const ledger::State& state, const ReadViewPtr&) {
    return state.NeedsSeal() ? std::optional(state.MakeSeal()) : std::nullopt;
  });
  if (!seal) return false;
  Bytes payload = ledger::EncodeSeal(*seal);
  // Refused when busy or handing over: the next tick asks again.
  return raft
      .Propose([&](consensus::Index index, consensus::Term term) {
        ledger::DecodedPayload decoded = ledger::DecodePayload(ledger::Kind::kSeal, payload, {});
        return MakeEntry(index, term, std::move(decoded), std::move(payload), {}, 0);
      })
      .ok();
}

absl::StatusOr<consensus::LogPosition> Proposer::ProposeConfiguration(
    consensus::Raft& raft, const ledger::Configuration& configuration) {
  const auto make = [&](consensus::Index index, consensus::Term term) {
    Bytes payload = ledger::EncodeConfiguration(configuration);
    ledger::DecodedPayload decoded = ledger::DecodePayload(ledger::Kind::kConfiguration, payload, {});
    return MakeEntry(index, term, std::move(decoded), std::move(payload), {}, 0);
  };
  return raft.ProposeConfiguration(make, ToRaft(configuration.members));
}

void Proposer::OnAppend(const std::vector<consensus::Entry>& entries) {
  for (const consensus::Entry& entry : entries) tail_.Append(entry);
}

void Proposer::OnApplied(consensus::Raft& raft, uint64_t index) {
  tail_.DropThrough(index);
  if (waiting_.empty()) return;
  if (raft.role() != consensus::Role::kLeader) return OnLost();
  std::deque<Waiting> waiting;
  waiting.swap(waiting_);
  absl::flat_hash_set<Key> waiting_keys;
  for (Waiting& item : waiting) {
    if (IsReady(item, index, waiting_keys)) {
      item.done(Place(raft, *item.transaction));
    } else {
      waiting_keys.insert(KeyOf(*item.transaction));
      waiting_.push_back(std::move(item));
    }
  }
}

void Proposer::OnLost() {
  std::deque<Waiting> waiting;
  waiting.swap(waiting_);
  for (const Waiting& item : waiting) item.done(NotLeader());
}

}  // namespace symbolon::node
