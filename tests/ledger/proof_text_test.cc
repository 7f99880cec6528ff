#include "ledger/checkpoint/proof_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/checkpoint/checkpoint.h"
#include "ledger/merkle/hash.h"
#include "tests/ledger/note_vectors.h"

namespace symbolon::ledger {
namespace {

using ::testing::HasSubstr;

std::string Refusal(const Bytes& text) {
  const auto proof = ParseProofText(text);
  return proof.ok() ? "accepted" : std::string(proof.status().message());
}

// From the text alone, with the leaf and the keys: what a verifier does.
TEST(ProofText, PublishedProofsVerifyToTheLeaf) {
  const auto v = Vectors("tlog.json");
  for (const auto& c : v["tlog_proof"]) {
    const Bytes text = c["text"].get<std::string>();
    const auto proof = ParseProofText(text);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_EQ(FormatProofText(*proof), text);
    EXPECT_EQ(ToHex(proof->extra), c["extra"].is_null() ? "" : c["extra"].get<std::string>());
    const SignedNote note = *ParseNote(proof->checkpoint);
    ASSERT_EQ(VerifyNote(note, VerifierKeysOf(c["vkeys"]))->size(), 4u);
    const Checkpoint checkpoint = *ParseCheckpoint(note.text);
    const Digest leaf = LeafHash(*FromHex(c["leaf_input"].get<std::string>()));
    EXPECT_TRUE(VerifyInclusion(leaf, proof->index, checkpoint.size, proof->path, checkpoint.root).ok());
    EXPECT_FALSE(VerifyInclusion(leaf, proof->index ^ 1, checkpoint.size, proof->path, checkpoint.root).ok());
  }
}

TEST(ProofText, EveryOtherWayToWriteItIsRefusedWithItsPlace) {
  const std::string first = "c2sp.org/tlog-proof@v1\n", hash = ToBase64(Bytes(32, 'h')) + "\n";
  const std::string note = "\n" + ExampleNote()["note"].get<std::string>();
  EXPECT_EQ(Refusal(first + "index 0\n" + note), "accepted");
  EXPECT_EQ(Refusal(first + "extra eA==\nindex 18446744073709551615\n" + hash + note), "accepted");

  EXPECT_THAT(Refusal(""), HasSubstr("line 1"));
  EXPECT_THAT(Refusal("c2sp.org/tlog-proof@v2\nindex 0\n" + note), HasSubstr("line 1"));
  EXPECT_THAT(Refusal(" " + first + "index 0\n" + note), HasSubstr("line 1"));
  EXPECT_THAT(Refusal(first + note), HasSubstr("line 2"));
  EXPECT_THAT(Refusal(first + "index 01\n" + note), HasSubstr("line 2"));
  EXPECT_THAT(Refusal(first + "index -1\n" + note), HasSubstr("line 2"));
  EXPECT_THAT(Refusal(first + "index  1\n" + note), HasSubstr("line 2"));
  EXPECT_THAT(Refusal(first + "Index 1\n" + note), HasSubstr("line 2"));
  EXPECT_THAT(Refusal(first + "index 18446744073709551616\n" + note), HasSubstr("line 2"));
  EXPECT_THAT(Refusal(first + "extra \nindex 0\n" + note), HasSubstr("empty"));
  EXPECT_THAT(Refusal(first + "extra eB==\nindex 0\n" + note), HasSubstr("extra"));
  EXPECT_THAT(Refusal(first + "extra"), HasSubstr("line 2"));
  EXPECT_THAT(Refusal(first + "extra eA==\nextra eA==\nindex 0\n" + note), HasSubstr("line 3"));
  EXPECT_THAT(Refusal(first + "index 0\nextra eA==\n" + note), HasSubstr("line 3"));
  EXPECT_THAT(Refusal(first + "index 0\n" + hash + "AAAA\n" + note), HasSubstr("line 4"));
  EXPECT_THAT(Refusal(first + "index 0\n" + hash), HasSubstr("no empty line"));
  EXPECT_THAT(Refusal(first + "index 0\n" + hash + "\n"), HasSubstr("checkpoint"));
  EXPECT_THAT(Refusal(first + "index 0\n\nnot a note\n"), HasSubstr("checkpoint"));
}

TEST(ProofText, LengthsAreCapped) {
  const std::string first = "c2sp.org/tlog-proof@v1\nindex 0\n", hash = ToBase64(Bytes(32, 'h')) + "\n";
  const std::string note = "\n" + ExampleNote()["note"].get<std::string>();
  std::string most = first;
  for (size_t i = 0; i < kMaxProofHashes; ++i) most += hash;
  EXPECT_EQ(Refusal(most + note), "accepted");
  EXPECT_THAT(Refusal(most + hash + note), HasSubstr("more than 64 hashes"));
  EXPECT_THAT(Refusal(Bytes(kMaxProofTextSize + 1, 'x')), HasSubstr("at most"));
}

}  // namespace
}  // namespace symbolon::ledger
