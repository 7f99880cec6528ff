#include "node/prepared_transaction.h"

#include <fmt/format.h>

#include "base/status_macros.h"

namespace symbolon::node {
namespace {

std::string VerdictText(ledger::Verdict verdict) {
  return fmt::format("{} ({}): {}", ledger::VerdictName(verdict), static_cast<int>(verdict),
                     ledger::VerdictSentence(verdict));
}

absl::Status NoTransaction(ledger::Verdict fault) {
  return absl::InvalidArgumentError("not a transaction: " + VerdictText(fault));
}

ledger::Kind LedgerKind(const api::Transaction& transaction) {
  return static_cast<ledger::Kind>(transaction.kind);  // the same numbers
}

}  // namespace

absl::Status RejectedError(ledger::Verdict verdict) {
  return absl::FailedPreconditionError("rejected: " + VerdictText(verdict));
}

absl::StatusOr<TransactionOwner> OwnerOf(const api::Transaction& transaction) {
  const ledger::DecodedPayload decoded =
      ledger::DecodePayload(LedgerKind(transaction), transaction.signed_bytes, {});
  auto place = ledger::SequencePlaceOf(decoded);
  if (!place) return NoTransaction(decoded.fault);
  return *std::move(place);
}

absl::StatusOr<std::shared_ptr<PreparedTransaction>> Prepare(api::Transaction transaction) {
  auto prepared = std::make_shared<PreparedTransaction>();
  prepared->kind = LedgerKind(transaction);
  prepared->payload = std::move(transaction.signed_bytes);
  prepared->body = std::move(transaction.body);
  if (prepared->payload.size() > ledger::kMaxPayloadSize) {
    return absl::InvalidArgumentError(fmt::format("signed bytes: {} bytes, at most {} fit",
                                                  prepared->payload.size(), ledger::kMaxPayloadSize));
  }
  prepared->decoded = ledger::DecodePayload(prepared->kind, prepared->payload, prepared->body);
  if (prepared->decoded.fault != ledger::Verdict::kAccepted) {
    return NoTransaction(prepared->decoded.fault);
  }
  if (prepared->decoded.body_fault != ledger::Verdict::kAccepted) {
    return RejectedError(prepared->decoded.body_fault);
  }
  auto owner = ledger::SequencePlaceOf(prepared->decoded);
  if (!owner) return absl::InvalidArgumentError("not a transaction");
  prepared->owner = *std::move(owner);
  if (const auto* batch = prepared->decoded.batch()) prepared->attestation_count = batch->header.count;
  return prepared;
}

}  // namespace symbolon::node
