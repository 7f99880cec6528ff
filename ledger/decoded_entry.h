#pragma once
// An entry taken apart: everything about it that can be found out without state. Done once, on any thread, so
// that the one thread that applies has little left to do. Bad bytes are no error here: the verdict that they
// will get is recorded inside.

#include <optional>
#include <variant>

#include "base/bytes.h"
#include "ledger/entries/batch.h"
#include "ledger/entries/configuration.h"
#include "ledger/entries/governance.h"
#include "ledger/entries/seal.h"
#include "ledger/entries/status_change.h"
#include "ledger/entry_header.h"
#include "ledger/registry.h"
#include "ledger/signature_memo.h"
#include "ledger/verdict.h"

namespace symbolon::ledger {

// Payload and body, before (precheck) or after they have a place in the ledger.
struct DecodedPayload {
  Kind kind = Kind::kNoOp;
  // kAccepted, or kUnknownKind, kGovernanceNotSupported, kMalformedPayload, kMalformedConfiguration; then
  // `content` is empty.
  Verdict fault = Verdict::kAccepted;
  // Whether the body is the one that the payload asks for: kAccepted, or a verdict of IsBodyFault. For a
  // given header exactly one body is right, whatever the verdict on the entry: nodes must not store an entry,
  // nor acknowledge it, with another.
  Verdict body_fault = Verdict::kAccepted;
  std::variant<std::monostate, SignedBatch, SignedStatusTransaction, Seal, Decision, Configuration> content;
  std::optional<BatchBody> body;  // of a batch, when right

  const SignedBatch* batch() const { return std::get_if<SignedBatch>(&content); }
  const SignedStatusTransaction* status() const { return std::get_if<SignedStatusTransaction>(&content); }
  const Seal* seal() const { return std::get_if<Seal>(&content); }
  const Decision* decision() const { return std::get_if<Decision>(&content); }
  const Configuration* configuration() const { return std::get_if<Configuration>(&content); }
};

// What batches and status transactions have in common. Views point into the payload.
struct SignedPart {
  const Digest& network;
  const std::string& issuer;
  uint32_t key_id;
  uint64_t sequence;
  ByteView signed_bytes;
  const Signature& signature;
  // Identifies the transaction, signature aside: what makes publishing idempotent.
  Digest SignedDigest() const;
};
// nullopt when the payload is not (decodable as) a signed transaction.
std::optional<SignedPart> SignedPartOf(const DecodedPayload& payload);

// A place that can be taken once: what makes submitting idempotent. Batches and status transactions take the
// next of their key; decisions all together take registry versions, under an empty issuer and key 0.
struct SequencePlace {
  std::string issuer;
  uint32_t key_id = 0;
  uint64_t sequence = 0;
  Digest signed_digest{};  // SHA-256 of the signed bytes, without signatures
  bool operator==(const SequencePlace&) const = default;
};
// nullopt when the payload takes none.
std::optional<SequencePlace> SequencePlaceOf(const DecodedPayload& payload);

DecodedPayload DecodePayload(Kind kind, ByteView payload, ByteView body);

struct DecodedEntry {
  Digest leaf_hash{};
  bool header_ok = false;  // false: the bytes are no header, and nothing below is set
  EntryHeader header;
  DecodedPayload payload;

  // The verdict that a body other than the right one earns; see DecodedPayload::body_fault.
  Verdict body_fault() const { return payload.body_fault; }
};

DecodedEntry DecodeEntry(ByteView header_bytes, ByteView body);

// Verifies the signatures of a transaction or decision ahead of Apply, on any thread, as far as the registry
// knows the keys; success goes to the memo.
void VerifyAhead(const DecodedPayload& payload, const Registry& registry, SignatureMemo& memo);

}  // namespace symbolon::ledger
