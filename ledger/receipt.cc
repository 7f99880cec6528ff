#include "ledger/receipt.h"

#include "base/encoding.h"
#include "base/labels.h"
#include "ledger/index.h"
#include "ledger/path.h"
#include "ledger/record_types.h"

namespace symbolon::ledger {
namespace {

NotVerified No(ProofFailure failure, const char* part) {
  return {failure, part};
}

// What batches and status transactions have in common: network, issuer, key, signature.
std::optional<NotVerified> CheckSigned(const EntryHeader& entry, const Digest& network,
                                       const std::string& issuer, uint32_t key_id, ByteView signed_bytes,
                                       const Signature& signature, const Trust& trust) {
  constexpr char kPart[] = "signed transaction";
  if (network != trust.network()) return No(ProofFailure::kWrongNetwork, kPart);
  const Agency* agency = trust.registry().FindAgency(issuer);
  if (agency == nullptr) return No(ProofFailure::kUnknownIssuer, kPart);
  const BatchKey* key = agency->FindBatchKey(key_id);
  if (key == nullptr) return No(ProofFailure::kUnknownKey, kPart);
  if (!key->IsValidAt(entry.index)) return No(ProofFailure::kKeyNotValid, kPart);
  if (!VerifySignature(key->key, signed_bytes, signature))
    return No(ProofFailure::kBadIssuerSignature, kPart);
  return std::nullopt;
}

Checked<SignedStatusTransaction> VerifyStatusEntry(const EntryHeader& entry, const Trust& trust) {
  absl::StatusOr<SignedStatusTransaction> status = DecodeSignedStatusTransaction(entry.payload);
  if (!status.ok()) return No(ProofFailure::kMalformedEntry, "payload of the entry");
  const StatusTransaction& transaction = status->transaction;
  if (auto refusal = CheckSigned(entry, transaction.network, transaction.issuer, transaction.key_id,
                                 status->signed_bytes, status->signature, trust)) {
    return *refusal;
  }
  return *std::move(status);
}

}  // namespace

Bytes EncodeReceipt(const Receipt& receipt) {
  Writer out;
  out.Label(labels::kReceipt).Vec16(receipt.entry_header);
  WritePath(receipt.ledger_path, out);
  out.Vec16(receipt.checkpoint);
  return out.Take();
}

absl::StatusOr<Receipt> DecodeReceipt(ByteView bytes) {
  Reader in(bytes, "receipt");
  Receipt receipt;
  in.Label(labels::kReceipt);
  receipt.entry_header = in.Vec16("entry header", 1);
  receipt.ledger_path = ReadPath(in, "path from the entry");
  receipt.checkpoint = in.Vec16("checkpoint", 1);
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return end;
  return receipt;
}

Checked<EntryHeader> VerifyEntry(ByteView entry_header, const std::vector<Digest>& path,
                                 const CheckpointFacts& checkpoint, const std::string& part) {
  absl::StatusOr<EntryHeader> entry = DecodeEntryHeader(entry_header);
  if (!entry.ok() || entry->index == kGenesisIndex) return NotVerified{ProofFailure::kMalformedEntry, part};
  if (auto refusal = CheckPath(EntryLeafHash(entry_header), LeafOfEntry(entry->index), checkpoint.size, path,
                               checkpoint.root, part)) {
    return *refusal;
  }
  return *std::move(entry);
}

Checked<SignedBatch> VerifyBatchEntry(const EntryHeader& entry, const Trust& trust) {
  if (entry.kind != Kind::kBatch) return No(ProofFailure::kWrongKind, "entry of the batch");
  absl::StatusOr<SignedBatch> batch = DecodeSignedBatch(entry.payload);
  if (!batch.ok()) return No(ProofFailure::kMalformedEntry, "payload of the batch");
  const BatchHeader& header = batch->header;
  if (auto refusal = CheckSigned(entry, header.network, header.issuer, header.key_id, batch->signed_bytes,
                                 batch->signature, trust)) {
    return *refusal;
  }
  if (header.count != entry.attestation_count) return No(ProofFailure::kCountMismatch, "batch header");
  if (!FindRecordType(header.record_type, header.version).has_value() ||
      !trust.registry().MayIssue(header.issuer, header.record_type)) {
    return No(ProofFailure::kRecordTypeNotAllowed, "batch header");
  }
  if (header.issue_time_s % trust.registry().issue_time_granularity_s != 0 ||
      header.issue_time_s > entry.time_ms / 1000) {
    return No(ProofFailure::kBadIssueTime, "batch header");
  }
  return *std::move(batch);
}

Checked<Digest> VerifyCommitment(const BatchHeader& batch, uint32_t position, const Digest& commitment,
                                 const std::vector<Digest>& path) {
  if (auto refusal = CheckPath(CommitmentLeafHash(position, commitment), position, batch.count, path,
                               batch.commitment_root, "path from the commitment to the commitment root")) {
    return *refusal;
  }
  return commitment;
}

Checked<ReceiptFacts> VerifyReceipt(const Receipt& receipt, const Trust& trust,
                                    const CheckpointPolicy& policy) {
  ReceiptFacts facts;
  Checked<CheckpointFacts> checkpoint = trust.VerifyCheckpoint(receipt.checkpoint, policy);
  if (!checkpoint.ok()) return checkpoint.refusal();
  facts.checkpoint = *checkpoint;
  Checked<EntryHeader> entry = VerifyEntry(receipt.entry_header, receipt.ledger_path, facts.checkpoint,
                                           "path from the entry to the checkpoint's root");
  if (!entry.ok()) return entry.refusal();
  facts.entry = *entry;
  if (facts.entry.kind == Kind::kStatus) {
    Checked<SignedStatusTransaction> status = VerifyStatusEntry(facts.entry, trust);
    if (!status.ok()) return status.refusal();
    facts.status = *std::move(status);
    return facts;
  }
  Checked<SignedBatch> batch = VerifyBatchEntry(facts.entry, trust);
  if (!batch.ok()) return batch.refusal();
  facts.batch = *std::move(batch);
  return facts;
}

}  // namespace symbolon::ledger
