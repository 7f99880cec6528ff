#include "ledger/checkpoint/verifier_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/note_vectors.h"

namespace symbolon::ledger {
namespace {

using ::testing::HasSubstr;

constexpr char kVkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

TEST(VerifierKey, PublishedKeysAreReadAndWrittenBack) {
  const auto v = Vectors("signed_note.json");
  for (const char* group : {"external", "generated"}) {
    for (const auto& c : v[group]) {
      for (const auto& vkey : c["vkeys"]) {
        const auto key = VerifierKey::Parse(vkey.get<std::string>());
        ASSERT_TRUE(key.ok()) << key.status();
        EXPECT_EQ(key->ToString(), vkey.get<std::string>());
      }
    }
  }
}

TEST(VerifierKey, NameIdAndTypeComeFromTheText) {
  const VerifierKey key = *VerifierKey::Parse(kVkey);
  EXPECT_EQ(key.name(), "PeterNeumann");
  EXPECT_EQ(key.id(), 0xc74f20a3u);
  EXPECT_EQ(key.type(), SignatureType::kEd25519);
  EXPECT_EQ(key, *VerifierKey::Make("PeterNeumann", SignatureType::kEd25519, key.key()));
}

TEST(VerifierKey, NameAndTypeGoIntoTheKeyId) {
  const VerifierKey key = *VerifierKey::Parse(kVkey);
  EXPECT_NE(VerifierKey::Make("PeterNeumann2", SignatureType::kEd25519, key.key())->id(), key.id());
  EXPECT_NE(VerifierKey::Make("PeterNeumann", SignatureType::kCosignature, key.key())->id(), key.id());
}

TEST(VerifierKey, AnythingElseIsRefused) {
  const std::string good = kVkey;
  const std::vector<std::string> bad = {
      "",
      "PeterNeumann",
      "PeterNeumann+c74f20a3",
      "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "PeterNeumann+c74f20a3+",
      "PeterNeumann+c74f20a3+AQ==",
      good + "=",
      good + "\n",
      good.substr(0, good.size() - 4),
      "x" + good,
  };
  for (const std::string& vkey : bad) EXPECT_FALSE(VerifierKey::Parse(vkey).ok()) << vkey;
}

TEST(VerifierKey, TypesThatAreNotSupportedAreNamed) {
  const Bytes typed_key = Bytes(1, 6) + Bytes(32, 'x');
  const auto key = VerifierKey::Parse("a+00000000+" + ToBase64(typed_key));
  EXPECT_THAT(std::string(key.status().message()), HasSubstr("type 0x06 is not supported"));
}

TEST(VerifierKey, KeysOfSmallOrderAreRefused) {
  PublicKey identity{};
  identity[0] = 1;
  EXPECT_FALSE(VerifierKey::Make("a", SignatureType::kEd25519, identity).ok());
  EXPECT_FALSE(VerifierKey::Make("a", SignatureType::kEd25519, PublicKey{}).ok());
}

TEST(KeyName, IsOneWordWithoutPlus) {
  for (const char* good : {"a", "symbolon.example/net1", "กรมการปกครอง", "a-b_c.d/e:f", "\x7f"}) {
    EXPECT_TRUE(IsKeyName(good)) << good;
  }
  for (const char* bad : {"", "a b", " a", "a+b", "a\n", "a\t", "a\u00a0b", "a\u2003", "\u3000a", "a\u2028",
                          "\u0085", "\u1680", "\xff", "a\xc0\xaf", "\xed\xa0\x80"}) {
    EXPECT_FALSE(IsKeyName(bad)) << bad;
  }
  EXPECT_TRUE(IsKeyName("a\u200bb"));  // ZERO WIDTH SPACE is no white space in Unicode
}

}  // namespace
}  // namespace symbolon::ledger
