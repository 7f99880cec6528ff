#include "base/ed25519.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/text_encoding.h"

namespace symbolon {
namespace {

template <size_t N>
std::array<uint8_t, N> Hex(std::string_view hex) {
  std::array<uint8_t, N> out{};
  Bytes raw = FromHex(hex).value();
  EXPECT_EQ(raw.size(), N);
  std::memcpy(out.data(), raw.data(), N);
  return out;
}

// RFC 8032 section 7.1, tests 1 and 2.
TEST(Ed25519, Rfc8032Vectors) {
  SigningKey one = SigningKey::FromSeed(
      Secret<32>(Hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")));
  EXPECT_EQ(ToHex(View(one.public_key())), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(ToHex(View(one.Sign(""))),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b");
  SigningKey two = SigningKey::FromSeed(
      Secret<32>(Hex<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")));
  EXPECT_EQ(ToHex(View(two.Sign("\x72"))),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(VerifySignature(two.public_key(), "\x72", two.Sign("\x72")));
}

TEST(Ed25519, ChangedMessageSignatureOrKeyIsRefused) {
  SigningKey key = SigningKey::Generate();
  Signature s = key.Sign("m");
  EXPECT_FALSE(VerifySignature(key.public_key(), "n", s));
  EXPECT_FALSE(VerifySignature(SigningKey::Generate().public_key(), "m", s));
  s[0] ^= 1;
  EXPECT_FALSE(VerifySignature(key.public_key(), "m", s));
  EXPECT_FALSE(VerifySignature(key.public_key(), "m", ByteView("short")));
}

// S + L encodes the same scalar; RFC 8032 section 5.1.7 requires S < L.
TEST(Ed25519, ScalarNotReducedIsRefused) {
  SigningKey key = SigningKey::Generate();
  Signature s = key.Sign("m");
  const auto order = Hex<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (int i = 0; i < 32; ++i) {
    unsigned v = s[32 + i] + order[i] + carry;
    s[32 + i] = static_cast<uint8_t>(v);
    carry = v >> 8;
  }
  EXPECT_FALSE(VerifySignature(key.public_key(), "m", s));
}

// The eight points of small order and their non-canonical encodings: with such a key every message verifies
// under some implementations.
TEST(Ed25519, SmallOrderKeysAreNeverRegistrableNorVerify) {
  const char* points[] = {
      "0100000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0100000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
  Signature zero_s{};
  for (const char* p : points) {
    PublicKey a = Hex<32>(p);
    EXPECT_FALSE(IsRegistrable(a)) << p;
    std::copy(a.begin(), a.end(), zero_s.begin());  // R = A, S = 0
    EXPECT_FALSE(VerifySignature(a, "m", zero_s)) << p;
    // Small order R under an honest key.
    EXPECT_FALSE(VerifySignature(SigningKey::Generate().public_key(), "m", zero_s)) << p;
  }
}

TEST(Ed25519, HonestKeysAreRegistrableAndMixedOrderKeysAreNot) {
  SigningKey key = SigningKey::Generate();
  EXPECT_TRUE(IsRegistrable(key.public_key()));
  PublicKey eight = Hex<32>("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
  PublicKey mixed;
  // An honest key plus a point of order eight is on the curve but outside the prime-order group.
  ASSERT_EQ(crypto_core_ed25519_add(mixed.data(), key.public_key().data(), eight.data()), 0);
  EXPECT_FALSE(IsRegistrable(mixed));
}

TEST(Ed25519, SeedRoundTrips) {
  SigningKey key = SigningKey::Generate();
  EXPECT_EQ(SigningKey::FromSeed(key.Seed()).public_key(), key.public_key());
}

}  // namespace
}  // namespace symbolon
