// Countries, subdivisions, sex, numbers, bytes.

#include <gtest/gtest.h>

#include "identity/canonical/country.h"
#include "identity/canonical/hex_bytes.h"
#include "identity/canonical/iso3166.h"
#include "identity/canonical/number.h"
#include "identity/canonical/sex.h"
#include "identity/canonical/subdivision.h"

namespace symbolon::identity {
namespace {

std::string Shown(const Canonical<Bytes>& got) {
  return got.ok() ? *got : std::string(ReasonName(got.reject()));
}

TEST(Country, TwoAndThreeLettersOfIso) {
  EXPECT_EQ(Shown(CanonicalCountry("th")), "THA");
  EXPECT_EQ(Shown(CanonicalCountry(" Tha ")), "THA");
  EXPECT_EQ(Shown(CanonicalCountry("SS")), "SSD");
  EXPECT_EQ(Shown(CanonicalCountry("ＴＨＡ")), "bad_country");
  for (const char* bad : {"", "T", "ZZ", "ZZZ", "Thailand", "764", "THAI", "<"}) {
    EXPECT_EQ(Shown(CanonicalCountry(bad)), "bad_country") << bad;
  }
}

TEST(Country, TravelDocumentCodes) {
  for (const char* kept : {"XXA", "XXB", "XXC", "XXX", "GBD", "UNO", "XOM", "EUE", "RKS"}) {
    EXPECT_EQ(Shown(CanonicalCountry(kept)), kept);
  }
  EXPECT_EQ(Shown(CanonicalCountry("D<<")), "DEU");
  EXPECT_EQ(Shown(CanonicalCountry("ZAR")), "COD");
  EXPECT_EQ(Shown(CanonicalCountry("QU")), "XXX");
  EXPECT_EQ(Shown(CanonicalCountry("xk")), "RKS");
}

TEST(Country, CountriesOfThePastOnlyAsBirthCountry) {
  EXPECT_EQ(Shown(CanonicalCountry("SUN")), "bad_country");
  for (const char* past : {"SUN", "YUG", "CSK", "DDR", "SCG", "ANT"}) {
    EXPECT_EQ(Shown(CanonicalCountry(past, {.former_allowed = true})), past);
  }
}

TEST(Country, UtopiaOnlyOnATestNetwork) {
  EXPECT_EQ(Shown(CanonicalCountry("UTO")), "bad_country");
  EXPECT_EQ(Shown(CanonicalCountry("UTO", {.test_network = true})), "UTO");
  EXPECT_EQ(Shown(CanonicalCountry("ut", {.test_network = true})), "UTO");
}

TEST(Country, EveryAlpha2HasItsAlpha3) {
  int known = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      const auto alpha3 = Alpha3Of(std::string{a, b});
      if (!alpha3) continue;
      ++known;
      EXPECT_TRUE(IsAlpha3(*alpha3));
      EXPECT_EQ(Shown(CanonicalCountry(std::string{a, b})), *alpha3);
      EXPECT_EQ(Shown(CanonicalCountry(*alpha3)), *alpha3);
    }
  }
  EXPECT_EQ(known, 249);
}

TEST(Subdivision, CountryHyphenCode) {
  EXPECT_EQ(Shown(CanonicalSubdivision(" th-10 ")), "TH-10");
  EXPECT_EQ(Shown(CanonicalSubdivision("PH-CEB")), "PH-CEB");
  for (const char* bad : {"", "TH", "TH-", "TH10", "ZZ-10", "TH-1000", "T-10", "TH-ก", "THA-10"}) {
    EXPECT_EQ(Shown(CanonicalSubdivision(bad)), "bad_subdivision") << bad;
  }
}

TEST(Sex, LettersDigitsAndWords) {
  for (const char* m : {"M", "m", "1", "male", "ชาย", "পুরুষ", "Nam", "lalaki", "๑"})
    EXPECT_EQ(Shown(CanonicalSex(m)), "M") << m;
  for (const char* f :
       {"F", "2", "Female", "หญิง", "মহিলা", "\u09ae\u09c7\u09df\u09c7", "Nữ", "nu\u031b\u0303"}) {
    EXPECT_EQ(Shown(CanonicalSex(f)), "F") << f;
  }
  for (const char* x : {"X", "<", "0", "9", "unknown", "other"}) EXPECT_EQ(Shown(CanonicalSex(x)), "X") << x;
  for (const char* bad : {"", "3", "MF", "homme", "-"}) EXPECT_EQ(Shown(CanonicalSex(bad)), "bad_sex") << bad;
}

TEST(Number, PunctuationGoesOtherLettersAreRefused) {
  EXPECT_EQ(Shown(CanonicalNumber("9999-0001/5942")), "999900015942");
  EXPECT_EQ(Shown(CanonicalNumber("๙๑๐-๒๕๖๗")), "9102567");
  EXPECT_EQ(Shown(CanonicalNumber("x9<<")), "X9");
  EXPECT_EQ(Shown(CanonicalNumber("Ａ１")), "A1");
  EXPECT_EQ(Shown(CanonicalNumber("№ 5")), "NO5");
  EXPECT_EQ(Shown(CanonicalNumber("Ñ1")), "bad_character");
  EXPECT_EQ(Shown(CanonicalNumber("-/-")), "bad_number");
  EXPECT_EQ(Shown(CanonicalNumber(std::string(64, '7'))), std::string(64, '7'));
  EXPECT_EQ(Shown(CanonicalNumber(std::string(65, '7'))), "bad_number");
}

TEST(Integer, DecimalWithoutLeadingZeros) {
  EXPECT_EQ(Shown(CanonicalInteger("0007")), "7");
  EXPECT_EQ(Shown(CanonicalInteger("000")), "0");
  EXPECT_EQ(Shown(CanonicalInteger("১২")), "12");
  for (const char* bad : {"", "-1", "+1", "1.5", "1 000", "1e3", "0x1", "1234567890123456789"}) {
    EXPECT_EQ(Shown(CanonicalInteger(bad)), "bad_integer") << bad;
  }
}

TEST(HexBytes, AtMost64) {
  EXPECT_EQ(Shown(CanonicalHexBytes("00Ff")), Bytes("\x00\xff", 2));
  EXPECT_EQ(CanonicalHexBytes(std::string(128, 'a'))->size(), 64u);
  EXPECT_EQ(Shown(CanonicalHexBytes(std::string(130, 'a'))), "too_long");
  for (const char* bad : {"", "0", "0g", "00 ff", "0x00", "00:ff"}) {
    EXPECT_EQ(Shown(CanonicalHexBytes(bad)), "bad_bytes") << bad;
  }
}

}  // namespace
}  // namespace symbolon::identity
