#pragma once
// A client's transaction, taken apart and checked as far as that is possible without a place in the ledger.
// Made on the thread that received it, so that the event loop has little left to do.

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "api/backend.h"
#include "ledger/decoded_entry.h"

namespace symbolon::node {

// Whose transaction it is, and which one. A decision has no issuer: it is the network's.
using TransactionOwner = ledger::SequencePlace;

// InvalidArgument when the bytes are no transaction. The body is not looked at.
absl::StatusOr<TransactionOwner> OwnerOf(const api::Transaction& transaction);

struct PreparedTransaction {
  ledger::Kind kind = ledger::Kind::kBatch;
  Bytes payload;  // the signed bytes as received
  Bytes body;
  ledger::DecodedPayload decoded;

  TransactionOwner owner;
  uint32_t attestation_count = 0;
};

// InvalidArgument when the bytes are no transaction; FailedPrecondition when the body is not the one that was
// signed for.
absl::StatusOr<std::shared_ptr<PreparedTransaction>> Prepare(api::Transaction transaction);

// The error of a transaction that the rules reject: FailedPrecondition with the verdict's name and sentence.
absl::Status RejectedError(ledger::Verdict verdict);

}  // namespace symbolon::node
