#include "identity/canonical/date.h"

#include <gtest/gtest.h>

namespace symbolon::identity {
namespace {

std::string Date(ByteView value, std::string_view format = "YYYY-MM-DD",
                 Calendar calendar = Calendar::kGregorian) {
  const auto parsed = DateFormat::Parse(format);
  if (!parsed) return "no such format";
  const auto got = CanonicalDate(value, *parsed, calendar);
  return got.ok() ? *got : std::string(ReasonName(got.reject()));
}

std::string Thai(ByteView value, std::string_view format = "DD/MM/YYYY") {
  return Date(value, format, Calendar::kBuddhist);
}

TEST(DateFormat, OnlyUnambiguousFormatsAreTaken) {
  for (const char* good :
       {"YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY", "DD MONTH YYYY", "DD.MM.YYYY", "MM/YYYY", "YYYY", "MRZ"}) {
    EXPECT_TRUE(DateFormat::Parse(good)) << good;
  }
  for (const char* bad : {"", "DD/MM", "DD/YYYY", "DD/MM/YY", "YYYYMMDD", "DD/DD/YYYY", "MM MONTH YYYY",
                          "yyyy-mm-dd", "DD/MM/YYYYY", "%d/%m/%Y", "auto"}) {
    EXPECT_FALSE(DateFormat::Parse(bad)) << bad;
  }
}

TEST(Date, TheDeclaredOrderDecides) {
  EXPECT_EQ(Date("03/04/2024", "DD/MM/YYYY"), "2024-04-03");
  EXPECT_EQ(Date("03/04/2024", "MM/DD/YYYY"), "2024-03-04");
  EXPECT_EQ(Date("2024-04-03", "DD/MM/YYYY"), "bad_date");
}

TEST(Date, MissingPartsAreTheDayThenTheMonth) {
  EXPECT_EQ(Date("08/2023", "DD/MM/YYYY"), "2023-08-XX");
  EXPECT_EQ(Date("08/2023", "MM/DD/YYYY"), "2023-08-XX");
  EXPECT_EQ(Date("2023-08"), "2023-08-XX");
  EXPECT_EQ(Date("1971", "DD/MM/YYYY"), "1971-XX-XX");
  EXPECT_EQ(Date("00/00/1971", "DD/MM/YYYY"), "1971-XX-XX");
  EXPECT_EQ(Date("--/05/1971", "DD/MM/YYYY"), "1971-05-XX");
  EXPECT_EQ(Date("XXXX-XX-XX"), "XXXX-XX-XX");
  EXPECT_EQ(Date("1971-XX-05"), "day_without_month");
  EXPECT_EQ(Date("XXXX-05-XX"), "bad_date");
}

// "12 May 1987" must not be read as December 1987.
TEST(Date, AWordThatIsNotUnderstoodIsNotSkipped) {
  EXPECT_EQ(Date("12 May 1987", "DD/MM/YYYY"), "bad_date");
  EXPECT_EQ(Date("about 1987", "DD/MM/YYYY"), "bad_date");
  EXPECT_EQ(Date("1987-05-12T00:00:00Z"), "bad_date");
  EXPECT_EQ(Date(""), "bad_date");
  EXPECT_EQ(Date("/"), "bad_date");
}

TEST(Date, ImpossibleDaysAndYears) {
  EXPECT_EQ(Date("2023-02-29"), "bad_date");
  EXPECT_EQ(Date("1900-02-29"), "bad_date");
  EXPECT_EQ(Date("2000-02-29"), "2000-02-29");
  EXPECT_EQ(Date("2024-13-01"), "bad_date");
  EXPECT_EQ(Date("1849-12-31"), "year_out_of_range");
  EXPECT_EQ(Date("1850-01-01"), "1850-01-01");
  EXPECT_EQ(Date("2151-01-01"), "year_out_of_range");
  EXPECT_EQ(Date("67-06-05"), "two_digit_year");
  EXPECT_EQ(Date("02024-06-05"), "bad_date");
  EXPECT_EQ(Date("99999999999999999999-01-01"), "bad_date");
}

TEST(Date, BuddhistYearsBeganInAprilUntil2483) {
  EXPECT_EQ(Thai("31/03/2482"), "1940-03-31");
  EXPECT_EQ(Thai("01/04/2483"), "1940-04-01");
  EXPECT_EQ(Thai("31/12/2483"), "1940-12-31");
  EXPECT_EQ(Thai("10/02/2483"), "bad_date");
  EXPECT_EQ(Thai("01/01/2484"), "1941-01-01");
  EXPECT_EQ(Thai("29/02/2567"), "2024-02-29");
  EXPECT_EQ(Thai("05/06/2024"), "year_out_of_range");
}

TEST(Date, ThaiMonthNamesDigitsAndEra) {
  EXPECT_EQ(Thai("๑๒ มกราคม ๒๕๖๗", "DD MONTH YYYY"), "2024-01-12");
  EXPECT_EQ(Thai("12 ม.ค. 2567", "DD MONTH YYYY"), "2024-01-12");
  EXPECT_EQ(Thai("12 มกราคม พ.ศ. 2567", "DD MONTH YYYY"), "2024-01-12");
  EXPECT_EQ(Thai("มกราคม 2567", "DD MONTH YYYY"), "2024-01-XX");
  EXPECT_EQ(Date("12 มกราคม พ.ศ. 2567", "DD MONTH YYYY"),
            "bad_date");  // the calendar is declared, not guessed
}

TEST(MrzDate, CenturyAndUnknownParts) {
  const auto mrz = [](ByteView v, MrzDateKind kind) {
    const auto got = CanonicalMrzDate(v, kind, 2024);
    return got.ok() ? *got : std::string(ReasonName(got.reject()));
  };
  EXPECT_EQ(mrz("240229", MrzDateKind::kBirth), "2024-02-29");
  EXPECT_EQ(mrz("250101", MrzDateKind::kBirth), "1925-01-01");
  EXPECT_EQ(mrz("990101", MrzDateKind::kExpiry), "2099-01-01");
  EXPECT_EQ(mrz("58<<<<", MrzDateKind::kBirth), "1958-XX-XX");
  EXPECT_EQ(mrz("58<<12", MrzDateKind::kBirth), "day_without_month");
  for (const char* bad : {"", "5812", "58121", "58-1-2", "5 1212", "<81212", "581312"}) {
    EXPECT_EQ(mrz(bad, MrzDateKind::kBirth), "bad_date") << bad;
  }
}

TEST(Date, TakenApartOnlyWhenCanonical) {
  const auto full = ParseCanonicalDate("1987-05-12");
  ASSERT_TRUE(full);
  EXPECT_TRUE(full->full());
  EXPECT_EQ(FormatDate(*full), "1987-05-12");
  EXPECT_EQ(FormatDate(*ParseCanonicalDate("1987-XX-XX")), "1987-XX-XX");
  for (const char* bad :
       {"", "1987-05", "1987/05/12", "1987-02-30", "0000-00-00", "1987-5--12", "1987-XX-12"}) {
    EXPECT_FALSE(ParseCanonicalDate(bad)) << bad;
  }
}

}  // namespace
}  // namespace symbolon::identity
