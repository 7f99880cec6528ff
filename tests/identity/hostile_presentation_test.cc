// Presentations changed at random, as bytes and as parts: none crashes the verifier, and none is verified
// that says anything else than the genuine one.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "identity/present.h"
#include "identity/verify_presentation.h"
#include "tests/identity/issued.h"

namespace symbolon::identity {
namespace {

using testing::Issued;

// Without the checkpoint notes: signatures by keys that nobody knows may be added to a note or taken away.
Presentation WithoutNotes(Presentation p) {
  if (auto receipt = ledger::DecodeReceipt(p.receipt); receipt.ok()) {
    receipt->checkpoint = "-";
    p.receipt = ledger::EncodeReceipt(*receipt);
  }
  if (p.verification_proof) {
    if (auto proof = ledger::DecodeVerificationProof(*p.verification_proof); proof.ok()) {
      proof->checkpoint = "-";
      p.verification_proof = ledger::EncodeVerificationProof(*proof);
    }
  }
  return p;
}

class HostilePresentation : public ::testing::Test {
 protected:
  // True when it was verified.
  bool Check(const Presentation& p) {
    const PresentationResult result =
        VerifyPresentation(p, issued_.trust(), {.now_ms = issued_.TimeOfEntry(9)});
    EXPECT_EQ(result.verified, result.reason == "verified");
    if (result.verified) {
      EXPECT_EQ(WithoutNotes(p), WithoutNotes(genuine_));
      EXPECT_EQ(result.facts->attestation_number, issued_.NumberOf(0));
    }
    return result.verified;
  }

  const Issued issued_;
  const Presentation genuine_ =
      *Present(issued_.CredentialOf(0), std::vector<uint8_t>{0, 5, 9, 31}, issued_.ProofOf(0));
  const Presentation foreign_ =
      *Present(issued_.CredentialOf(1), std::vector<uint8_t>{0, 5, 9, 31}, issued_.ProofOf(1));
  std::mt19937 random_{20};
};

TEST_F(HostilePresentation, TenThousandWithChangedBytes) {
  ASSERT_TRUE(Check(genuine_));
  const Bytes bytes = *EncodePresentation(genuine_);
  int decoded = 0;
  for (int i = 0; i < 10000; ++i) {
    Bytes mutated = bytes;
    for (uint32_t n = random_() % 3 + 1; n > 0; --n) {
      const size_t at = random_() % mutated.size();
      switch (random_() % 4) {
        case 0:
          mutated[at] = static_cast<char>(random_());
          break;
        case 1:
          mutated[at] = static_cast<char>(mutated[at] ^ (1 << random_() % 8));
          break;
        case 2:
          mutated.erase(at, random_() % 40);
          break;
        default:
          mutated.insert(at, mutated.substr(random_() % mutated.size(), random_() % 40));
      }
      if (mutated.empty()) mutated = "x";
    }
    const absl::StatusOr<Presentation> p = DecodePresentation(mutated);
    if (!p.ok()) continue;
    ++decoded;
    Check(*p);
  }
  EXPECT_GT(decoded, 1000);
}

TEST_F(HostilePresentation, PartsExchangedWithAnotherRecordsOrShuffled) {
  for (int i = 0; i < 3000; ++i) {
    Presentation p = genuine_;
    switch (random_() % 9) {
      case 0:
        p.disclosures[random_() % 4] = foreign_.disclosures[random_() % 4];
        break;
      case 1:
        p.disclosures.erase(p.disclosures.begin() + random_() % 4);
        break;
      case 2:
        p.multiproof[random_() % p.multiproof.size()] = foreign_.multiproof[random_() % p.multiproof.size()];
        break;
      case 3:
        std::shuffle(p.multiproof.begin(), p.multiproof.end(), random_);
        break;
      case 4:
        p.commitment = foreign_.commitment;
        p.commitment_path = foreign_.commitment_path;
        p.position = foreign_.position;
        break;
      case 5:
        p.position = random_();
        break;
      case 6:
        p.verification_proof = foreign_.verification_proof;
        break;
      case 7:
        std::shuffle(p.commitment_path.begin(), p.commitment_path.end(), random_);
        break;
      default:
        std::swap(p.receipt, *p.verification_proof);
    }
    Check(p);
  }
}

TEST_F(HostilePresentation, TextThatIsNoneIsRefused) {
  const std::string text = *EncodePresentationText(genuine_);
  for (int i = 0; i < 2000; ++i) {
    std::string mutated = text;
    mutated[random_() % mutated.size()] = static_cast<char>(random_());
    const absl::StatusOr<Presentation> p = DecodePresentationText(mutated);
    if (p.ok()) Check(*p);
  }
}

}  // namespace
}  // namespace symbolon::identity
