#include "identity/canonical/latin_name.h"

#include <gtest/gtest.h>

namespace symbolon::identity {
namespace {

std::string Latin(ByteView value, std::string_view lang = {}) {
  const auto got = CanonicalLatinName(value, lang);
  return got.ok() ? *got : std::string(ReasonName(got.reject()));
}

TEST(LatinName, WhatTwoDesksTypeDifferentlyComesOutEqual) {
  for (const char* typed :
       {"D'Artagnan", "d’artagnan", "D´ARTAGNAN", "D`Artagnan", "D\u02bcArtagnan", "DArtagnan"}) {
    EXPECT_EQ(Latin(typed), "DARTAGNAN") << typed;
  }
  for (const char* typed :
       {"Marie-Élise", "marie élise", "MARIE\u2010E\u0301LISE", "Marie, Elise", " Marie  -  Elise "}) {
    EXPECT_EQ(Latin(typed), "MARIE<ELISE") << typed;
  }
}

TEST(LatinName, FirstOptionOfTheTables) {
  EXPECT_EQ(Latin("Müller"), "MUELLER");
  EXPECT_EQ(Latin("Mu\u0308ller"), "MUELLER");
  EXPECT_EQ(Latin("Ångström"), "AANGSTROEM");
  EXPECT_EQ(Latin("Straße"), "STRASSE");
  EXPECT_EQ(Latin("ŉ"), "N");
}

TEST(LatinName, UkrainianFirstLettersOfEveryComponent) {
  EXPECT_EQ(Latin("Юлія Яна-Євгенія", "uk"), "YULIIA<YANA<YEVHENIIA");
  EXPECT_EQ(Latin("'Юлія", "uk"), "YULIIA");  // an apostrophe is not the first letter
  EXPECT_EQ(Latin("Юлия", "ru"), "IULIIA");
}

TEST(LatinName, ArabicNeighboursMatter) {
  EXPECT_EQ(Latin("فاطمة"), "FAXTTMXAH");
  EXPECT_EQ(Latin("فاطمة الزهراء"), "FAXTTMXAH<ALZHRAXE");
  EXPECT_EQ(Latin("ّ"), "");  // a shadda with nothing to double
}

TEST(LatinName, RefusesDigitsAndScriptsWithoutATable) {
  EXPECT_EQ(Latin("Juan 3rd"), "digit_in_name");
  EXPECT_EQ(Latin("มะลิ"), "untransliterable");
  EXPECT_EQ(Latin("李"), "untransliterable");
  EXPECT_EQ(Latin("Ω"), "untransliterable");
}

TEST(LatinName, IsNeverTruncated) {
  EXPECT_EQ(Latin(std::string(128, 'a')), std::string(128, 'A'));
  EXPECT_EQ(Latin(std::string(129, 'a')), "too_long");
  std::string umlauts;
  for (int i = 0; i < 65; ++i) umlauts += "Ä";
  EXPECT_EQ(Latin(umlauts), "too_long");  // 130 bytes as text, 130 letters of A-Z
}

TEST(PersonName, ASingleNameIsTheFamilyName) {
  const auto one = CanonicalPersonName("", "Sukarti");
  EXPECT_EQ(one->family_latin, "SUKARTI");
  EXPECT_EQ(one->given_latin, "");
  const auto two = CanonicalPersonName("Коваленко", "Ганна", "uk");
  EXPECT_EQ(two->family_latin, "KOVALENKO");
  EXPECT_EQ(two->given_latin, "HANNA");
  EXPECT_EQ(CanonicalPersonName("-", "'").reject(), RejectCode::kNoName);
  EXPECT_EQ(CanonicalPersonName("Li", "มะลิ").reject(), RejectCode::kUntransliterable);
}

}  // namespace
}  // namespace symbolon::identity
