#include "ledger/verification_proof.h"

#include <cstring>

#include "base/encoding.h"
#include "base/labels.h"
#include "ledger/index.h"
#include "ledger/path.h"
#include "ledger/receipt.h"

namespace symbolon::ledger {
namespace {

constexpr char kSealPath[] = "path from the seal to the checkpoint's root";

SealedStatusProof ReadSealed(Reader& in) {
  SealedStatusProof sealed;
  const ByteView chunk = in.Raw(kStatusChunkSize, "chunk");
  if (in.ok()) std::memcpy(sealed.chunk.data(), chunk.data(), kStatusChunkSize);
  sealed.status_path = ReadPath(in, "path from the chunk");
  sealed.seal_header = in.Vec16("entry header of the seal", 1);
  sealed.seal_path = ReadPath(in, "path from the seal");
  return sealed;
}

Checked<SealedStatus> VerifySealed(const SealedStatusProof& proof, const VerificationFacts& facts,
                                   const Trust& trust) {
  Checked<EntryHeader> entry = VerifyEntry(proof.seal_header, proof.seal_path, facts.checkpoint, kSealPath);
  if (!entry.ok()) return entry.refusal();
  if (entry->kind != Kind::kSeal) return NotVerified{ProofFailure::kWrongKind, "entry of the seal"};
  const absl::StatusOr<Seal> seal = DecodeSeal(entry->payload);
  if (!seal.ok()) return NotVerified{ProofFailure::kMalformedEntry, "payload of the seal"};
  if (seal->network != trust.network()) return NotVerified{ProofFailure::kWrongNetwork, "seal"};
  if (!trust.MayBeRegistry(seal->registry_version, seal->registry_digest)) {
    return NotVerified{ProofFailure::kRegistryDiffers, "seal"};
  }
  if (seal->previous_index < facts.entry_index || seal->previous_index >= entry->index) {
    return NotVerified{ProofFailure::kNumberNotSealed, "seal"};
  }
  const Checked<Status> status = VerifyStatus(seal->status_root, seal->status_count, facts.attestation_number,
                                              proof.chunk, proof.status_path);
  if (!status.ok()) return status.refusal();
  return SealedStatus{*status, seal->previous_index, entry->index, entry->time_ms, seal->registry_version};
}

}  // namespace

Bytes EncodeVerificationProof(const VerificationProof& proof) {
  Writer out;
  out.Label(labels::kVerificationProof)
      .U64(proof.attestation_number)
      .Vec16(proof.entry_header)
      .Fixed(proof.commitment);
  WritePath(proof.commitment_path, out);
  WritePath(proof.ledger_path, out);
  out.U8(proof.sealed.has_value() ? 1 : 0);
  if (proof.sealed.has_value()) {
    out.Raw(View(proof.sealed->chunk));
    WritePath(proof.sealed->status_path, out);
    out.Vec16(proof.sealed->seal_header);
    WritePath(proof.sealed->seal_path, out);
  }
  out.Vec16(proof.checkpoint);
  return out.Take();
}

absl::StatusOr<VerificationProof> DecodeVerificationProof(ByteView bytes) {
  Reader in(bytes, "verification proof");
  VerificationProof proof;
  in.Label(labels::kVerificationProof);
  proof.attestation_number = in.U64("attestation number");
  proof.entry_header = in.Vec16("entry header", 1);
  proof.commitment = in.Fixed32("commitment");
  proof.commitment_path = ReadPath(in, "path from the commitment");
  proof.ledger_path = ReadPath(in, "path from the entry");
  const uint8_t sealed = in.U8("sealed status");
  if (in.ok() && sealed > 1) in.Fail("sealed status", "neither there nor not");
  if (in.ok() && sealed == 1) proof.sealed = ReadSealed(in);
  proof.checkpoint = in.Vec16("checkpoint", 1);
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return end;
  return proof;
}

Checked<Status> VerifyStatus(const Digest& status_root, uint64_t status_count, uint64_t attestation_number,
                             const StatusChunk& chunk, const std::vector<Digest>& path) {
  constexpr char kPart[] = "path from the chunk to the status root";
  if (attestation_number >= status_count) return NotVerified{ProofFailure::kNumberNotSealed, kPart};
  const uint64_t chunk_number = StatusChunkOf(attestation_number);
  if (auto refusal = CheckPath(StatusLeafHash(chunk_number, chunk), chunk_number,
                               StatusChunkCount(status_count), path, status_root, kPart)) {
    return *refusal;
  }
  const Status status = StatusInChunk(chunk, attestation_number);
  if (status == Status::kVoid) return NotVerified{ProofFailure::kAttestationVoid, "status"};
  return status;
}

Checked<VerificationFacts> VerifyProof(const VerificationProof& proof, const Trust& trust,
                                       const CheckpointPolicy& policy) {
  VerificationFacts facts;
  Checked<CheckpointFacts> checkpoint = trust.VerifyCheckpoint(proof.checkpoint, policy);
  if (!checkpoint.ok()) return checkpoint.refusal();
  facts.checkpoint = *std::move(checkpoint);

  Checked<EntryHeader> entry = VerifyEntry(proof.entry_header, proof.ledger_path, facts.checkpoint,
                                           "path from the batch to the checkpoint's root");
  if (!entry.ok()) return entry.refusal();
  Checked<SignedBatch> batch = VerifyBatchEntry(*entry, trust);
  if (!batch.ok()) return batch.refusal();
  facts.attestation_number = proof.attestation_number;
  facts.entry_index = entry->index;
  facts.attested_time_ms = entry->time_ms;
  facts.batch = batch->header;

  const uint64_t first = entry->first_attestation_number;
  if (proof.attestation_number < first || proof.attestation_number - first >= facts.batch.count) {
    return NotVerified{ProofFailure::kNumberNotInBatch, "attestation number"};
  }
  facts.position = static_cast<uint32_t>(proof.attestation_number - first);
  const Checked<Digest> commitment =
      VerifyCommitment(facts.batch, facts.position, proof.commitment, proof.commitment_path);
  if (!commitment.ok()) return commitment.refusal();
  facts.commitment = *commitment;

  if (proof.sealed.has_value()) {
    Checked<SealedStatus> sealed = VerifySealed(*proof.sealed, facts, trust);
    if (!sealed.ok()) return sealed.refusal();
    facts.sealed = *sealed;
  }
  return facts;
}

}  // namespace symbolon::ledger
