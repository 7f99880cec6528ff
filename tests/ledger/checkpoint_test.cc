#include "ledger/checkpoint/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/checkpoint/cosignature.h"
#include "ledger/merkle/hash.h"
#include "tests/ledger/note_vectors.h"

namespace symbolon::ledger {
namespace {

using ::testing::HasSubstr;

constexpr char kRoot[] = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=";

std::string Refusal(const Bytes& text) {
  const auto checkpoint = ParseCheckpoint(text);
  return checkpoint.ok() ? "accepted" : std::string(checkpoint.status().message());
}

TEST(Checkpoint, PublishedTextsAreReadAndWrittenBack) {
  const auto v = Vectors("signed_note.json")["generated"];
  const Checkpoint eight = *ParseCheckpoint(v[0]["text"].get<std::string>());
  EXPECT_EQ(eight.origin, "symbolon.example/net1");
  EXPECT_EQ(eight.size, 8u);
  EXPECT_EQ(ToHex(eight.root), Vectors("rfc6962.json")["published_roots"][8].get<std::string>());
  EXPECT_EQ(FormatCheckpoint(eight), v[0]["text"].get<std::string>());
  const Checkpoint empty = *ParseCheckpoint(v[1]["text"].get<std::string>());
  EXPECT_EQ(empty, (Checkpoint{"symbolon.example/net1", 0, EmptyRoot()}));
  EXPECT_EQ(FormatCheckpoint(empty), v[1]["text"].get<std::string>());
}

TEST(Checkpoint, ExtensionLinesAreRefusedWithTheReason) {
  const auto v = Vectors("signed_note.json")["generated"];
  EXPECT_THAT(Refusal(v[2]["text"].get<std::string>()), HasSubstr("extension lines are refused"));
}

TEST(Checkpoint, PublishedBadTextsAreRefused) {
  int texts = 0;
  const auto v = Vectors("signed_note.json");
  for (const auto& c : v["must_reject"]) {
    if (!c.contains("checkpoint_text")) continue;
    ++texts;
    EXPECT_NE(Refusal(c["checkpoint_text"].get<std::string>()), "accepted") << c["why"];
  }
  EXPECT_EQ(texts, 7);
}

TEST(Checkpoint, EveryOtherWayToWriteItIsRefused) {
  const std::string root = kRoot;
  const std::string tail = "\n" + root + "\n";
  EXPECT_EQ(Refusal("log\n8" + tail), "accepted");
  EXPECT_EQ(Refusal("log\n18446744073709551615" + tail), "accepted");
  for (const std::string size : {"", "+8", "-8", "08", "00", " 8", "8 ", "8.0", "0x8", "18446744073709551616",
                                 "8a", "99999999999999999999999"}) {
    EXPECT_THAT(Refusal("log\n" + size + tail), HasSubstr("line 2")) << size;
  }
  for (const std::string origin : {"", " ", "a b", "a+b", "a\tb", "a\xff"}) {
    EXPECT_THAT(Refusal(origin + "\n8" + tail), HasSubstr("line 1")) << origin;
  }
  for (const std::string bad : {"", "AAAA", " ", "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz-Nw7_RgQyg="}) {
    EXPECT_THAT(Refusal("log\n8\n" + bad + "\n"), HasSubstr("line 3")) << bad;
  }
  EXPECT_THAT(Refusal("log\n8\n" + root.substr(0, 43) + "\n"), HasSubstr("line 3"));
  EXPECT_THAT(Refusal("log\n8\n" + root), HasSubstr("fewer than three lines"));
  EXPECT_THAT(Refusal(""), HasSubstr("fewer than three lines"));
  EXPECT_THAT(Refusal("log\n8" + tail + "x"), HasSubstr("line 4"));
}

TEST(Checkpoint, OnlyTheEmptyTreeHasTheEmptyRoot) {
  EXPECT_THAT(Refusal("log\n0\n" + std::string(kRoot) + "\n"), HasSubstr("empty tree"));
  EXPECT_THAT(Refusal("log\n1\n" + ToBase64(View(EmptyRoot())) + "\n"), HasSubstr("empty tree"));
}

TEST(SignCheckpoint, MakesThePublishedNoteFromThePublishedSeeds) {
  const auto v = Vectors("signed_note.json")["generated"];
  for (const size_t i : {0u, 1u}) {
    const auto& c = v[i];
    const Checkpoint checkpoint = *ParseCheckpoint(c["text"].get<std::string>());
    std::vector<NoteSignature> cosignatures;
    for (const auto& cosignature : c["cosignatures"]) {
      const std::string name = cosignature["name"];
      cosignatures.push_back(
          Cosign(checkpoint, name, SigningKeyOf(c["seeds"][name]), cosignature["time"].get<uint64_t>()));
    }
    EXPECT_EQ(*SignCheckpoint(checkpoint, SigningKeyOf(c["seeds"][checkpoint.origin]), cosignatures),
              c["note"].get<std::string>());
  }
}

TEST(SignCheckpoint, SignsNothingThatWouldBeRefused) {
  const SigningKey key = SigningKeyOf(ExampleNote()["seeds"]["symbolon.example/net1"]);
  EXPECT_FALSE(SignCheckpoint({"a b", 1, {}}, key).ok());
  EXPECT_FALSE(SignCheckpoint({"a\nb", 1, {}}, key).ok());
  EXPECT_FALSE(SignCheckpoint({"log", 1, EmptyRoot()}, key).ok());
  EXPECT_FALSE(SignCheckpoint({"log", 0, {}}, key).ok());
  EXPECT_TRUE(SignCheckpoint({"log", 0, EmptyRoot()}, key).ok());
}

}  // namespace
}  // namespace symbolon::ledger
