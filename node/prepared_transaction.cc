#include "node/prepared_transaction.h"

#include <fmt/format.h>

#include "base/sha256.h"
#include "base/status_macros.h"

namespace symbolon::node {
namespace {

std::string VerdictText(ledger::Verdict verdict) {
  return fmt::format("{} ({}): {}", ledger::VerdictName(verdict), static_cast<int>(verdict),
                     ledger::VerdictSentence(verdict));
}

}  // namespace

absl::Status RejectedError(ledger::Verdict verdict) {
  return absl::FailedPreconditionError("rejected: " + VerdictText(verdict));
}

absl::StatusOr<TransactionOwner> OwnerOf(const api::Transaction& transaction) {
  if (transaction.kind == api::Transaction::Kind::kBatch) {
    ASSIGN_OR_RETURN(const ledger::SignedBatch batch, ledger::DecodeSignedBatch(transaction.signed_bytes));
    return TransactionOwner{batch.header.issuer, batch.header.key_id, batch.header.sequence,
                            Sha256(batch.signed_bytes)};
  }
  ASSIGN_OR_RETURN(const ledger::SignedStatusTransaction status,
                   ledger::DecodeSignedStatusTransaction(transaction.signed_bytes));
  return TransactionOwner{status.transaction.issuer, status.transaction.key_id, status.transaction.sequence,
                          Sha256(status.signed_bytes)};
}

absl::StatusOr<std::shared_ptr<PreparedTransaction>> Prepare(api::Transaction transaction) {
  auto prepared = std::make_shared<PreparedTransaction>();
  prepared->kind =
      transaction.kind == api::Transaction::Kind::kBatch ? ledger::Kind::kBatch : ledger::Kind::kStatus;
  prepared->payload = std::move(transaction.signed_bytes);
  prepared->body = std::move(transaction.body);
  if (prepared->payload.size() > ledger::kMaxPayloadSize) {
    return absl::InvalidArgumentError(fmt::format("signed bytes: {} bytes, at most {} fit",
                                                  prepared->payload.size(), ledger::kMaxPayloadSize));
  }
  prepared->decoded = ledger::DecodePayload(prepared->kind, prepared->payload, prepared->body);
  if (prepared->decoded.fault != ledger::Verdict::kAccepted) {
    return absl::InvalidArgumentError("not a transaction: " + VerdictText(prepared->decoded.fault));
  }
  if (prepared->decoded.body_fault != ledger::Verdict::kAccepted) {
    return RejectedError(prepared->decoded.body_fault);
  }
  const auto part = ledger::SignedPartOf(prepared->decoded);
  if (!part) return absl::InvalidArgumentError("not a transaction");
  prepared->owner = {part->issuer, part->key_id, part->sequence, part->SignedDigest()};
  if (const auto* batch = prepared->decoded.batch()) prepared->attestation_count = batch->header.count;
  return prepared;
}

}  // namespace symbolon::node
