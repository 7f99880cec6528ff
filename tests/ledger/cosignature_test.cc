#include "ledger/checkpoint/cosignature.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tests/ledger/note_vectors.h"

namespace symbolon::ledger {
namespace {

TEST(Cosignature, PublishedMessagesSignaturesAndTimes) {
  const auto v = Vectors("signed_note.json");
  for (const auto& c : v["generated"]) {
    const Bytes text = c["text"].get<std::string>();
    const SignedNote note = *ParseNote(c["note"].get<std::string>());
    const std::vector<VerifierKey> keys = VerifierKeysOf(c["vkeys"]);
    const std::vector<GoodSignature> good = *VerifyNote(note, keys);
    for (size_t i = 0; i < c["cosignatures"].size(); ++i) {
      const auto& cosignature = c["cosignatures"][i];
      const uint64_t time = cosignature["time"];
      EXPECT_EQ(CosignatureMessage(text, time), cosignature["signed_message"].get<std::string>());
      const NoteSignature& line = note.signatures[1 + i];  // after the log's
      EXPECT_EQ(line.name, cosignature["name"].get<std::string>());
      EXPECT_EQ(ToHex(Writer().U32(line.key_id).Take()), cosignature["key_id"].get<std::string>());
      EXPECT_EQ(ToHex(line.signature),
                ToHex(Writer().U64(time).Take()) + cosignature["signature"].get<std::string>());
      EXPECT_EQ(good[1 + i], (GoodSignature{1 + i, time}));
    }
  }
}

class CosignatureOfATree : public ::testing::Test {
 protected:
  CosignatureOfATree() { checkpoint_.root.fill(9); }
  SigningKey key_ = SigningKeyOf(ExampleNote()["seeds"]["symbolon.example/agency1"]);
  Checkpoint checkpoint_{"log", 8, {}};
};

TEST_F(CosignatureOfATree, BindsOriginSizeRootAndTime) {
  const Bytes good = Cosign(checkpoint_, "log/a", key_, 1700000000).signature;
  EXPECT_EQ(good.size(), kCosignatureSize);
  EXPECT_EQ(*VerifyCosignature(checkpoint_, key_.public_key(), good), 1700000000u);

  Checkpoint other = checkpoint_;
  other.origin = "log2";
  EXPECT_EQ(VerifyCosignature(other, key_.public_key(), good).status().code(),
            absl::StatusCode::kFailedPrecondition);
  other = checkpoint_;
  other.size = 9;
  EXPECT_FALSE(VerifyCosignature(other, key_.public_key(), good).ok());
  other = checkpoint_;
  other.root[31] ^= 1;
  EXPECT_FALSE(VerifyCosignature(other, key_.public_key(), good).ok());

  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
    ASSERT_FALSE(VerifyCosignature(checkpoint_, key_.public_key(), bad).ok()) << "bit " << bit;
  }
}

TEST_F(CosignatureOfATree, ALaterTimeOverTheSameTreeIsAnotherCosignature) {
  const NoteSignature first = Cosign(checkpoint_, "log/a", key_, 1);
  const NoteSignature later = Cosign(checkpoint_, "log/a", key_, 2);
  EXPECT_NE(first, later);
  EXPECT_EQ(first.key_id, later.key_id);
  EXPECT_EQ(*VerifyCosignature(checkpoint_, key_.public_key(), later.signature), 2u);
}

TEST_F(CosignatureOfATree, WrongLengthsAndImpossibleTimesAreRefused) {
  const Bytes good = Cosign(checkpoint_, "log/a", key_, kMaxCosignatureTime).signature;
  EXPECT_EQ(*VerifyCosignature(checkpoint_, key_.public_key(), good), kMaxCosignatureTime);
  for (const Bytes& bad : {Bytes(), good.substr(0, 71), good + '\0', good.substr(8)}) {
    EXPECT_EQ(VerifyCosignature(checkpoint_, key_.public_key(), bad).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  // Signed for real, over a time that cannot be.
  const uint64_t too_late = kMaxCosignatureTime + 1;
  const Signature s = key_.Sign(CosignatureMessage(FormatCheckpoint(checkpoint_), too_late));
  const Bytes impossible = Writer().U64(too_late).Raw(View(s)).Take();
  EXPECT_EQ(VerifyCosignature(checkpoint_, key_.public_key(), impossible).status().code(),
            absl::StatusCode::kInvalidArgument);
}

// A signature of one type does not pass for one of the other, even by the same key.
TEST_F(CosignatureOfATree, IsNoLogSignature) {
  const Bytes text = FormatCheckpoint(checkpoint_);
  const NoteSignature log = SignNote(text, "log", key_);
  const NoteSignature cosignature = Cosign(checkpoint_, "log", key_, 0);
  EXPECT_NE(log.key_id, cosignature.key_id);
  EXPECT_FALSE(
      VerifyNoteSignature(SignatureType::kEd25519, key_.public_key(), text, cosignature.signature).ok());
  EXPECT_FALSE(VerifyNoteSignature(SignatureType::kEd25519, key_.public_key(), text,
                                   ByteView(cosignature.signature).substr(8))
                   .ok());
  EXPECT_FALSE(VerifyNoteSignature(SignatureType::kCosignature, key_.public_key(), text,
                                   Writer().U64(0).Raw(log.signature).Take())
                   .ok());
  EXPECT_EQ(VerifyNoteSignature(static_cast<SignatureType>(6), key_.public_key(), text, log.signature)
                .status()
                .code(),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace symbolon::ledger
