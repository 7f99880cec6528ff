#include "base/text_encoding.h"

#include <gtest/gtest.h>

namespace symbolon {
namespace {

// RFC 4648 section 10.
TEST(TextEncoding, Rfc4648Vectors) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},         {"f", "Zg=="},     {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},  {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (auto [raw, text] : cases) {
    EXPECT_EQ(ToBase64(raw), text);
    EXPECT_EQ(FromBase64(text).value(), raw);
  }
}

TEST(TextEncoding, OnlyCanonicalBase64IsAccepted) {
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Zg===", "Z-==", "====", "Z"}) {
    EXPECT_FALSE(FromBase64(bad).ok()) << bad;
  }
  EXPECT_EQ(FromBase64Url("-_8").value(), "\xfb\xff");
  EXPECT_FALSE(FromBase64Url("-_8=").ok());
}

TEST(TextEncoding, OnlyLowerCaseHexIsAccepted) {
  EXPECT_EQ(FromHex("00ff").value(), Bytes("\x00\xff", 2));
  EXPECT_EQ(ToHex(Bytes("\x00\xff", 2)), "00ff");
  for (const char* bad : {"0", "0F", "0g", "0x00"}) EXPECT_FALSE(FromHex(bad).ok()) << bad;
  EXPECT_FALSE(DigestFromHex("00").ok());
}

}  // namespace
}  // namespace symbolon
