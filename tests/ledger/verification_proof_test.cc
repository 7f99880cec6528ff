#include "ledger/verification_proof.h"

#include <gtest/gtest.h>

#include "tests/ledger/fixtures.h"
#include "tests/ledger/mutations.h"

namespace symbolon::ledger {
namespace {

using fixtures::Get;
using fixtures::TestLedger;
using fixtures::TestNetwork;

class VerificationProofTest : public ::testing::Test {
 protected:
  // AAA-REG attests 0-299 and BBB-REG 300-304; 7 is revoked, 8 is suspended; 305 is void.
  void SetUp() override {
    ledger_.AppendNoOp();
    ledger_.AppendBatch(0, 300);
    ledger_.AppendBatch(1, 5, true);
    ledger_.AppendRejectedBatch(1);
    ledger_.AppendStatus(0, {{7, Status::kRevoked, 9}, {8, Status::kSuspended, std::nullopt}});
    ledger_.AppendSeal();
    ledger_.AppendSeal();
  }
  ProofFailure Failure(const VerificationProof& proof) {
    const auto facts = VerifyProof(proof, trust_);
    EXPECT_FALSE(facts.ok());
    return facts.ok() ? ProofFailure::kMalformed : facts.failure();
  }

  TestLedger ledger_;
  Trust trust_ = Get(Trust::FromGenesis(ledger_.network().genesis_bytes()));
};

TEST_F(VerificationProofTest, SaysIssuerTimeAndStatus) {
  for (const auto& [number, status] : {std::pair{uint64_t{0}, Status::kValid},
                                       {7, Status::kRevoked},
                                       {8, Status::kSuspended},
                                       {299, Status::kValid}}) {
    const auto facts = VerifyProof(ledger_.MakeProof(number), trust_, {.require_final = true});
    ASSERT_TRUE(facts.ok()) << facts.message();
    EXPECT_EQ(facts->attestation_number, number);
    EXPECT_EQ(facts->batch.issuer, "AAA-REG");
    EXPECT_EQ(facts->batch.record_type, 1);
    EXPECT_EQ(facts->position, number);
    EXPECT_EQ(facts->entry_index, 2u);
    EXPECT_GT(facts->attested_time_ms, 0u);
    ASSERT_TRUE(facts->sealed.has_value());
    EXPECT_EQ(facts->sealed->status, status);
    EXPECT_EQ(facts->sealed->as_of_index, 6u);
    EXPECT_EQ(facts->sealed->seal_index, 7u);
    EXPECT_TRUE(facts->checkpoint.final);
  }
  const auto other = VerifyProof(ledger_.MakeProof(302), trust_);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->batch.issuer, "BBB-REG");
  EXPECT_EQ(other->position, 2u);
}

TEST_F(VerificationProofTest, StillVerifiesAfterMoreEntries) {
  for (int i = 0; i < 12; ++i) {
    ledger_.AppendBatch(static_cast<size_t>(i % 2), 100);
    if (i % 3 == 0) ledger_.AppendSeal();
    if (i == 5) ledger_.AppendStatus(0, {{0, Status::kRevoked, std::nullopt}});
    for (uint64_t number : {1u, 7u, 302u}) {
      const auto facts = VerifyProof(ledger_.MakeProof(number), trust_);
      ASSERT_TRUE(facts.ok()) << facts.message();
      EXPECT_EQ(facts->sealed->status, number == 7 ? Status::kRevoked : Status::kValid);
    }
  }
  ledger_.AppendSeal();
  ledger_.AppendSeal();
  EXPECT_EQ(VerifyProof(ledger_.MakeProof(0), trust_)->sealed->status, Status::kRevoked);
}

TEST_F(VerificationProofTest, ANewAttestationHasNoSealedStatusYet) {
  ledger_.AppendBatch(0, 2);
  const auto facts = VerifyProof(ledger_.MakeProof(306), trust_);
  ASSERT_TRUE(facts.ok()) << facts.message();
  EXPECT_FALSE(facts->sealed.has_value());
  ledger_.AppendSeal();
  EXPECT_FALSE(VerifyProof(ledger_.MakeProof(306), trust_)->sealed.has_value());
  ledger_.AppendSeal();
  EXPECT_TRUE(VerifyProof(ledger_.MakeProof(306), trust_)->sealed.has_value());
}

TEST_F(VerificationProofTest, EncodingIsOneAndOnlyAndNoMutationProvesAnythingElse) {
  TestLedger small;
  small.AppendBatch(0, 3);
  small.AppendSeal();
  small.AppendSeal();
  const VerificationProof proof = small.MakeProof(1);
  const auto expected = VerifyProof(proof, trust_);
  ASSERT_TRUE(expected.ok()) << expected.message();
  const Bytes bytes = EncodeVerificationProof(proof);
  EXPECT_EQ(Get(DecodeVerificationProof(bytes)), proof);
  fixtures::ForEachMutation(
      bytes,
      [&](const Bytes& changed, const std::string& how) {
        const auto decoded = DecodeVerificationProof(changed);
        if (!decoded.ok()) return;
        EXPECT_EQ(EncodeVerificationProof(*decoded), changed) << how;
        const auto facts = VerifyProof(*decoded, trust_);
        if (!facts.ok()) return;
        VerificationProof same = *decoded;
        same.checkpoint = proof.checkpoint;  // a signature may become a stranger's; all else is bound
        EXPECT_EQ(same, proof) << how;
      },
      fixtures::Flip::kOneBitOfEachByte);
}

TEST_F(VerificationProofTest, SpareAndMissingHashesAreRefusedOnEveryPath) {
  const auto paths = [](VerificationProof& p) {
    return std::vector<std::vector<Digest>*>{&p.commitment_path, &p.ledger_path, &p.sealed->status_path,
                                             &p.sealed->seal_path};
  };
  for (size_t i = 0; i < 4; ++i) {
    VerificationProof proof = ledger_.MakeProof(7);
    ASSERT_FALSE(paths(proof)[i]->empty()) << i;
    paths(proof)[i]->push_back(Digest{});
    EXPECT_EQ(Failure(proof), ProofFailure::kExtraHash) << i;
    proof = ledger_.MakeProof(7);
    paths(proof)[i]->pop_back();
    EXPECT_EQ(Failure(proof), ProofFailure::kMissingHash) << i;
    proof = ledger_.MakeProof(7);
    paths(proof)[i]->front()[0] ^= 1;
    EXPECT_EQ(Failure(proof), ProofFailure::kWrongRoot) << i;
  }
}

TEST_F(VerificationProofTest, AnotherNumberOnTheSameProofIsRefused) {
  for (uint64_t number : {0, 6, 8, 299}) {  // of the same batch: the commitment is at another place
    VerificationProof proof = ledger_.MakeProof(7);
    proof.attestation_number = number;
    EXPECT_FALSE(VerifyProof(proof, trust_).ok()) << number;
  }
  for (uint64_t number : {300, 305, 306}) {
    VerificationProof proof = ledger_.MakeProof(7);
    proof.attestation_number = number;
    EXPECT_EQ(Failure(proof), ProofFailure::kNumberNotInBatch) << number;
  }
  VerificationProof proof = ledger_.MakeProof(7);
  proof.attestation_number = ~uint64_t{0};
  EXPECT_EQ(Failure(proof), ProofFailure::kNumberNotInBatch);
}

TEST_F(VerificationProofTest, TheStatusOfAnotherChunkIsRefused) {
  VerificationProof proof = ledger_.MakeProof(7);
  const VerificationProof other = ledger_.MakeProof(290);  // chunk 1
  proof.sealed->chunk = other.sealed->chunk;
  EXPECT_EQ(Failure(proof), ProofFailure::kWrongRoot);
  proof.sealed->status_path = other.sealed->status_path;
  EXPECT_EQ(Failure(proof), ProofFailure::kWrongRoot);
}

TEST_F(VerificationProofTest, AnOlderSealSaysOnlyHowItWasThen) {
  const VerificationProof before = ledger_.MakeProof(0);
  ledger_.AppendStatus(0, {{0, Status::kRevoked, std::nullopt}});
  ledger_.AppendSeal();
  ledger_.AppendSeal();
  // The old seal still verifies under the new checkpoint, and says as of which entry it speaks.
  VerificationProof stale = ledger_.MakeProof(0);
  stale.sealed = before.sealed;
  stale.sealed->seal_path = ledger_.LedgerPath(7);
  const auto facts = VerifyProof(stale, trust_);
  ASSERT_TRUE(facts.ok()) << facts.message();
  EXPECT_EQ(facts->sealed->as_of_index, 6u);
  EXPECT_EQ(VerifyProof(ledger_.MakeProof(0), trust_)->sealed->as_of_index, 9u);
}

TEST_F(VerificationProofTest, ASealBeforeTheAttestationIsRefused) {
  const VerificationProof old = ledger_.MakeProof(7);
  ledger_.AppendBatch(0, 2);
  VerificationProof proof = ledger_.MakeProof(306);
  proof.sealed = old.sealed;
  proof.sealed->seal_path = ledger_.LedgerPath(7);
  EXPECT_EQ(Failure(proof), ProofFailure::kNumberNotSealed);
}

TEST_F(VerificationProofTest, OnlyASealMayBeTheSeal) {
  VerificationProof proof = ledger_.MakeProof(7);
  proof.sealed->seal_header = ledger_.entries()[0].header;
  proof.sealed->seal_path = ledger_.LedgerPath(1);
  EXPECT_EQ(Failure(proof), ProofFailure::kWrongKind);
  proof = ledger_.MakeProof(7);
  proof.entry_header = ledger_.entries()[5].header;
  proof.ledger_path = ledger_.LedgerPath(6);
  EXPECT_EQ(Failure(proof), ProofFailure::kWrongKind);
}

TEST_F(VerificationProofTest, ASealOfAnotherNetworkIsRefused) {
  Seal seal = ledger_.state().MakeSeal();
  seal.network[0] ^= 1;
  ledger_.Append({Kind::kSeal, EncodeSeal(seal), "", 0});
  VerificationProof proof = ledger_.MakeProof(7);
  proof.sealed->seal_header = ledger_.entries().back().header;
  proof.sealed->seal_path = ledger_.LedgerPath(ledger_.state().applied_index());
  EXPECT_EQ(Failure(proof), ProofFailure::kWrongNetwork);
}

// A batch that the issuer signed once and that a leader put into the ledger again: rejected, its numbers are
// void.
TEST_F(VerificationProofTest, AReplayedBatchIsVoid) {
  const EntryHeader original = Get(DecodeEntryHeader(ledger_.entries()[2].header));
  const Outcome again = ledger_.Append({Kind::kBatch, original.payload, ledger_.entries()[2].body, 5});
  ASSERT_EQ(again.verdict, Verdict::kOutOfSequence);
  ledger_.AppendSeal();
  ledger_.AppendSeal();
  EXPECT_EQ(Failure(ledger_.MakeProof(again.attested->first_number)), ProofFailure::kAttestationVoid);
}

TEST_F(VerificationProofTest, AnotherCommitmentIsRefused) {
  VerificationProof proof = ledger_.MakeProof(7);
  proof.commitment = ledger_.MakeProof(8).commitment;
  EXPECT_EQ(Failure(proof), ProofFailure::kWrongRoot);
}

TEST_F(VerificationProofTest, CheckpointFailuresComeFirst) {
  VerificationProof proof = ledger_.MakeProof(7);
  proof.checkpoint = "rubbish";
  EXPECT_EQ(Failure(proof), ProofFailure::kMalformedCheckpoint);
  proof.checkpoint = ledger_.Note({1});
  EXPECT_TRUE(VerifyProof(proof, trust_).ok());
  EXPECT_EQ(VerifyProof(proof, trust_, {.require_final = true}).failure(), ProofFailure::kNotFinal);
}

TEST(VerifyStatus, RefusesNumbersAtOrPastTheCount) {
  StatusRegister r;
  r.Append(10, Status::kValid);
  r.Capture(1);
  const StatusVersion version = r.versions()[0];
  const StatusProof proof = *r.ProofAt(1, 0);
  EXPECT_TRUE(VerifyStatus(version.root, 10, 9, proof.chunk, proof.path).ok());
  EXPECT_EQ(VerifyStatus(version.root, 10, 10, proof.chunk, proof.path).failure(),
            ProofFailure::kNumberNotSealed);
  EXPECT_EQ(VerifyStatus(version.root, 0, 0, proof.chunk, proof.path).failure(),
            ProofFailure::kNumberNotSealed);
}

}  // namespace
}  // namespace symbolon::ledger
