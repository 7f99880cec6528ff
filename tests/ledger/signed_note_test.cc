#include "ledger/checkpoint/signed_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/checkpoint/cosignature.h"
#include "tests/ledger/note_vectors.h"

namespace symbolon::ledger {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

SigningKey KeyOf(uint8_t byte) {
  Digest seed;
  seed.fill(byte);
  return SigningKey::FromSeed(Secret<32>(seed));
}

VerifierKey Verifier(const std::string& name, const SigningKey& key) {
  return VerifierKey::Make(name, SignatureType::kEd25519, key.public_key()).value();
}

SignedNote NoteBy(const std::string& text, std::vector<uint8_t> signers) {
  SignedNote note;
  note.text = text;
  for (const uint8_t s : signers)
    note.signatures.push_back(SignNote(text, "key" + std::to_string(s), KeyOf(s)));
  return note;
}

TEST(SignedNote, PublishedNotesVerifyUnderTheirKeys) {
  const auto v = Vectors("signed_note.json");
  for (const char* group : {"external", "generated"}) {
    for (const auto& c : v[group]) {
      const Bytes bytes = c["note"].get<std::string>();
      const auto note = ParseNote(bytes);
      ASSERT_TRUE(note.ok()) << note.status();
      EXPECT_EQ(note->text, c["text"].get<std::string>());
      EXPECT_EQ(*FormatNote(*note), bytes);
      const std::vector<VerifierKey> keys = VerifierKeysOf(c["vkeys"]);
      const auto good = VerifyNote(*note, keys);
      ASSERT_TRUE(good.ok()) << good.status();
      EXPECT_EQ(good->size(), keys.size());
    }
  }
}

TEST(SignedNote, PublishedSecretKeyMakesThePublishedNote) {
  const auto c = Vectors("signed_note.json")["external"][1];
  // PRIVATE+KEY+<name>+<key id>+<base64(type || seed)>
  const std::string skey = c["skey"];
  const Bytes typed_seed = *FromBase64(skey.substr(std::string("PRIVATE+KEY+PeterNeumann+c74f20a3+").size()));
  Digest seed;
  std::copy(typed_seed.begin() + 1, typed_seed.end(), seed.begin());
  SignedNote note;
  note.text = c["text"];
  note.signatures.push_back(SignNote(note.text, "PeterNeumann", SigningKey::FromSeed(Secret<32>(seed))));
  EXPECT_EQ(*FormatNote(note), c["note"].get<std::string>());
}

TEST(SignedNote, PublishedBadNotesAreRefused) {
  const auto v = Vectors("signed_note.json");
  const std::vector<VerifierKey> keys = VerifierKeysOf(ExampleNote()["vkeys"]);
  int notes = 0;
  for (const auto& c : v["must_reject"]) {
    if (!c.contains("note")) continue;
    ++notes;
    const auto note = ParseNote(c["note"].get<std::string>());
    EXPECT_FALSE(note.ok() && VerifyNote(*note, keys).ok()) << c["why"];
  }
  EXPECT_EQ(notes, 3);
}

TEST(SignedNote, UnknownKeysAreIgnoredAndKnownOnesMustAllVerify) {
  SignedNote note = NoteBy("text\n", {1, 2, 3});
  const std::vector<VerifierKey> keys = {Verifier("key3", KeyOf(3)), Verifier("key1", KeyOf(1))};
  EXPECT_THAT(*VerifyNote(note, keys), ElementsAre(GoodSignature{1, 0}, GoodSignature{0, 0}));
  note.signatures[1].signature = "not a signature at all, and by an unknown key";
  EXPECT_TRUE(VerifyNote(note, keys).ok());
  note.signatures[2].signature[5] ^= 1;
  const absl::Status bad = VerifyNote(note, keys).status();
  EXPECT_EQ(bad.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(bad), HasSubstr("key3+"));
}

TEST(SignedNote, WithoutAKnownKeyThereIsNoTrust) {
  const SignedNote note = NoteBy("text\n", {1});
  EXPECT_EQ(VerifyNote(note, {}).status().code(), absl::StatusCode::kNotFound);
  const std::vector<VerifierKey> other_name = {Verifier("key2", KeyOf(1))};
  const std::vector<VerifierKey> other_key = {Verifier("key1", KeyOf(2))};
  EXPECT_EQ(VerifyNote(note, other_name).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(VerifyNote(note, other_key).status().code(), absl::StatusCode::kNotFound);
}

TEST(SignedNote, EveryBitOfTextAndSignatureMatters) {
  const SignedNote good = NoteBy("a text\nof two lines\n", {1});
  const std::vector<VerifierKey> keys = {Verifier("key1", KeyOf(1))};
  ASSERT_TRUE(VerifyNote(good, keys).ok());
  for (size_t bit = 0; bit < good.text.size() * 8; ++bit) {
    SignedNote bad = good;
    bad.text[bit / 8] = static_cast<char>(bad.text[bit / 8] ^ 1 << bit % 8);
    ASSERT_FALSE(VerifyNote(bad, keys).ok());
  }
  for (size_t bit = 0; bit < 64 * 8; ++bit) {
    SignedNote bad = good;
    bad.signatures[0].signature[bit / 8] =
        static_cast<char>(bad.signatures[0].signature[bit / 8] ^ 1 << bit % 8);
    ASSERT_FALSE(VerifyNote(bad, keys).ok());
  }
  for (const size_t length : {0u, 63u, 65u}) {
    SignedNote bad = good;
    bad.signatures[0].signature.resize(length);
    EXPECT_FALSE(VerifyNote(bad, keys).ok());
  }
}

TEST(SignedNote, OneKeyCountsOnceHoweverOftenItSigned) {
  const SigningKey log = KeyOf(1), cosigner = KeyOf(2);
  Checkpoint checkpoint{"log", 1, {}};
  checkpoint.root.fill(7);
  const std::vector<NoteSignature> cosignatures = {Cosign(checkpoint, "log/a", cosigner, 100),
                                                   Cosign(checkpoint, "log/a", cosigner, 300),
                                                   Cosign(checkpoint, "log/a", cosigner, 200)};
  const SignedNote note = *ParseNote(*SignCheckpoint(checkpoint, log, cosignatures));
  const std::vector<VerifierKey> keys = {
      *VerifierKey::Make("log/a", SignatureType::kCosignature, cosigner.public_key())};
  EXPECT_THAT(*VerifyNote(note, keys), ElementsAre(GoodSignature{0, 300}));
}

// A key id has 32 bits: a member could look for a key whose id is that of another's key of the same name, and
// every good note by the other would count as signed badly. The only way to have such keys here without
// searching is the same key twice.
TEST(SignedNote, AKeyWithTheIdOfAnotherSpoilsNothing) {
  const SignedNote note = NoteBy("text\n", {1});
  const std::vector<VerifierKey> twice = {Verifier("key1", KeyOf(1)), Verifier("key1", KeyOf(1))};
  EXPECT_THAT(*VerifyNote(note, twice), ElementsAre(GoodSignature{0, 0}));
}

TEST(SignedNote, TheLastEmptyLineSeparates) {
  const SignedNote note = NoteBy("first\n\n\nlast\n", {1, 2});
  const Bytes bytes = *FormatNote(note);
  EXPECT_EQ(*ParseNote(bytes), note);
  EXPECT_EQ(ParseNote("\n\n" + bytes.substr(bytes.find("\n\n\xe2") + 2))->text, "\n");
}

TEST(SignedNote, WhatIsNoNoteIsRefusedWithItsPlace) {
  const Bytes good = *FormatNote(NoteBy("text\n", {1}));
  const std::string line = good.substr(6);
  const auto refused = [](const Bytes& bytes) {
    const auto note = ParseNote(bytes);
    return note.ok() ? std::string("accepted") : Message(note.status());
  };
  EXPECT_THAT(refused(""), HasSubstr("no empty line"));
  EXPECT_THAT(refused("text\n"), HasSubstr("no empty line"));
  EXPECT_THAT(refused("text\n\n"), HasSubstr("no signature"));
  EXPECT_THAT(refused(good.substr(0, good.size() - 1)), HasSubstr("does not end in a line feed"));
  EXPECT_THAT(refused("te\rxt\n\n" + line), HasSubstr("control character 0x0d at byte 2"));
  EXPECT_THAT(refused(Bytes("te\0xt\n\n", 7) + line), HasSubstr("control character 0x00"));
  EXPECT_THAT(refused("te\xffxt\n\n" + line), HasSubstr("UTF-8"));
  EXPECT_THAT(refused(good + "- key1 AAAAAAA=\n"), HasSubstr("signature line 2"));
  EXPECT_THAT(refused(good + "\u2014 key1\n"), HasSubstr("no space"));
  EXPECT_THAT(refused(good + "\u2014 key+1 AAAAAAA=\n"), HasSubstr("bad key name"));
  EXPECT_THAT(refused(good + "\u2014  AAAAAAA=\n"), HasSubstr("bad key name"));
  EXPECT_THAT(refused(good + "\u2014 key1 AAAA AAA=\n"), HasSubstr("base64"));
  EXPECT_THAT(refused(good + "\u2014 key1 AAAAAAA\n"), HasSubstr("base64"));
  EXPECT_THAT(refused(good + "\u2014 key1 AAAAAB==\n"), HasSubstr("base64"));
  EXPECT_THAT(refused(good + "\u2014 key1 AAAAAA==\n"), HasSubstr("too short"));
  EXPECT_THAT(refused(good + "\u2014 key1 \n"), HasSubstr("too short"));
  EXPECT_EQ(refused(good + "\u2014 key1 AAAAAAA=\n"), "accepted");
}

TEST(SignedNote, SizeAndSignaturesAreCapped) {
  const std::string line = "\u2014 key1 AAAAAAA=\n";
  Bytes note = "text\n\n";
  for (size_t i = 0; i < kMaxNoteSignatures; ++i) note += line;
  EXPECT_TRUE(ParseNote(note).ok());
  EXPECT_FALSE(ParseNote(note + line).ok());
  EXPECT_TRUE(ParseNote(Bytes(kMaxNoteSize - 2 - line.size(), '\n') + "\n\n" + line).ok());
  EXPECT_FALSE(ParseNote(Bytes(kMaxNoteSize - 1 - line.size(), '\n') + "\n\n" + line).ok());
}

TEST(SignedNote, OnlyNotesThatCouldBeReadAreWritten) {
  EXPECT_FALSE(FormatNote(NoteBy("text", {1})).ok());
  EXPECT_FALSE(FormatNote(NoteBy("", {1})).ok());
  EXPECT_FALSE(FormatNote(NoteBy("text\n", {})).ok());
  EXPECT_FALSE(FormatNote(NoteBy("te\txt\n", {1})).ok());
  EXPECT_FALSE(FormatNote(NoteBy("te\xffxt\n", {1})).ok());
  EXPECT_FALSE(FormatNote(NoteBy("text\n", std::vector<uint8_t>(101, 1))).ok());
  EXPECT_FALSE(FormatNote({"text\n", {{"a b", 1, "x"}}}).ok());
  EXPECT_FALSE(FormatNote({"text\n", {{"ab", 1, ""}}}).ok());
}

TEST(SignedNote, SignaturesCanBeAppended) {
  const Bytes one = *FormatNote(NoteBy("text\n", {1}));
  const std::vector<NoteSignature> more = NoteBy("text\n", {2, 3}).signatures;
  EXPECT_EQ(*AppendSignatures(one, more), *FormatNote(NoteBy("text\n", {1, 2, 3})));
  EXPECT_EQ(*AppendSignatures(one, more), one + FormatSignatureLine(more[0]) + FormatSignatureLine(more[1]));
  EXPECT_FALSE(AppendSignatures("text\n", more).ok());
}

}  // namespace
}  // namespace symbolon::ledger
