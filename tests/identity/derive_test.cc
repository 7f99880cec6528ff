#include "identity/derive.h"

#include <gtest/gtest.h>

#include <map>

namespace symbolon::identity {
namespace {

Record Make(const char* type, const std::map<std::string, std::string>& values) {
  Record record(*FindRecordType(type));
  for (const auto& [name, value] : values) record.values[FindSlot(*record.type, name)->number] = value;
  Derive(record);
  return record;
}

TEST(Derive, ABirth) {
  const Record r = Make("birth", {{"birth_date", "2024-01-12"},
                                  {"registration_date", "2024-01-15"},
                                  {"mother_given_name", "สมหญิง"},
                                  {"father_family_name_latin", "JAIDEE"}});
  EXPECT_EQ(r.Get("birth_year"), "2024");
  EXPECT_EQ(r.Get("late_registration"), "false");
  EXPECT_EQ(r.Get("parents_known"), "both");
  EXPECT_EQ(r.Get("adult_from"), "2042-01-12");
}

TEST(Derive, ALeaplingIsAdultOnTheFirstOfMarch) {
  EXPECT_EQ(Make("birth", {{"birth_date", "2024-02-29"}}).Get("adult_from"), "2042-03-01");
}

TEST(Derive, ParentsKnown) {
  EXPECT_EQ(Make("birth", {}).Get("parents_known"), "none");
  EXPECT_EQ(Make("birth", {{"mother_family_name", "x"}}).Get("parents_known"), "mother");
  EXPECT_EQ(Make("birth", {{"father_given_name_latin", "X"}}).Get("parents_known"), "father");
  EXPECT_EQ(Make("birth", {{"mother_nationality", "THA"}}).Get("parents_known"), "none");
}

TEST(Derive, LateMeansMoreThan365DaysOrNotFullyKnown) {
  const auto late = [](const char* birth) {
    return std::string(
        Make("birth", {{"birth_date", birth}, {"registration_date", "2023-06-06"}}).Get("late_registration"));
  };
  EXPECT_EQ(late("2022-06-06"), "false");
  EXPECT_EQ(late("2022-06-05"), "true");
  EXPECT_EQ(late("2023-06-XX"), "true");
  EXPECT_EQ(late("XXXX-XX-XX"), "true");
  EXPECT_EQ(Make("birth", {{"registration_date", "2023-06-06"}}).Get("late_registration"), "");
}

TEST(Derive, APartialDateGivesTheYearAndNothingMore) {
  const Record r = Make("birth", {{"birth_date", "1987-05-XX"}});
  EXPECT_EQ(r.Get("birth_year"), "1987");
  EXPECT_EQ(r.Get("adult_from"), "");
  EXPECT_EQ(Make("birth", {{"birth_date", "XXXX-XX-XX"}}).Get("birth_year"), "");
}

TEST(Derive, OverAnAgeAtIssueIsTrueFalseOrUnknown) {
  const auto over = [](const char* birth, const char* slot = "over_18_at_issue") {
    return std::string(
        Make("identity_document", {{"birth_date", birth}, {"issue_date", "2024-11-01"}}).Get(slot));
  };
  EXPECT_EQ(over("2006-11-01"), "true");
  EXPECT_EQ(over("2006-11-02"), "false");
  EXPECT_EQ(over("2006-10-XX"), "true");
  EXPECT_EQ(over("2006-11-XX"), "");  // 1 November would be 18, 2 November not
  EXPECT_EQ(over("2006-12-XX"), "false");
  EXPECT_EQ(over("2005-XX-XX"), "true");
  EXPECT_EQ(over("2006-XX-XX"), "");
  EXPECT_EQ(over("2007-XX-XX"), "false");
  EXPECT_EQ(over("XXXX-XX-XX"), "");
  EXPECT_EQ(over("2006-11-02", "over_15_at_issue"), "true");
  EXPECT_EQ(over("2006-11-02", "over_21_at_issue"), "false");
  EXPECT_EQ(over("2004-02-29", "over_21_at_issue"), "false");
}

TEST(Derive, WithoutAnIssueDateThereIsNoAgeAtIssue) {
  EXPECT_EQ(Make("travel_document", {{"birth_date", "1990-01-01"}}).Get("over_18_at_issue"), "");
  EXPECT_EQ(Make("travel_document", {{"birth_date", "1990-01-01"}, {"issue_date", "2024-01-01"}})
                .Get("over_18_at_issue"),
            "true");
}

TEST(Derive, AProtectionStatusCountsFromTheGrant) {
  EXPECT_EQ(Make("protection_status", {{"birth_date", "1987-05-XX"}, {"granted_date", "2023-06-06"}})
                .Get("over_18_at_issue"),
            "true");
}

TEST(Derive, ADeath) {
  const Record r = Make("death", {{"birth_date", "1938-02-15"}, {"death_date", "2024-01-30"}});
  EXPECT_EQ(r.Get("age_at_death"), "85");
  EXPECT_EQ(r.Get("death_year"), "2024");
  EXPECT_EQ(r.Get("birth_year"), "1938");
  EXPECT_EQ(Make("death", {{"birth_date", "1938-02-XX"}, {"death_date", "2024-01-30"}}).Get("age_at_death"),
            "");
  EXPECT_EQ(Make("death", {{"birth_date", "2024-02-15"}, {"death_date", "2024-01-30"}}).Get("age_at_death"),
            "");
}

TEST(Derive, AMarriage) {
  const auto both = [](const char* two, const char* on) {
    return std::string(
        Make("marriage",
             {{"party_1_birth_date", "1990-01-01"}, {"party_2_birth_date", two}, {"marriage_date", on}})
            .Get("both_over_18"));
  };
  EXPECT_EQ(both("2006-02-14", "2024-02-14"), "true");
  EXPECT_EQ(both("2006-02-15", "2024-02-14"), "false");
  EXPECT_EQ(both("2000-XX-XX", "2024-02-14"), "");
  EXPECT_EQ(both("2000-01-01", "2024-02-XX"), "");
  EXPECT_EQ(Make("marriage", {{"marriage_date", "2024-02-XX"}}).Get("marriage_year"), "2024");
}

TEST(Derive, WhatWasTypedIntoADerivedSlotIsReplaced) {
  const Record r = Make("identity_document", {{"over_18_at_issue", "true"}, {"birth_year", "1900"}});
  EXPECT_EQ(r.Get("over_18_at_issue"), "");
  EXPECT_EQ(r.Get("birth_year"), "");
}

}  // namespace
}  // namespace symbolon::identity
