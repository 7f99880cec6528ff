// The rules by which every node judges every entry, in the order of docs/verdicts.md: the first one broken
// gives the verdict.

#include <fmt/format.h>

#include "base/status_macros.h"
#include "ledger/record_types.h"
#include "ledger/state.h"

namespace symbolon::ledger {
namespace {

// The batch of a number below the attestation count: from the overlay or the source, which together know all.
absl::StatusOr<BatchRef> FindBatch(uint64_t number, const AttestationSource& overlay,
                                   const AttestationSource& source) {
  for (const AttestationSource* from : {&overlay, &source}) {
    ASSIGN_OR_RETURN(std::optional<BatchRef> batch, from->BatchOf(number));
    if (batch.has_value()) return *std::move(batch);
  }
  return absl::InternalError(
      fmt::format("attestation {}: no batch is known for it, though it has been applied: rebuild the indexes "
                  "from the ledger",
                  number));
}

bool SameAgency(std::string_view a, std::string_view b) {
  return a == b;
}

}  // namespace

Verdict State::JudgePlace(const DecodedEntry& entry) const {
  if (!entry.header_ok) return Verdict::kMalformedHeader;
  const EntryHeader& header = entry.header;
  if (header.index != applied_index_ + 1) return Verdict::kWrongIndex;
  if (header.term < last_term_) return Verdict::kTermDecreased;
  if (header.time_ms < last_time_ms_) return Verdict::kTimeDecreased;
  if (header.first_attestation_number != status_.count()) return Verdict::kWrongFirstAttestationNumber;
  return Verdict::kAccepted;
}

absl::StatusOr<Verdict> State::JudgePayload(const DecodedPayload& payload, uint32_t attestation_count,
                                            const ProposalContext& context, const AttestationSource& source,
                                            SignatureMemo* memo) const {
  if (payload.fault != Verdict::kAccepted) return payload.fault;
  if (const std::optional<SignedPart> part = SignedPartOf(payload); part.has_value()) {
    const Verdict verdict = JudgeSigned(*part, context, memo);
    if (verdict != Verdict::kAccepted) return verdict;
  }
  if (const SignedBatch* batch = payload.batch(); batch != nullptr) {
    return JudgeBatch(batch->header, attestation_count, context.time_ms);
  }
  if (const SignedStatusTransaction* status = payload.status(); status != nullptr) {
    return JudgeStatus(status->transaction, source);
  }
  if (const Seal* seal = payload.seal(); seal != nullptr) return JudgeSeal(*seal);
  if (const Decision* decision = payload.decision(); decision != nullptr) {
    return JudgeDecision(membership_, *decision, memo);
  }
  if (const Configuration* configuration = payload.configuration(); configuration != nullptr) {
    return JudgeConfiguration(membership_, *configuration);
  }
  return Verdict::kAccepted;
}

Verdict State::JudgeSigned(const SignedPart& part, const ProposalContext& context,
                           SignatureMemo* memo) const {
  if (part.network != network_) return Verdict::kWrongNetwork;
  const Agency* agency = registry().FindAgency(part.issuer);
  if (agency == nullptr) return Verdict::kUnknownIssuer;
  const BatchKey* key = agency->FindBatchKey(part.key_id);
  if (key == nullptr) return Verdict::kUnknownKey;
  if (!key->IsValidAt(context.index)) return Verdict::kKeyNotValid;
  if (!VerifySignatureOnce(memo, key->key, part.signed_bytes, part.signature)) return Verdict::kBadSignature;
  const uint64_t expected = context.expected_sequence.value_or(ExpectedSequence(part.issuer, part.key_id));
  return part.sequence == expected ? Verdict::kAccepted : Verdict::kOutOfSequence;
}

Verdict State::JudgeBatch(const BatchHeader& batch, uint32_t attestation_count, uint64_t time_ms) const {
  if (batch.count != attestation_count) return Verdict::kCountMismatch;
  if (!FindRecordType(batch.record_type, batch.version).has_value()) return Verdict::kUnknownRecordType;
  if (!registry().MayIssue(batch.issuer, batch.record_type)) return Verdict::kRecordTypeNotAllowed;
  if (batch.issue_time_s % registry().issue_time_granularity_s != 0) return Verdict::kIssueTimeNotOnGrid;
  if (batch.issue_time_s > time_ms / 1000) return Verdict::kIssueTimeInFuture;
  return Verdict::kAccepted;
}

absl::StatusOr<Verdict> State::JudgeStatus(const StatusTransaction& transaction,
                                           const AttestationSource& source) const {
  // Changes are judged in order, each seeing those before it in the transaction; so no circle of successors
  // arises.
  absl::flat_hash_map<uint64_t, Status> changed;
  const auto status_now = [&](uint64_t number) {
    const auto it = changed.find(number);
    return it == changed.end() ? status_.Get(number) : it->second;
  };
  for (const StatusChange& change : transaction.changes) {
    const uint64_t number = change.attestation_number;
    if (number >= status_.count()) return Verdict::kUnknownAttestation;
    const Status now = status_now(number);
    if (now == Status::kVoid) return Verdict::kAttestationVoid;
    ASSIGN_OR_RETURN(const BatchRef batch, FindBatch(number, overlay_, source));
    if (!SameAgency(batch.issuer, transaction.issuer)) return Verdict::kNotIssuersAttestation;
    if (now == Status::kRevoked) return Verdict::kRevokedIsFinal;
    if (now == change.status) return Verdict::kNoChange;
    if (change.successor.has_value()) {
      const uint64_t successor = *change.successor;
      if (change.status != Status::kRevoked || successor == number) return Verdict::kSuccessorNotAllowed;
      if (successor >= status_.count()) return Verdict::kUnknownSuccessor;
      const Status of_successor = status_now(successor);
      if (of_successor == Status::kVoid || of_successor == Status::kRevoked)
        return Verdict::kSuccessorNotUsable;
      ASSIGN_OR_RETURN(const BatchRef successors, FindBatch(successor, overlay_, source));
      if (!SameAgency(successors.issuer, transaction.issuer)) return Verdict::kNotIssuersSuccessor;
    }
    changed[number] = change.status;
  }
  return Verdict::kAccepted;
}

Verdict State::JudgeSeal(const Seal& seal) const {
  if (seal.network != network_) return Verdict::kWrongNetwork;
  if (last_seal_.has_value() && seal == last_seal_->seal) return Verdict::kSealRepeated;
  if (seal.previous_index != captured_.index) return Verdict::kSealNotAfterPrevious;
  if (seal.status_root != captured_.status_root || seal.status_count != captured_.status_count) {
    return Verdict::kSealStatusDiffers;
  }
  if (seal.registry_version != captured_.registry_version ||
      seal.registry_digest != captured_.registry_digest) {
    return Verdict::kSealRegistryDiffers;
  }
  return seal.further_roots.empty() ? Verdict::kAccepted : Verdict::kSealUnknownRoot;
}

absl::StatusOr<Verdict> State::Precheck(const DecodedPayload& payload, const ProposalContext& context,
                                        const AttestationSource& source, SignatureMemo* memo) const {
  const SignedBatch* batch = payload.batch();
  const uint32_t count = batch == nullptr ? 0 : batch->header.count;
  ASSIGN_OR_RETURN(const Verdict verdict, JudgePayload(payload, count, context, source, memo));
  return verdict == Verdict::kAccepted ? payload.body_fault : verdict;
}

}  // namespace symbolon::ledger
