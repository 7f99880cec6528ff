#include "ledger/trust.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/ledger/fixtures.h"

namespace symbolon::ledger {
namespace {

using fixtures::Get;
using fixtures::TestLedger;
using fixtures::TestNetwork;

class TrustTest : public ::testing::Test {
 protected:
  TrustTest() { ledger_.AppendBatch(0, 3); }
  TestLedger ledger_;
  Trust trust_ = Get(Trust::FromGenesis(ledger_.network().genesis_bytes()));
  Checkpoint Here() {
    return {ledger_.network().genesis().origin, ledger_.state().applied_index(),
            ledger_.state().LedgerRoot()};
  }
};

TEST_F(TrustTest, SaysWhoSignedAndWhen) {
  const auto facts = trust_.VerifyCheckpoint(ledger_.Note({0, 2}));
  ASSERT_TRUE(facts.ok()) << facts.message();
  EXPECT_EQ(facts->size, 1u);
  EXPECT_EQ(facts->root, ledger_.state().LedgerRoot());
  EXPECT_EQ(facts->log_signers, std::vector<std::string>{"AAA-REG-1"});
  ASSERT_EQ(facts->cosigners.size(), 2u);
  EXPECT_EQ(facts->cosigners[1].node, "CCC-REG-1");
  EXPECT_EQ(facts->cosigners[1].agency, "CCC-REG");
  EXPECT_TRUE(facts->cosigners[1].voter);
}

TEST_F(TrustTest, FinalIsAMajorityOfVoters) {
  EXPECT_FALSE(trust_.VerifyCheckpoint(ledger_.Note({}))->final);
  EXPECT_FALSE(trust_.VerifyCheckpoint(ledger_.Note({1}))->final);
  EXPECT_TRUE(trust_.VerifyCheckpoint(ledger_.Note({0, 1}))->final);
  EXPECT_TRUE(trust_.VerifyCheckpoint(ledger_.Note({0, 1, 2}))->final);
  const CheckpointPolicy final_only{.require_final = true};
  EXPECT_EQ(trust_.VerifyCheckpoint(ledger_.Note({1}), final_only).failure(), ProofFailure::kNotFinal);
  EXPECT_TRUE(trust_.VerifyCheckpoint(ledger_.Note({1, 2}), final_only).ok());
}

TEST_F(TrustTest, TheSameVoterTwiceIsOneVoter) {
  const auto facts = trust_.VerifyCheckpoint(ledger_.Note({1, 1, 1}));
  ASSERT_TRUE(facts.ok()) << facts.message();
  EXPECT_EQ(facts->cosigners.size(), 1u);
  EXPECT_FALSE(facts->final);
}

TEST_F(TrustTest, TimeIsWhenAMajorityHadSeenIt) {
  const uint64_t now = ledger_.now_ms() / 1000;  // agency i cosigns at now + i
  EXPECT_EQ(trust_.VerifyCheckpoint(ledger_.Note({}))->time_s, 0u);
  EXPECT_EQ(trust_.VerifyCheckpoint(ledger_.Note({2}))->time_s, now + 2);
  EXPECT_EQ(trust_.VerifyCheckpoint(ledger_.Note({0, 2}))->time_s, now);
  EXPECT_EQ(trust_.VerifyCheckpoint(ledger_.Note({0, 1, 2}))->time_s, now + 1);
}

TEST_F(TrustTest, RefusesAnotherOrigin) {
  Checkpoint other = Here();
  other.origin = "ledger.example/other";
  const Bytes note = Get(SignCheckpoint(other, TestNetwork::LogKey(0)));
  EXPECT_EQ(trust_.VerifyCheckpoint(note).failure(), ProofFailure::kWrongOrigin);
}

TEST_F(TrustTest, RefusesStrangers) {
  const Bytes note = Get(SignCheckpoint(Here(), fixtures::KeyNamed("stranger")));
  EXPECT_EQ(trust_.VerifyCheckpoint(note).failure(), ProofFailure::kUnknownNode);
}

TEST_F(TrustTest, AKeyOfOneUseDoesNotServeAnother) {
  // A log key's owner cannot cosign with it, nor a cosigner sign as the log.
  const Bytes note = Get(SignCheckpoint(Here(), TestNetwork::CosigningKey(0)));
  EXPECT_EQ(trust_.VerifyCheckpoint(note).failure(), ProofFailure::kUnknownNode);
  const std::vector<NoteSignature> cosignatures = {
      Cosign(Here(), "ledger.example/test/BBB-REG-1", TestNetwork::LogKey(1), 5)};
  const auto facts =
      trust_.VerifyCheckpoint(Get(SignCheckpoint(Here(), TestNetwork::LogKey(0), cosignatures)));
  ASSERT_TRUE(facts.ok());
  EXPECT_TRUE(facts->cosigners.empty());
}

TEST_F(TrustTest, ANamesakesCosignatureIsNotCounted) {
  const std::vector<NoteSignature> cosignatures = {
      Cosign(Here(), "ledger.example/test/BBB-REG-1", TestNetwork::CosigningKey(2), 5)};
  const auto facts =
      trust_.VerifyCheckpoint(Get(SignCheckpoint(Here(), TestNetwork::LogKey(0), cosignatures)));
  ASSERT_TRUE(facts.ok());
  EXPECT_TRUE(facts->cosigners.empty());
}

TEST_F(TrustTest, RefusesABadSignatureByAKnownKey) {
  SignedNote note = Get(ParseNote(ledger_.Note({0, 1})));
  note.signatures.back().signature.back() ^= 1;
  EXPECT_EQ(trust_.VerifyCheckpoint(Get(FormatNote(note))).failure(), ProofFailure::kBadCheckpointSignature);
}

TEST_F(TrustTest, RefusesWhatIsNoCheckpoint) {
  for (const Bytes& bytes : {Bytes(), Bytes("rubbish"), ledger_.Note() + "x"}) {
    EXPECT_EQ(trust_.VerifyCheckpoint(bytes).failure(), ProofFailure::kMalformedCheckpoint);
  }
}

TEST_F(TrustTest, NoFlippedBitOfANoteIsTrusted) {
  const Bytes note = ledger_.Note({1});
  for (size_t i = 0; i < note.size(); ++i) {
    Bytes changed = note;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto facts = trust_.VerifyCheckpoint(changed);
    // A signature whose name or key id was changed is a stranger's and ignored; what is signed stays the
    // same.
    if (!facts.ok()) continue;
    EXPECT_EQ(facts->root, ledger_.state().LedgerRoot()) << i;
    EXPECT_EQ(facts->size, 1u) << i;
  }
}

TEST(Trust, RefusesABadGenesis) {
  EXPECT_FALSE(Trust::FromGenesis("rubbish").ok());
}

TEST(ProofFailures, HaveNamesAndSentences) {
  std::set<std::string_view> names;
  for (ProofFailure failure : AllProofFailures()) {
    EXPECT_TRUE(names.insert(ProofFailureName(failure)).second) << ProofFailureName(failure);
    EXPECT_FALSE(ProofFailureSentence(failure).empty());
  }
  EXPECT_EQ(AllProofFailures().size(), static_cast<size_t>(ProofFailure::kRegistryDiffers) + 1);
}

}  // namespace
}  // namespace symbolon::ledger
