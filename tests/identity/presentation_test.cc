#include "identity/presentation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text_encoding.h"

namespace symbolon::identity {
namespace {

using ::testing::HasSubstr;

Digest Filled(uint8_t byte) {
  Digest d;
  d.fill(byte);
  return d;
}

Presentation Example() {
  Presentation p;
  p.network = Filled(0x11);
  p.type = {0x0102, 3};
  p.disclosures = {{2, Filled(0x22), "family_name_latin", "JAIDEE"}, {9, Filled(0x23), "nationality", {}}};
  p.multiproof = {Filled(0x33), Filled(0x34), Filled(0x35)};
  p.commitment = Filled(0x44);
  p.position = 7;
  p.commitment_path = {Filled(0x55), Filled(0x56)};
  p.receipt = "a receipt";
  p.verification_proof = "a proof";
  return p;
}

TEST(Presentation, HasExactlyTheBytesOfTheFormat) {
  Presentation p = Example();
  const std::string disclosures =
      "02"
      "02" +
      ToHex(Filled(0x22)) + "11" + ToHex("family_name_latin") +
      "01"
      "0006" +
      ToHex("JAIDEE") + "09" + ToHex(Filled(0x23)) + "0b" + ToHex("nationality") +
      "00"
      "0000";
  const std::string head = ToHex("symbolon/presentation/v1") + "00" + ToHex(Filled(0x11)) +
                           "0102"
                           "03" +
                           disclosures + "03" + ToHex(Filled(0x33)) + ToHex(Filled(0x34)) +
                           ToHex(Filled(0x35)) + ToHex(Filled(0x44)) +
                           "00000007"
                           "02" +
                           ToHex(Filled(0x55)) + ToHex(Filled(0x56)) + "0009" + ToHex("a receipt");
  EXPECT_EQ(ToHex(*EncodePresentation(p)), head +
                                               "01"
                                               "0007" +
                                               ToHex("a proof") + "00");
  p.verification_proof.reset();
  EXPECT_EQ(ToHex(*EncodePresentation(p)), head +
                                               "00"
                                               "00");
}

TEST(Presentation, RoundTripsAsBytesAndAsText) {
  Presentation p = Example();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(*DecodePresentation(*EncodePresentation(p)), p);
    const std::string text = *EncodePresentationText(p);
    EXPECT_TRUE(text.starts_with("symbolon-presentation-v1:"));
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(*DecodePresentationText(text), p);
    EXPECT_EQ(*DecodePresentationText(text + "\n"), p);
    EXPECT_EQ(*DecodePresentationText(text + "\r\n"), p);
    p.verification_proof.reset();
  }
}

TEST(Presentation, EveryTruncationAndEveryTrailingByteIsRefused) {
  const Bytes bytes = *EncodePresentation(Example());
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(DecodePresentation(bytes.substr(0, n)).ok()) << n;
  EXPECT_FALSE(DecodePresentation(bytes + '\0').ok());
}

TEST(Presentation, WhatIsDecodedIsTheOnlyEncoding) {
  const Bytes bytes = *EncodePresentation(Example());
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      const absl::StatusOr<Presentation> p = DecodePresentation(changed);
      if (!p.ok()) continue;
      EXPECT_NE(*p, Example());
      EXPECT_EQ(*EncodePresentation(*p), changed);
    }
  }
}

TEST(Presentation, DisclosuresMustAscendWithoutRepetition) {
  Presentation p = Example();
  std::swap(p.disclosures[0], p.disclosures[1]);
  EXPECT_THAT(std::string(EncodePresentation(p).status().message()), HasSubstr("ascend"));
  p.disclosures[1].slot = p.disclosures[0].slot;
  EXPECT_FALSE(EncodePresentation(p).ok());

  // The same two on the wire.
  Bytes bytes = *EncodePresentation(Example());
  const size_t second = bytes.find(Bytes(32, 0x23)) - 1;
  for (char slot : {'\x02', '\x01'}) {
    bytes[second] = slot;
    EXPECT_THAT(std::string(DecodePresentation(bytes).status().message()), HasSubstr("slot"));
  }
}

TEST(Presentation, AnAbsentAttributeHasNoValueAndPresenceIsZeroOrOne) {
  Bytes bytes = *EncodePresentation(Example());
  const size_t presence = bytes.find("family_name_latin") + 17;
  bytes[presence] = 0;
  EXPECT_THAT(std::string(DecodePresentation(bytes).status().message()), HasSubstr("value"));
  bytes[presence] = 2;
  EXPECT_THAT(std::string(DecodePresentation(bytes).status().message()), HasSubstr("presence"));
}

TEST(Presentation, WhatCannotBeWrittenIsRefusedByTheEncoder) {
  Presentation p = Example();
  p.disclosures.clear();
  EXPECT_FALSE(EncodePresentation(p).ok());
  p = Example();
  p.disclosures[0].name.clear();
  EXPECT_FALSE(EncodePresentation(p).ok());
  p.disclosures[0].name.assign(65, 'a');
  EXPECT_FALSE(EncodePresentation(p).ok());
  p = Example();
  p.disclosures[0].value = Bytes(65536, 'a');
  EXPECT_FALSE(EncodePresentation(p).ok());
  p = Example();
  p.commitment_path.resize(256);
  EXPECT_FALSE(EncodePresentation(p).ok());
  p = Example();
  p.receipt.resize(65536);
  EXPECT_FALSE(EncodePresentation(p).ok());
}

TEST(Presentation, TextWithAnotherArmourOrAlphabetIsRefused) {
  const std::string text = *EncodePresentationText(Example());
  EXPECT_FALSE(DecodePresentationText(text.substr(1)).ok());
  EXPECT_FALSE(DecodePresentationText(text + "=").ok());
  EXPECT_FALSE(DecodePresentationText(text + "\n\n").ok());
  EXPECT_FALSE(DecodePresentationText(" " + text).ok());
  EXPECT_FALSE(DecodePresentationText(std::string(kMaxPresentationText + 1, 'A')).ok());
}

}  // namespace
}  // namespace symbolon::identity
