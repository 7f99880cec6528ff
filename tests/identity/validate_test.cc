#include "identity/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "identity/derive.h"

namespace symbolon::identity {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Values = std::map<std::string, std::string>;

Record Make(const char* type, const Values& values) {
  Record record(*FindRecordType(type));
  for (const auto& [name, value] : values) record.values[FindSlot(*record.type, name)->number] = value;
  Derive(record);
  return record;
}

std::vector<std::string> Shown(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& f : findings)
    out.push_back(std::string(f.slot->name) + " " + std::string(ReasonName(f.reason)));
  return out;
}

const Values kBirth = {{"given_name", "มะลิ"},
                       {"family_name_latin", "MALI"},
                       {"sex", "F"},
                       {"registration_number", "957256600004"},
                       {"registration_date", "2023-06-06"}};

Values With(Values values, const std::string& name, const std::string& value) {
  values[name] = value;
  return values;
}

TEST(Validate, AGoodRecordHasNoFindings) {
  const Findings f = Validate(Make("birth", kBirth));
  EXPECT_THAT(Shown(f.errors), IsEmpty());
  EXPECT_THAT(Shown(f.warnings), IsEmpty());
  EXPECT_TRUE(f.ok());
}

TEST(Validate, NamesEveryRequiredSlotThatIsAbsent) {
  const Findings f = Validate(Make("birth", {}));
  EXPECT_THAT(Shown(f.errors),
              ElementsAre("family_name no_name", "sex missing_value", "registration_number missing_value",
                          "registration_date missing_value"));
}

TEST(Validate, WithoutALatinNameARecordIsCommittedButWarnedOf) {
  Values values = kBirth;
  values.erase("family_name_latin");
  const Findings f = Validate(Make("birth", values));
  EXPECT_TRUE(f.ok());
  EXPECT_THAT(Shown(f.warnings), ElementsAre("family_name_latin needs_latin"));
}

TEST(Validate, BothPartiesOfAMarriageHaveNames) {
  const Findings f = Validate(Make("marriage", {{"party_1_given_name", "a"},
                                                {"party_1_sex", "M"},
                                                {"party_2_sex", "F"},
                                                {"registration_number", "1"},
                                                {"registration_date", "2024-02-14"},
                                                {"marriage_date", "2024-02-14"}}));
  EXPECT_THAT(Shown(f.errors), ElementsAre("party_2_family_name no_name"));
  EXPECT_EQ(f.warnings.size(), 2u);
}

TEST(Validate, ReservedSlotsStayAbsent) {
  Record r(*FindRecordType("death"));
  r.values[30] = "x";
  EXPECT_EQ(Shown(Validate(r).errors).back(), "reserved_30 unexpected_value");
}

TEST(Validate, OnlyCanonicalBytesPass) {
  for (const auto& [name, value] : {std::pair{"sex", "female"},
                                    {"given_name", " มะลิ"},
                                    {"family_name_latin", "Mali"},
                                    {"registration_date", "2023-06-XX"},
                                    {"birth_country", "TH"},
                                    {"nationality", "UTO"},
                                    {"personal_number", "9-1"},
                                    {"birth_order", "01"},
                                    {"birth_type", "TWIN"},
                                    {"birth_place", ""}}) {
    EXPECT_THAT(Shown(Validate(Make("birth", With(kBirth, name, value))).errors),
                ElementsAre(std::string(name) + " not_canonical"));
  }
  EXPECT_TRUE(Validate(Make("birth", With(kBirth, "nationality", "UTO")), /*test_network=*/true).ok());
}

const Values kPassport = {
    {"family_name", "Eriksson"},
    {"family_name_latin", "ERIKSSON"},
    {"sex", "F"},
    {"document_code", "P"},
    {"issuing_state", "UTO"},
    {"document_number", "L898902C3"},
    {"expiry_date", "2012-04-15"},
    {"mrz_format", "td3"},
    {"mrz", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"}};

TEST(Validate, AHashNeedsItsAlgorithm) {
  EXPECT_TRUE(Validate(Make("travel_document", kPassport), true).ok());
  const Values hashed = With(kPassport, "dg1_hash", std::string(32, 'h'));
  EXPECT_THAT(Shown(Validate(Make("travel_document", hashed), true).errors),
              ElementsAre("hash_algorithm missing_value"));
  EXPECT_TRUE(Validate(Make("travel_document", With(hashed, "hash_algorithm", "sha256")), true).ok());
}

TEST(Validate, TheMrzIsOfTheFormatItClaims) {
  EXPECT_THAT(Shown(Validate(Make("travel_document", With(kPassport, "mrz_format", "mrva")), true).errors),
              ElementsAre("mrz_format mrz_format_mismatch"));
}

TEST(Validate, NoImageOrTemplateFitsIntoABytesSlot) {
  const Values big =
      With(With(kPassport, "hash_algorithm", "sha256"), "dg2_hash", std::string(10 * 1024, 'i'));
  EXPECT_THAT(Shown(Validate(Make("travel_document", big), true).errors),
              ElementsAre("dg2_hash not_canonical"));
}

}  // namespace
}  // namespace symbolon::identity
