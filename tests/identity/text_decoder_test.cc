#include "identity/import/text_decoder.h"

#include <gtest/gtest.h>

namespace symbolon::identity {
namespace {

// Decodes in pieces of `step` bytes; "!" at the end when a byte was refused.
std::string Decode(const std::string& encoding, const std::string& bytes, size_t step) {
  TextDecoder decoder = TextDecoder::Create(encoding).value();
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += step) {
    if (!decoder.Decode(ByteView(bytes).substr(i, step), false, out)) return out + "!";
  }
  return decoder.Decode("", true, out) ? out : out + "!";
}

std::string Decode(const std::string& encoding, const std::string& bytes) {
  const std::string whole = Decode(encoding, bytes, bytes.size() + 1);
  for (size_t step = 1; step < 6; ++step) EXPECT_EQ(Decode(encoding, bytes, step), whole) << step;
  return whole;
}

TEST(TextDecoder, Utf8WithOrWithoutAMark) {
  EXPECT_EQ(Decode("utf-8", "aéก😀"), "aéก😀");
  EXPECT_EQ(Decode("utf-8", "\xEF\xBB\xBFกa"), "กa");
  EXPECT_EQ(Decode("UTF-8-sig", "\xEF\xBB\xBFก"), "ก");
  EXPECT_EQ(Decode("utf-8-sig", "ก"), "ก");
  EXPECT_EQ(Decode("utf-8", "\xEF\xBB\xBF"), "");
  EXPECT_EQ(Decode("utf-8", ""), "");
}

TEST(TextDecoder, StopsAtTheFirstBadByteAndGivesWhatComesBefore) {
  EXPECT_EQ(Decode("utf-8",
                   "ab\xff"
                   "cd"),
            "ab!");
  EXPECT_EQ(Decode("utf-8", "ก\xe0\xb8"), "ก!");
  EXPECT_EQ(Decode("utf-8", "x\xc0\xaf"), "x!");
  EXPECT_EQ(Decode("utf-8", "x\xed\xa0\x80"), "x!");
  EXPECT_EQ(Decode("utf-8", "x\xf4\x90\x80\x80"), "x!");
  EXPECT_EQ(Decode("utf-8", "x\x80"), "x!");
  EXPECT_EQ(Decode("us-ascii", "x\x80"), "x!");
}

TEST(TextDecoder, DeclaredEncodingsAreConverted) {
  EXPECT_EQ(Decode("windows-874", "\xa1\xd2\xb9"), "กาน");
  EXPECT_EQ(Decode("iso-8859-1",
                   "Pe\xf1"
                   "a"),
            "Peña");
  EXPECT_EQ(Decode("windows-1252", "\x80"), "€");
  EXPECT_EQ(Decode("shift_jis", "\x83\x65"), "テ");
  EXPECT_EQ(Decode("utf-16le", std::string("\xff\xfe"
                                           "a\0\x3d\xd8\x00\xde",
                                           8)),
            "a😀");
  EXPECT_EQ(Decode("utf-16", std::string("\xfe\xff\0a", 4)), "a");
}

TEST(TextDecoder, ConvertedTextIsCheckedToo) {
  EXPECT_EQ(Decode("windows-874", "\xa1\xdb\xa1"), "ก!");  // 0xDB is not assigned
  EXPECT_EQ(Decode("shift_jis", "a\x83"), "a!");
  EXPECT_EQ(Decode("utf-16le", std::string("a\0\x3d\xd8", 4)), "a!");
}

TEST(TextDecoder, OddNamesAreNotKnown) {
  for (const char* bad :
       {"", "nothing", "../../etc/passwd", "utf-7", "iso-2022-jp", "scsu", "hz", "bocu-1"}) {
    EXPECT_FALSE(TextDecoder::Knows(bad)) << bad;
    EXPECT_FALSE(TextDecoder::Create(bad).ok()) << bad;
  }
  EXPECT_FALSE(TextDecoder::Knows(std::string(100000, 'x')));
}

}  // namespace
}  // namespace symbolon::identity
