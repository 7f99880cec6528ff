#include "identity/canonical/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace symbolon::identity {
namespace {

RejectCode Refusal(ByteView value) {
  const auto got = CanonicalText(value);
  EXPECT_FALSE(got.ok());
  return got.ok() ? RejectCode::kEmptyFile : got.reject();
}

TEST(Text, KeepsCaseScriptPunctuationAndDigits) {
  EXPECT_EQ(*CanonicalText("O’Hara, Jr. 3"), "O’Hara, Jr. 3");
  EXPECT_EQ(*CanonicalText("สมชาย"), "สมชาย");
}

TEST(Text, WhiteSpaceRunsBecomeOneSpaceAndEndsAreTrimmed) {
  EXPECT_EQ(*CanonicalText("\t Ana\r\n\u00a0\u3000 Maria \u2028"), "Ana Maria");
  EXPECT_EQ(*CanonicalText(" \u200b "), "");
  EXPECT_EQ(*CanonicalText(""), "");
}

TEST(Text, ComposesAlsoAcrossARemovedCharacter) {
  EXPECT_EQ(*CanonicalText("Ma\u0301ria"), "M\u00e1ria");
  EXPECT_EQ(*CanonicalText("Ma\u200b\u0301ria"), "M\u00e1ria");
}

TEST(Text, JoinersStayDirectionMarksGo) {
  EXPECT_EQ(*CanonicalText("\u202aک\u200cا\u202c\ufeff"), "ک\u200cا");
}

TEST(Text, IllFormedUtf8IsRefused) {
  using namespace std::literals;
  for (const ByteView bad : {"\xff"sv, "a\x80"sv, "\xc3"sv, "\xc0\xaf"sv, "\xe0\x80\xaf"sv, "\xed\xa0\x80"sv,
                             "\xf4\x90\x80\x80"sv, "\xf0\x9f\x98"sv}) {
    EXPECT_EQ(Refusal(bad), RejectCode::kBadEncoding);
  }
}

TEST(Text, ControlPrivateAndUnassignedCharactersAreRefused) {
  using namespace std::literals;
  for (const ByteView bad :
       {"A\0B"sv, "\x7f"sv, "\u0080"sv, "\ue000"sv, "\u0378"sv, "\ufffe"sv, "\U000f0000"sv}) {
    EXPECT_EQ(Refusal(bad), RejectCode::kBadCharacter);
  }
}

// Assigned in Unicode 15.1 and 16.0: they stay refused whatever version the library has.
TEST(Text, IsPinnedToUnicode15) {
  EXPECT_TRUE(CanonicalText("\u0ece").ok());  // 15.0
  EXPECT_EQ(Refusal("\U0002ebf0"), RejectCode::kBadCharacter);
  EXPECT_EQ(Refusal("\u1c89"), RejectCode::kBadCharacter);
}

TEST(Text, At256BytesItEnds) {
  EXPECT_TRUE(CanonicalText(std::string(256, 'a')).ok());
  EXPECT_TRUE(CanonicalText(fmt::format("{}   ", std::string(256, 'a'))).ok());
  EXPECT_EQ(Refusal(std::string(257, 'a')), RejectCode::kTooLong);
}

}  // namespace
}  // namespace symbolon::identity
