#include "identity/salt.h"

#include <gtest/gtest.h>

#include <set>

#include "base/labels.h"
#include "base/text_encoding.h"

namespace symbolon::identity {
namespace {

RecordSecret SecretOf(uint8_t byte) {
  std::array<uint8_t, 32> bytes;
  bytes.fill(byte);
  return RecordSecret(bytes);
}

// RFC 4231 section 4.2 to 4.7, the columns HMAC-SHA-512.
TEST(HmacSha512, GivesThePublishedValues) {
  struct Case {
    Bytes key, data;
    std::string mac;
  };
  const Case cases[] = {
      {Bytes(20, '\x0b'), "Hi There",
       "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
       "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
      {"Jefe", "what do ya want for nothing?",
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
       "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
      {Bytes(20, '\xaa'), Bytes(50, '\xdd'),
       "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
       "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"},
      {Bytes(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
       "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
  };
  for (const Case& c : cases) EXPECT_EQ(ToHex(View(HmacSha512(c.key).Mac(c.data))), c.mac);
}

TEST(Salt, IsTheFirstHalfOfTheMacOverLabelTypeVersionSlot) {
  const RecordSecret secret = SecretOf(7);
  Bytes input(labels::kSalt);
  input += '\0';
  input += "\x01\x02";
  input += '\x03';
  input += '\x1f';
  EXPECT_EQ(ToHex(SaltDeriver(secret, {0x0102, 3}).Salt(31)),
            ToHex(View(HmacSha512(secret.view()).Mac(input))).substr(0, 64));
}

TEST(Salt, DiffersBySecretTypeVersionAndSlot) {
  std::set<Digest> seen;
  for (uint8_t s : {1, 2}) {
    for (uint16_t type : {1, 2, 256}) {
      for (uint8_t version : {1, 2}) {
        const RecordSecret secret = SecretOf(s);
        const SaltDeriver salts(secret, {type, version});
        for (uint8_t slot = 0; slot < 32; ++slot) seen.insert(salts.Salt(slot));
      }
    }
  }
  EXPECT_EQ(seen.size(), 2u * 3 * 2 * 32);
}

}  // namespace
}  // namespace symbolon::identity
