#include "identity/verify_presentation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "identity/present.h"
#include "tests/identity/issued.h"

namespace symbolon::identity {
namespace {

using ::testing::HasSubstr;
using testing::Issued;
using testing::KeyOf;

const std::vector<uint8_t> kSlots = {2, 4, 9, 11};  // nationality (9) is absent

Presentation PresentationOf(const Issued& issued, size_t record = 0) {
  return *Present(issued.CredentialOf(record), kSlots);
}

PresentationResult Verify(const Issued& issued, const Presentation& p, VerifyOptions options = {}) {
  if (options.now_ms == 0) options.now_ms = issued.TimeOfEntry(4) + 60'000;
  PresentationResult result = VerifyPresentation(p, issued.trust(), options);
  EXPECT_EQ(result.verified, result.reason == "verified");
  EXPECT_FALSE(result.sentence.empty());
  return result;
}

std::string ReasonFor(const Issued& issued, const Presentation& p, const VerifyOptions& options = {}) {
  return Verify(issued, p, options).reason;
}

// The receipt taken apart, changed and put together again.
Bytes Changed(const Bytes& receipt, const std::function<void(ledger::Receipt&)>& change) {
  ledger::Receipt parts = *ledger::DecodeReceipt(receipt);
  change(parts);
  return ledger::EncodeReceipt(parts);
}

Bytes ChangedProof(const Bytes& proof, const std::function<void(ledger::VerificationProof&)>& change) {
  ledger::VerificationProof parts = *ledger::DecodeVerificationProof(proof);
  change(parts);
  return ledger::EncodeVerificationProof(parts);
}

TEST(VerifyPresentation, SaysWhoAttestedWhatAndWhen) {
  const Issued issued;
  const PresentationResult result = Verify(issued, PresentationOf(issued));
  ASSERT_TRUE(result.verified) << result.sentence;
  const PresentationFacts& facts = *result.facts;
  EXPECT_EQ(facts.record_type->name, "birth");
  EXPECT_EQ(facts.issuer, "THA-DOPA");
  EXPECT_EQ(facts.issuer_name, "Department of Provincial Administration");
  EXPECT_EQ(facts.entry_index, 2u);
  EXPECT_EQ(facts.first_attestation_number, 0u);
  EXPECT_EQ(facts.attestation_number, issued.NumberOf(0));
  EXPECT_EQ(facts.position, issued.NumberOf(0));
  EXPECT_EQ(facts.attested_at_ms, issued.TimeOfEntry(2));
  EXPECT_EQ(facts.checkpoint.size, 4u);
  EXPECT_FALSE(facts.status);
  ASSERT_EQ(facts.attributes.size(), 4u);
  EXPECT_EQ(facts.attributes[0].name, "family_name_latin");
  EXPECT_EQ(facts.attributes[0].type, ValueType::kLatinName);
  EXPECT_EQ(facts.attributes[0].value, "JAIDEE");
  EXPECT_EQ(facts.attributes[1].value, "2024-01-12");
  EXPECT_EQ(facts.attributes[2].name, "nationality");
  EXPECT_EQ(facts.attributes[2].value, std::nullopt);
  EXPECT_EQ(facts.attributes[3].value, "2024");
}

TEST(VerifyPresentation, EveryRecordOfTheBatchAndEverySlotVerifiesThroughBytesAndText) {
  const Issued issued;
  for (size_t record = 0; record < Issued::kRecords; ++record) {
    const Credential credential = issued.CredentialOf(record);
    EXPECT_TRUE(CheckCredential(credential).ok());
    std::vector<uint8_t> all;
    for (uint8_t slot = 0; slot < kSlotCount; ++slot) {
      all.push_back(slot);
      const Presentation p = *Present(credential, std::vector<uint8_t>{slot});
      const PresentationResult result = Verify(issued, *DecodePresentation(*EncodePresentation(p)));
      EXPECT_TRUE(result.verified) << result.sentence;
      EXPECT_EQ(result.facts->attributes[0].value, credential.record.values[slot]);
      EXPECT_EQ(result.facts->attestation_number, issued.NumberOf(record));
    }
    EXPECT_TRUE(
        Verify(issued, *DecodePresentationText(*EncodePresentationText(*Present(credential, all)))).verified);
  }
}

TEST(VerifyPresentation, AnythingChangedInTheDisclosuresIsAValueOrSaltMismatch) {
  const Issued issued;
  const Presentation good = PresentationOf(issued);
  const Presentation other = PresentationOf(issued, 1);
  const std::vector<std::pair<const char*, std::function<void(Presentation&)>>> changes = {
      {"value", [](auto& p) { p.disclosures[0].value = "JAIDEF"; }},
      {"longer value", [](auto& p) { *p.disclosures[0].value += "X"; }},
      {"foreign salt", [&](auto& p) { p.disclosures[0].salt = other.disclosures[0].salt; }},
      {"salt of another slot", [&](auto& p) { p.disclosures[0].salt = p.disclosures[1].salt; }},
      {"foreign disclosure", [&](auto& p) { p.disclosures[3] = other.disclosures[3]; }},
      {"present said to be absent", [](auto& p) { p.disclosures[0].value.reset(); }},
      {"absent said to be present", [](auto& p) { p.disclosures[2].value = "THA"; }},
      {"absent said to be empty", [](auto& p) { p.disclosures[2].value = ""; }},
      {"values exchanged", [](auto& p) { std::swap(p.disclosures[0].value, p.disclosures[3].value); }},
      {"moved to the next slot",
       [](auto& p) {
         p.disclosures[0].slot = 3;
         p.disclosures[0].name = "given_name_latin";
       }},
      {"hash of the multiproof", [](auto& p) { p.multiproof[1][0] ^= 1; }},
      {"hashes exchanged", [](auto& p) { std::swap(p.multiproof[0], p.multiproof[1]); }},
      {"commitment", [](auto& p) { p.commitment[31] ^= 1; }},
      {"foreign commitment", [&](auto& p) { p.commitment = other.commitment; }},
      // Slots 0-11 are named alike in a death: only the leaves tell.
      {"type", [](auto& p) { p.type.type = 2; }},
  };
  for (const auto& [what, change] : changes) {
    Presentation p = good;
    change(p);
    const PresentationResult result = Verify(issued, p);
    EXPECT_EQ(result.reason, "value_or_salt_mismatch") << what;
    EXPECT_FALSE(result.facts) << what;
  }
}

TEST(VerifyPresentation, AReceiptOfAnotherBatchIsAWrongReceipt) {
  Issued issued;
  issued.AppendOtherBatch(1, issued.batch_key());
  issued.AppendOtherBatch(2, issued.batch_key());
  Presentation p = PresentationOf(issued);
  EXPECT_EQ(ReasonFor(issued, p), "verified");
  p.receipt = issued.ReceiptOf(5);
  const PresentationResult result = Verify(issued, p);
  EXPECT_EQ(result.reason, "wrong_receipt");
  EXPECT_THAT(result.sentence, HasSubstr("receipt does not belong to this record"));
  EXPECT_FALSE(result.facts);
  p.receipt = issued.ReceiptOf(6);
  EXPECT_EQ(ReasonFor(issued, p), "wrong_record_type");
  p.receipt = issued.ReceiptOf(3);  // a seal
  EXPECT_EQ(ReasonFor(issued, p), "wrong_kind");
  p.receipt = "receipt";
  EXPECT_EQ(ReasonFor(issued, p), "malformed");
}

TEST(VerifyPresentation, ARecordIsNotAtAnotherPosition) {
  const Issued issued;
  for (uint32_t position = 0; position < 4; ++position) {
    Presentation p = PresentationOf(issued);
    if (p.position == position || p.position == 4) continue;  // the last one has a shorter path
    p.position = position;
    EXPECT_EQ(ReasonFor(issued, p), "wrong_receipt");
  }
  Presentation p = PresentationOf(issued);
  p.position = Issued::kRecords;
  EXPECT_EQ(ReasonFor(issued, p), "wrong_receipt");
  p = PresentationOf(issued);
  p.commitment_path = PresentationOf(issued, 1).commitment_path;
  EXPECT_NE(ReasonFor(issued, p), "verified");
  p = PresentationOf(issued);
  p.commitment_path[0][0] ^= 1;
  EXPECT_EQ(ReasonFor(issued, p), "wrong_receipt");
}

TEST(VerifyPresentation, AHashTooManyOrTooFewIsNamedInEveryPath) {
  const Issued issued;
  const Presentation good = PresentationOf(issued);
  const std::vector<std::function<void(Presentation&, int)>> paths = {
      [](Presentation& p, int by) { p.multiproof.resize(p.multiproof.size() + by); },
      [](Presentation& p, int by) { p.commitment_path.resize(p.commitment_path.size() + by); },
      [](Presentation& p, int by) {
        p.receipt = Changed(p.receipt, [&](auto& r) { r.ledger_path.resize(r.ledger_path.size() + by); });
      },
  };
  for (const auto& resize : paths) {
    Presentation p = good;
    resize(p, 1);
    EXPECT_EQ(ReasonFor(issued, p), "extra_hash");
    p = good;
    resize(p, -1);
    EXPECT_EQ(ReasonFor(issued, p), "missing_hash");
  }
  Presentation p = good;
  p.multiproof.clear();
  EXPECT_EQ(ReasonFor(issued, p), "missing_hash");
}

TEST(VerifyPresentation, SlotNameTypeAndVersionMustBeTheCatalogues) {
  const Issued issued;
  const std::vector<std::pair<std::string, std::function<void(Presentation&)>>> changes = {
      {"wrong_attribute_name", [](auto& p) { p.disclosures[0].slot = 1; }},
      {"wrong_attribute_name", [](auto& p) { p.disclosures[0].name = "given_name_latin"; }},
      {"wrong_attribute_name", [](auto& p) { p.disclosures[0].name = std::string(300, 'x'); }},
      {"unknown_slot", [](auto& p) { p.disclosures[3].slot = 32; }},
      {"unknown_slot", [](auto& p) { p.disclosures[3].slot = 255; }},
      {"unknown_record_type", [](auto& p) { p.type.type = 9; }},
      {"unknown_record_type", [](auto& p) { p.type.version = 2; }},
      {"malformed", [](auto& p) { p.disclosures.clear(); }},
      {"malformed", [](auto& p) { p.disclosures.push_back(p.disclosures.back()); }},
      {"malformed", [](auto& p) { std::swap(p.disclosures[0], p.disclosures[1]); }},
      {"malformed", [](auto& p) { p.disclosures[0].value = Bytes(65536, 'x'); }},
  };
  for (const auto& [reason, change] : changes) {
    Presentation p = PresentationOf(issued);
    change(p);
    const PresentationResult result = Verify(issued, p);
    EXPECT_EQ(result.reason, reason) << result.sentence;
    EXPECT_FALSE(result.facts);
  }
}

TEST(VerifyPresentation, AnotherNetworkIsNotTrusted) {
  const Issued here(1), there(2);
  Presentation p = PresentationOf(there);
  EXPECT_EQ(ReasonFor(there, p), "verified");
  EXPECT_EQ(ReasonFor(here, p), "wrong_network");
  // The network named is not what makes it so.
  p.network = here.network();
  EXPECT_EQ(ReasonFor(here, p), "unknown_node");
  p = PresentationOf(here);
  p.network[0] ^= 1;
  EXPECT_EQ(ReasonFor(here, p), "wrong_network");
}

TEST(VerifyPresentation, ACheckpointThatNoTrustedNodeSignedIsRefused) {
  Issued issued;
  const Presentation good = PresentationOf(issued);
  issued.set_node_keys(KeyOf(200), KeyOf(201));
  EXPECT_EQ(ReasonFor(issued, PresentationOf(issued)), "unknown_node");

  Presentation p = good;
  p.receipt = Changed(p.receipt, [](auto& r) {
    // A digit of the tree size: the signatures are over another text.
    const size_t at = r.checkpoint.find("\n4\n");
    ASSERT_NE(at, Bytes::npos);
    r.checkpoint[at + 1] = '5';
  });
  EXPECT_EQ(ReasonFor(issued, p), "bad_checkpoint_signature");
}

TEST(VerifyPresentation, AForgedEntryHeaderLeadsToAnotherRoot) {
  const Issued issued;
  const Bytes header = ledger::DecodeReceipt(PresentationOf(issued).receipt)->entry_header;
  for (size_t i = 0; i < header.size(); ++i) {
    Presentation p = PresentationOf(issued);
    p.receipt =
        Changed(p.receipt, [&](auto& r) { r.entry_header[i] = static_cast<char>(r.entry_header[i] ^ 1); });
    const PresentationResult result = Verify(issued, p);
    EXPECT_FALSE(result.verified) << i;
    EXPECT_FALSE(result.facts) << i;
  }
}

// Nodes that put into their ledger what no honest node would.
TEST(VerifyPresentation, ALedgerThatTookABatchByAWrongIssuerDoesNotHelp) {
  const auto reason_when = [](const testing::ChangeBatch& change) {
    const Issued issued(1, change);
    return ReasonFor(issued, PresentationOf(issued));
  };
  EXPECT_EQ(reason_when([](auto&) {}), "verified");
  EXPECT_EQ(reason_when([](auto& b) { b.issuer = "XXX-NOBODY"; }), "unknown_issuer");
  EXPECT_EQ(reason_when([](auto& b) { b.key_id = 2; }), "unknown_key");
  EXPECT_EQ(reason_when([](auto& b) { b.network[0] ^= 1; }), "wrong_network");
  EXPECT_EQ(reason_when([](auto& b) { b.count = 4; }), "count_mismatch");
  EXPECT_EQ(reason_when([](auto& b) { b.record_type = 3; }), "record_type_not_allowed");
  EXPECT_EQ(reason_when([](auto& b) { b.record_type = 2; }), "wrong_record_type");
  EXPECT_EQ(reason_when([](auto& b) { b.commitment_root[0] ^= 1; }), "wrong_receipt");

  Issued issued;
  issued.AppendOtherBatch(1, KeyOf(99));
  Presentation p = PresentationOf(issued);
  p.receipt = issued.ReceiptOf(5);
  EXPECT_EQ(ReasonFor(issued, p), "bad_issuer_signature");

  while (issued.size() < 100) issued.AppendEntry(ledger::Kind::kNoOp, "");
  issued.AppendOtherBatch(1, issued.batch_key());  // entry 101: the key was valid until 100
  p.receipt = issued.ReceiptOf(101);
  EXPECT_EQ(ReasonFor(issued, p), "key_not_valid");
}

TEST(VerifyPresentation, OneNodesCheckpointIsEnoughUnlessAFinalOneIsAskedFor) {
  const Issued issued;
  // The only voter has cosigned.
  EXPECT_EQ(ReasonFor(issued, PresentationOf(issued), {.checkpoint_policy = {.require_final = true}}),
            "verified");
  Presentation p = PresentationOf(issued);
  p.receipt = Changed(p.receipt, [](auto& r) {
    r.checkpoint.resize(r.checkpoint.rfind("\u2014"));  // without the cosignature
  });
  EXPECT_EQ(ReasonFor(issued, p), "verified");
  EXPECT_EQ(ReasonFor(issued, p, {.checkpoint_policy = {.require_final = true}}), "not_final");
}

// ---- status

Presentation WithProof(const Issued& issued, bool sealed = true) {
  return *Present(issued.CredentialOf(0), kSlots, issued.ProofOf(0, sealed));
}

TEST(VerifyPresentationStatus, AValidRecordIsVerifiedAsOfTheSeal) {
  Issued issued;
  issued.AppendEntry(ledger::Kind::kNoOp, "");  // something came after the seal
  const PresentationResult result =
      Verify(issued, WithProof(issued), {.now_ms = issued.TimeOfEntry(4) + 5000, .require_status = true});
  ASSERT_TRUE(result.verified) << result.sentence;
  ASSERT_TRUE(result.facts->status);
  EXPECT_EQ(result.facts->status->status, ledger::Status::kValid);
  EXPECT_EQ(result.facts->status->as_of_index, 3u);
  EXPECT_EQ(result.facts->status->as_of_ms, issued.TimeOfEntry(4));
  EXPECT_EQ(result.facts->status->age_ms, 5000u);
  EXPECT_EQ(result.facts->status->checkpoint.size, 5u);
}

TEST(VerifyPresentationStatus, AnIdleLedgerStaysFreshByCosigningAgain) {
  Issued issued;
  const uint64_t later_s = issued.TimeOfEntry(4) / 1000 + 3600;
  issued.set_cosigned_at(later_s);
  const VerifyOptions options = {.now_ms = (later_s + 2) * 1000, .max_status_age_ms = 10'000};
  const PresentationResult fresh = Verify(issued, WithProof(issued), options);
  ASSERT_TRUE(fresh.verified) << fresh.sentence;
  EXPECT_EQ(fresh.facts->status->as_of_ms, later_s * 1000);

  // After the seal there is an entry that may have changed the status: the later time says nothing.
  issued.AppendEntry(ledger::Kind::kNoOp, "");
  const PresentationResult result = Verify(issued, WithProof(issued), options);
  EXPECT_EQ(result.reason, "too_old");
  EXPECT_EQ(result.facts->status->as_of_ms, issued.TimeOfEntry(4));
  EXPECT_THAT(result.sentence, HasSubstr("3602 s ago"));
}

TEST(VerifyPresentationStatus, AClockBehindTheLedgersMakesNoNegativeAge) {
  const Issued issued;
  const PresentationResult result = Verify(issued, WithProof(issued), {.now_ms = 1, .max_status_age_ms = 0});
  EXPECT_TRUE(result.verified);
  EXPECT_EQ(result.facts->status->age_ms, 0u);
}

TEST(VerifyPresentationStatus, RevokedAndSuspendedAreNotVerifiedButTheRecordIsProved) {
  for (const auto& [status, reason] :
       {std::pair(ledger::Status::kRevoked, "revoked"), std::pair(ledger::Status::kSuspended, "suspended")}) {
    Issued issued;
    issued.SetStatus(0, status);
    issued.AppendSeal();
    const PresentationResult result = Verify(issued, WithProof(issued));
    EXPECT_FALSE(result.verified);
    EXPECT_EQ(result.reason, reason);
    ASSERT_TRUE(result.facts && result.facts->status);
    EXPECT_EQ(result.facts->status->status, status);
    EXPECT_EQ(result.facts->attributes.size(), kSlots.size());
    // The neighbour is not touched.
    EXPECT_TRUE(Verify(issued, *Present(issued.CredentialOf(1), kSlots, issued.ProofOf(1))).verified);
  }
}

TEST(VerifyPresentationStatus, AVoidAttestationIsRefused) {
  Issued issued;
  issued.SetStatus(0, ledger::Status::kVoid);
  issued.AppendSeal();
  EXPECT_EQ(ReasonFor(issued, WithProof(issued)), "attestation_void");
}

TEST(VerifyPresentationStatus, WithoutASealedStatusItIsUnknownIfAskedFor) {
  const Issued issued;
  for (const Presentation& p : {PresentationOf(issued), WithProof(issued, false)}) {
    const PresentationResult open = Verify(issued, p);
    EXPECT_TRUE(open.verified);
    EXPECT_FALSE(open.facts->status);
    EXPECT_THAT(open.sentence, HasSubstr("not proved"));
    EXPECT_EQ(ReasonFor(issued, p, {.require_status = true}), "status_unknown");
    EXPECT_EQ(ReasonFor(issued, p, {.max_status_age_ms = 1}), "status_unknown");
  }
}

TEST(VerifyPresentationStatus, TheVerifiersOwnProofGoesBeforeThePresentations) {
  Issued issued;
  const Presentation old = WithProof(issued);
  issued.SetStatus(0, ledger::Status::kRevoked);
  issued.AppendSeal();
  EXPECT_EQ(ReasonFor(issued, old), "verified");
  EXPECT_EQ(ReasonFor(issued, old, {.verification_proof = issued.ProofOf(0)}), "revoked");
  EXPECT_EQ(ReasonFor(issued, PresentationOf(issued), {.verification_proof = issued.ProofOf(0)}), "revoked");
}

TEST(VerifyPresentationStatus, AProofOfAnotherAttestationDoesNotCount) {
  const Issued issued;
  EXPECT_EQ(ReasonFor(issued, PresentationOf(issued), {.verification_proof = issued.ProofOf(1)}),
            "wrong_verification_proof");
  const Issued other(2);
  EXPECT_EQ(ReasonFor(issued, PresentationOf(issued), {.verification_proof = other.ProofOf(0)}),
            "unknown_node");
  EXPECT_EQ(ReasonFor(issued, PresentationOf(issued), {.verification_proof = "proof"}), "malformed");
}

TEST(VerifyPresentationStatus, AForgedStatusProofIsRefused) {
  Issued issued;
  issued.SetStatus(0, ledger::Status::kRevoked);
  issued.AppendSeal();
  const Bytes revoked = issued.ProofOf(0);
  const auto reason_when = [&](const std::function<void(ledger::VerificationProof&)>& change) {
    return ReasonFor(issued, PresentationOf(issued), {.verification_proof = ChangedProof(revoked, change)});
  };
  EXPECT_EQ(reason_when([](auto&) {}), "revoked");
  EXPECT_EQ(reason_when([](auto& p) { p.sealed->chunk.fill(0); }), "wrong_root");
  EXPECT_EQ(reason_when([](auto& p) { p.sealed->status_path.emplace_back(); }), "extra_hash");
  EXPECT_EQ(reason_when([](auto& p) { p.sealed->seal_path.pop_back(); }), "missing_hash");
  EXPECT_EQ(reason_when([](auto& p) { p.ledger_path.emplace_back(); }), "extra_hash");
  EXPECT_EQ(reason_when([](auto& p) {
              p.sealed->seal_header = p.entry_header;
              p.sealed->seal_path = p.ledger_path;
            }),
            "wrong_kind");
  // Leaving the status out hides it, and so does not satisfy who asks for it.
  const Bytes hidden = ChangedProof(revoked, [](auto& p) { p.sealed.reset(); });
  EXPECT_EQ(ReasonFor(issued, PresentationOf(issued), {.verification_proof = hidden, .require_status = true}),
            "status_unknown");
}

}  // namespace
}  // namespace symbolon::identity
