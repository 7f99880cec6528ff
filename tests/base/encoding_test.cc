#include "base/encoding.h"

#include <gtest/gtest.h>

namespace symbolon {
namespace {

TEST(Encoding, WritesBigEndianAndLengthPrefixes) {
  Writer w;
  w.U8(1).U16(0x0203).U32(0x04050607).U64(0x08090a0b0c0d0e0f).Vec8("a").Vec16("bc").Vec32("d").Label("L").Tag("t");
  EXPECT_EQ(w.bytes(), Bytes("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
                             "\x01"
                             "a\x00\x02"
                             "bc\x00\x00\x00\x01"
                             "dL\x00t",
                             29) + Bytes(15, '\0'));
}

TEST(Encoding, ReadsBackWhatWasWritten) {
  Writer w;
  w.Label("L").U16(7).Vec16("xyz").Fixed(Digest{9});
  Reader r(w.bytes(), "thing");
  r.Label("L");
  EXPECT_EQ(r.U16("a"), 7);
  EXPECT_EQ(r.Vec16("b"), "xyz");
  EXPECT_EQ(r.Fixed32("c"), Digest{9});
  EXPECT_TRUE(r.ExpectEnd().ok());
}

TEST(Encoding, RefusesTrailingBytesAndNamesThePlace) {
  Reader r("\x01\x02", "thing");
  r.U8("a");
  EXPECT_EQ(r.ExpectEnd().message(), "thing: field end at byte 1: bytes are left over");
}

TEST(Encoding, RefusesShortInputAndStaysFailed) {
  Reader r("\x01", "thing");
  EXPECT_EQ(r.U32("a"), 0u);
  EXPECT_EQ(r.U8("b"), 0u);
  EXPECT_EQ(r.status().message(), "thing: field a at byte 0: input ends too early");
}

TEST(Encoding, LengthLargerThanInputAllocatesNothing) {
  Reader r(ByteView("\xff\xff\xff\xff", 4), "thing");
  EXPECT_TRUE(r.Vec32("v", 0, 0xffffffff).empty());
  EXPECT_FALSE(r.ok());
}

TEST(Encoding, LengthOutsideItsRangeIsRefused) {
  Reader r(ByteView("\x00", 1), "thing");
  r.Vec8("name", 1, 64);
  EXPECT_EQ(r.status().message(), "thing: field name at byte 1: length out of range");
}

TEST(Encoding, AnotherLabelIsRefused) {
  Reader r(ByteView("M\0", 2), "thing");
  r.Label("L");
  EXPECT_FALSE(r.ok());
}

}  // namespace
}  // namespace symbolon
