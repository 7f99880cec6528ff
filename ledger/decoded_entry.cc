#include "ledger/decoded_entry.h"

#include "base/sha256.h"
#include "ledger/entries/no_op.h"

namespace symbolon::ledger {
namespace {

// Puts the decoded payload into `content`, or gives the fault.
template <typename T>
Verdict Take(absl::StatusOr<T> decoded, DecodedPayload& payload,
             Verdict malformed = Verdict::kMalformedPayload) {
  if (absl::IsUnimplemented(decoded.status())) return Verdict::kGovernanceNotSupported;
  if (!decoded.ok()) return malformed;
  payload.content = *std::move(decoded);
  return Verdict::kAccepted;
}

Verdict DecodeContent(ByteView bytes, DecodedPayload& payload) {
  switch (payload.kind) {
    case Kind::kNoOp:
      return CheckNoOpPayload(bytes).ok() ? Verdict::kAccepted : Verdict::kMalformedPayload;
    case Kind::kBatch:
      return Take(DecodeSignedBatch(bytes), payload);
    case Kind::kStatus:
      return Take(DecodeSignedStatusTransaction(bytes), payload);
    case Kind::kGovernance:
      return Take(DecodeDecision(bytes), payload);
    case Kind::kSeal:
      return Take(DecodeSeal(bytes), payload);
    case Kind::kConfiguration:
      return Take(DecodeConfiguration(bytes), payload, Verdict::kMalformedConfiguration);
  }
  return Verdict::kUnknownKind;
}

}  // namespace

Digest SignedPart::SignedDigest() const {
  return Sha256(signed_bytes);
}

std::optional<SignedPart> SignedPartOf(const DecodedPayload& payload) {
  if (const SignedBatch* batch = payload.batch(); batch != nullptr) {
    const BatchHeader& header = batch->header;
    return SignedPart{header.network,  header.issuer,       header.key_id,
                      header.sequence, batch->signed_bytes, batch->signature};
  }
  if (const SignedStatusTransaction* status = payload.status(); status != nullptr) {
    const StatusTransaction& transaction = status->transaction;
    return SignedPart{transaction.network,  transaction.issuer,   transaction.key_id,
                      transaction.sequence, status->signed_bytes, status->signature};
  }
  return std::nullopt;
}

std::optional<SequencePlace> SequencePlaceOf(const DecodedPayload& payload) {
  if (const std::optional<SignedPart> part = SignedPartOf(payload); part.has_value()) {
    return SequencePlace{part->issuer, part->key_id, part->sequence, part->SignedDigest()};
  }
  if (const Decision* decision = payload.decision(); decision != nullptr) {
    return SequencePlace{"", 0, decision->proposal.registry_version + 1, Sha256(decision->proposal_bytes)};
  }
  return std::nullopt;
}

DecodedPayload DecodePayload(Kind kind, ByteView payload, ByteView body) {
  DecodedPayload decoded;
  decoded.kind = kind;
  decoded.fault = DecodeContent(payload, decoded);
  if (const SignedBatch* batch = decoded.batch(); batch != nullptr) {
    decoded.body_fault = CheckBatchBody(batch->header, body, &decoded.body);
  } else if (!body.empty()) {
    decoded.body_fault = Verdict::kUnexpectedBody;
  }
  return decoded;
}

DecodedEntry DecodeEntry(ByteView header_bytes, ByteView body) {
  DecodedEntry entry;
  entry.leaf_hash = EntryLeafHash(header_bytes);
  absl::StatusOr<EntryHeader> header = DecodeEntryHeader(header_bytes);
  if (!header.ok()) {
    if (!body.empty()) entry.payload.body_fault = Verdict::kUnexpectedBody;
    return entry;
  }
  entry.header_ok = true;
  entry.header = *std::move(header);
  entry.payload = DecodePayload(entry.header.kind, entry.header.payload, body);
  return entry;
}

void VerifyAhead(const DecodedPayload& payload, const Registry& registry, SignatureMemo& memo) {
  if (const Decision* decision = payload.decision(); decision != nullptr) {
    for (const StewardSignature& signature : decision->signatures) {
      const Steward* steward = registry.FindSteward(signature.agency, signature.key_id);
      if (steward == nullptr) return;
      VerifySignatureOnce(&memo, steward->key, decision->proposal_bytes, signature.signature);
    }
  }
  const std::optional<SignedPart> part = SignedPartOf(payload);
  if (!part.has_value()) return;
  const Agency* agency = registry.FindAgency(part->issuer);
  const BatchKey* key = agency == nullptr ? nullptr : agency->FindBatchKey(part->key_id);
  if (key != nullptr) VerifySignatureOnce(&memo, key->key, part->signed_bytes, part->signature);
}

}  // namespace symbolon::ledger
