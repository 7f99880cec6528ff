#include "identity/canonical/mrz.h"

#include <gtest/gtest.h>

namespace symbolon::identity {
namespace {

// The specimens of ICAO Doc 9303 parts 4-7.
const std::string kTd3 =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
const std::string kTd1 =
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
const std::string kTd2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
const std::string kMrvA =
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<";
const std::string kMrvB = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<";

std::string Shown(ByteView value) {
  const auto got = CanonicalMrz(value);
  return got.ok() ? *got : std::string(ReasonName(got.reject()));
}

TEST(Mrz, TheSpecimensOfDoc9303) {
  const std::pair<std::string, const char*> specimens[] = {
      {kTd1, "td1"}, {kTd2, "td2"}, {kTd3, "td3"}, {kMrvA, "mrva"}, {kMrvB, "mrvb"}};
  for (const auto& [mrz, format] : specimens) {
    EXPECT_EQ(Shown(mrz), mrz);
    EXPECT_EQ(MrzFormatName(mrz), format);
  }
}

TEST(Mrz, CheckDigitOfDoc9303) {
  EXPECT_EQ(MrzCheckDigit("520727"), '3');
  EXPECT_EQ(MrzCheckDigit("AB2134<<<"), '5');
}

// Doc 9303-5 section 4.2: D23145890734 does not fit in nine positions.
TEST(Mrz, ALongDocumentNumberGoesOnInTheOptionalData) {
  const std::string second = "7408122F1204159UTO<<<<<<<<<<<";
  const std::string first = "I<UTOD23145890<7349<<<<<<<<<<<";
  const std::string composite =
      first.substr(5) + second.substr(0, 7) + second.substr(8, 7) + second.substr(18, 11);
  const std::string mrz =
      first + "\n" + second + MrzCheckDigit(composite) + "\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
  EXPECT_EQ(Shown(mrz), mrz);
  std::string wrong = mrz;
  wrong[18] = '8';
  EXPECT_EQ(Shown(wrong), "bad_check_digit");
}

TEST(Mrz, OneWrongCharacterInAnyCheckedFieldIsFound) {
  for (const std::string& mrz : {kTd3, kTd2}) {
    const size_t line = mrz.find('\n') + 1;
    for (const size_t at : {1u, 9u, 13u, 19u, 21u, 27u}) {
      std::string wrong = mrz;
      wrong[line + at] = wrong[line + at] == '1' ? '2' : '1';
      EXPECT_EQ(Shown(wrong), "bad_check_digit") << at;
    }
  }
}

TEST(Mrz, LineEndsAreOneLineFeedAndNoneAtTheEnd) {
  std::string crlf = kTd3;
  crlf.replace(crlf.find('\n'), 1, "\r\n");
  EXPECT_EQ(Shown(crlf + "\r\n"), kTd3);
  EXPECT_EQ(Shown(kTd3 + "\n\n"), "bad_mrz");
}

TEST(Mrz, OtherShapesAreRefused) {
  EXPECT_EQ(Shown(""), "bad_mrz");
  EXPECT_EQ(Shown("\n\n\n\n\n\n"), "bad_mrz");
  EXPECT_EQ(Shown(kTd3.substr(0, 44)), "bad_mrz");
  EXPECT_EQ(Shown(kTd3.substr(0, 88)), "bad_mrz");
  EXPECT_EQ(Shown(kTd3 + "<"), "bad_mrz");
  EXPECT_EQ(Shown(kTd3 + "\n" + kTd3), "bad_mrz");
  std::string lower = kTd3;
  lower[5] = 'e';
  EXPECT_EQ(Shown(lower), "bad_mrz");
}

}  // namespace
}  // namespace symbolon::identity
