#include "identity/verify_presentation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "identity/record_tree.h"
#include "ledger/index.h"
#include "ledger/merkle/hash.h"
#include "ledger/merkle/multiproof.h"
#include "ledger/receipt.h"

namespace symbolon::identity {
namespace {

using ledger::ProofFailure;

// Why a check failed. Checks give nothing when all is well.
struct Refusal {
  std::string reason;
  std::string sentence;
};
using Check = std::optional<Refusal>;

Refusal Refuse(std::string_view reason, std::string sentence) {
  return {std::string(reason), std::move(sentence)};
}

Refusal FromLedger(const ledger::NotVerified& refusal, std::string_view where) {
  return Refuse(
      ledger::ProofFailureName(refusal.failure),
      fmt::format("{}: {} ({})", where, ledger::ProofFailureSentence(refusal.failure), refusal.part));
}

PresentationResult NotVerified(Refusal refusal, std::optional<PresentationFacts> facts = std::nullopt) {
  return {false, std::move(refusal.reason), std::move(refusal.sentence), std::move(facts)};
}

Check CheckHashCount(size_t given, size_t expected, std::string_view path) {
  if (given == expected) return std::nullopt;
  return Refuse(given < expected ? reason::kMissingHash : reason::kExtraHash,
                fmt::format("The {} has {} hashes where {} belong.", path, given, expected));
}

// Slots and names against the catalogue. Names are in the leaves, too; a wrong one is named here first.
Check CheckDisclosures(const Presentation& p, const RecordType& type) {
  if (p.disclosures.empty()) return Refuse(reason::kMalformed, "The presentation discloses nothing.");
  for (size_t i = 0; i < p.disclosures.size(); ++i) {
    const Disclosure& d = p.disclosures[i];
    if (i > 0 && d.slot <= p.disclosures[i - 1].slot) {
      return Refuse(reason::kMalformed, "The disclosed slots are not in order, or one occurs twice.");
    }
    if (d.slot >= kSlotCount) {
      return Refuse(reason::kUnknownSlot, fmt::format("Record type {} has no slot {}.", type.name, d.slot));
    }
    if (d.name != type.slots[d.slot].name) {
      return Refuse(reason::kWrongName,
                    fmt::format("Slot {} of record type {} is {}, which is not the name disclosed.", d.slot,
                                type.name, type.slots[d.slot].name));
    }
    if (d.value && d.value->size() > 0xffff) {
      return Refuse(reason::kMalformed,
                    fmt::format("The value of slot {} is longer than any value.", d.slot));
    }
  }
  return std::nullopt;
}

// Disclosed leaves and multiproof against the commitment. The size of the tree comes from the type.
Check CheckRecordTree(const Presentation& p) {
  std::vector<uint8_t> slots;
  std::vector<std::pair<uint64_t, Digest>> leaves;
  Bytes leaf;
  const WipeOnExit wipe(leaf);
  for (const Disclosure& d : p.disclosures) {
    leaf.clear();
    AppendAttributeLeaf(p.type, d.slot, d.salt, d.name,
                        d.value ? std::optional<ByteView>(*d.value) : std::nullopt, leaf);
    slots.push_back(d.slot);
    leaves.emplace_back(d.slot, ledger::LeafHash(leaf));
  }
  if (Check failed = CheckHashCount(p.multiproof.size(), MultiproofLength(slots), "record's multiproof")) {
    return failed;
  }
  const absl::StatusOr<Digest> root = ledger::RootFromMultiproof(kSlotCount, leaves, p.multiproof);
  if (!root.ok() || *root != p.commitment) {
    return Refuse(
        reason::kValueOrSaltMismatch,
        "A disclosed value or salt does not belong to this record: it was changed, or is of another "
        "record.");
  }
  return std::nullopt;
}

// The receipt's own truth: checkpoint, ledger path, issuer's key and signature.
ledger::Checked<ledger::ReceiptFacts> CheckReceipt(const Presentation& p, const ledger::Trust& trust,
                                                   const ledger::CheckpointPolicy& policy) {
  const absl::StatusOr<ledger::Receipt> receipt = ledger::DecodeReceipt(p.receipt);
  if (!receipt.ok()) return ledger::NotVerified{ProofFailure::kMalformed, "receipt"};
  ledger::Checked<ledger::ReceiptFacts> facts = ledger::VerifyReceipt(*receipt, trust, policy);
  if (facts.ok() && !facts->batch) return ledger::NotVerified{ProofFailure::kWrongKind, "receipt"};
  return facts;
}

// The receipt's batch against the presentation: type, version, and the commitment at its position.
Check CheckCommitment(const Presentation& p, const ledger::BatchHeader& batch) {
  if (batch.record_type != p.type.type || batch.version != p.type.version) {
    return Refuse(
        reason::kWrongRecordType,
        fmt::format("The receipt's batch has record type {} version {}, the presentation {} version {}.",
                    batch.record_type, batch.version, p.type.type, p.type.version));
  }
  const auto found = ledger::VerifyCommitment(batch, p.position, p.commitment, p.commitment_path);
  if (found.ok()) return std::nullopt;
  if (found.failure() == ProofFailure::kMissingHash || found.failure() == ProofFailure::kExtraHash) {
    return Refuse(
        ledger::ProofFailureName(found.failure()),
        "The path from the record's commitment does not have the length that the receipt's batch asks for: "
        "it was altered, or the receipt is of another batch.");
  }
  return Refuse(
      reason::kWrongReceipt,
      "The receipt does not belong to this record: the record's commitment is not at this position of the "
      "receipt's batch.");
}

PresentationFacts FactsOf(const Presentation& p, const RecordType& type, const ledger::ReceiptFacts& receipt,
                          const ledger::Trust& trust) {
  const ledger::BatchHeader& batch = receipt.batch->header;
  PresentationFacts facts;
  facts.record_type = &type;
  for (const Disclosure& d : p.disclosures) {
    facts.attributes.push_back({d.slot, d.name, type.slots[d.slot].type, d.value});
  }
  facts.issuer = batch.issuer;
  if (const ledger::Agency* agency = trust.registry().FindAgency(batch.issuer)) {
    facts.issuer_name = agency->display_name;
  }
  facts.entry_index = receipt.entry.index;
  facts.first_attestation_number = receipt.entry.first_attestation_number;
  facts.position = p.position;
  facts.attestation_number = facts.first_attestation_number + p.position;
  facts.attested_at_ms = receipt.entry.time_ms;
  facts.issue_time_s = batch.issue_time_s;
  facts.commitment = p.commitment;
  facts.checkpoint = receipt.checkpoint;
  return facts;
}

StatusFacts StatusOf(const ledger::VerificationFacts& proof, uint64_t now_ms) {
  const ledger::SealedStatus& sealed = *proof.sealed;
  StatusFacts status;
  status.status = sealed.status;
  status.as_of_index = sealed.as_of_index;
  status.as_of_ms = sealed.seal_time_ms;
  status.checkpoint = proof.checkpoint;
  // Between what the seal states and the end of this tree there is the seal alone, and a seal changes no
  // status: whoever cosigned the tree as its latest vouches for the status at that time. This keeps an idle
  // ledger fresh.
  const bool nothing_since = sealed.seal_index == sealed.as_of_index + 1 &&
                             ledger::LastEntryOf(proof.checkpoint.size) == sealed.seal_index;
  // A time beyond the year 500 million would not fit; such a cosigner is not worth an overflow.
  const uint64_t checkpoint_ms =
      proof.checkpoint.time_s > UINT64_MAX / 1000 ? 0 : proof.checkpoint.time_s * 1000;
  if (nothing_since) status.as_of_ms = std::max(status.as_of_ms, checkpoint_ms);
  status.age_ms = now_ms > status.as_of_ms ? now_ms - status.as_of_ms : 0;
  return status;
}

// Fills in facts.status from the verification proof, if there is one and it covers the number.
Check CheckStatusProof(const Bytes& encoded, const ledger::Trust& trust, const VerifyOptions& options,
                       PresentationFacts& facts) {
  const absl::StatusOr<ledger::VerificationProof> proof = ledger::DecodeVerificationProof(encoded);
  if (!proof.ok()) {
    return FromLedger({ProofFailure::kMalformed, "verification proof"}, "Verification proof");
  }
  const auto proved = ledger::VerifyProof(*proof, trust, options.checkpoint_policy);
  if (!proved.ok()) return FromLedger(proved.refusal(), "Verification proof");
  if (proved->attestation_number != facts.attestation_number || proved->commitment != facts.commitment ||
      proved->entry_index != facts.entry_index) {
    return Refuse(reason::kWrongVerificationProof,
                  "The verification proof is about another attestation than the presentation.");
  }
  if (proved->sealed) facts.status = StatusOf(*proved, options.now_ms);
  return std::nullopt;
}

// What the status, or the lack of one, means for what was asked.
Check JudgeStatus(const PresentationFacts& facts, const VerifyOptions& options) {
  if (!facts.status) {
    if (!options.require_status && !options.max_status_age_ms) return std::nullopt;
    return Refuse(
        reason::kStatusUnknown,
        "The record is genuine, but nothing proves its status; ask a node for a verification proof.");
  }
  switch (facts.status->status) {
    case ledger::Status::kValid:
      break;
    case ledger::Status::kRevoked:
      return Refuse(reason::kRevoked, "The record is genuine, but its issuer has revoked it.");
    case ledger::Status::kSuspended:
      return Refuse(reason::kSuspended, "The record is genuine, but its issuer has suspended it.");
    case ledger::Status::kVoid:
      return Refuse(ledger::ProofFailureName(ProofFailure::kAttestationVoid),
                    std::string(ledger::ProofFailureSentence(ProofFailure::kAttestationVoid)));
  }
  if (options.max_status_age_ms && facts.status->age_ms > *options.max_status_age_ms) {
    return Refuse(reason::kTooOld,
                  fmt::format("The record is genuine and was valid, but that is known as of {} s ago; "
                              "at most {} s were asked for.",
                              facts.status->age_ms / 1000, *options.max_status_age_ms / 1000));
  }
  return std::nullopt;
}

}  // namespace

PresentationResult VerifyPresentation(const Presentation& p, const ledger::Trust& trust,
                                      const VerifyOptions& options) {
  if (p.network != trust.network()) {
    return NotVerified(
        Refuse(reason::kWrongNetwork, "The presentation is of another network than the one trusted."));
  }
  const RecordType* type = FindRecordType(p.type.type, p.type.version);
  if (type == nullptr) {
    return NotVerified(
        Refuse(reason::kUnknownRecordType,
               fmt::format("This program knows no record type {} version {}.", p.type.type, p.type.version)));
  }
  if (Check failed = CheckDisclosures(p, *type)) return NotVerified(*failed);
  if (Check failed = CheckRecordTree(p)) return NotVerified(*failed);
  const auto receipt = CheckReceipt(p, trust, options.checkpoint_policy);
  if (!receipt.ok()) return NotVerified(FromLedger(receipt.refusal(), "Receipt"));
  if (Check failed = CheckCommitment(p, receipt->batch->header)) return NotVerified(*failed);

  PresentationFacts facts = FactsOf(p, *type, *receipt, trust);
  const std::optional<Bytes>& proof =
      options.verification_proof ? options.verification_proof : p.verification_proof;
  if (proof) {
    if (Check failed = CheckStatusProof(*proof, trust, options, facts))
      return NotVerified(*failed, std::move(facts));
  }
  if (Check failed = JudgeStatus(facts, options)) return NotVerified(*failed, std::move(facts));
  const std::string sentence = facts.status ? "The record is genuine and its status is valid."
                                            : "The record is genuine; its status was not proved.";
  return {true, std::string(reason::kVerified), sentence, std::move(facts)};
}

}  // namespace symbolon::identity
