#include "base/utf8.h"

#include <gtest/gtest.h>

namespace symbolon {
namespace {

TEST(Utf8, TakesWellFormedText) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("Civil Registration"));
  EXPECT_TRUE(IsUtf8("กรมการปกครอง"));
  EXPECT_TRUE(IsUtf8("\xf4\x8f\xbf\xbf"));          // U+10FFFF
  EXPECT_TRUE(IsUtf8("\xed\x9f\xbf\xee\x80\x80"));  // around the surrogates
}

TEST(Utf8, RefusesIllFormedText) {
  EXPECT_FALSE(IsUtf8("\x80"));              // continuation first
  EXPECT_FALSE(IsUtf8("\xc0\xaf"));          // overlong
  EXPECT_FALSE(IsUtf8("\xe0\x80\xaf"));      // overlong
  EXPECT_FALSE(IsUtf8("\xf0\x80\x80\xaf"));  // overlong
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(IsUtf8("\xf4\x90\x80\x80"));  // past U+10FFFF
  EXPECT_FALSE(IsUtf8("\xe0\xb8"));          // cut off
  EXPECT_FALSE(IsUtf8("abc\xff"));
}

}  // namespace
}  // namespace symbolon
