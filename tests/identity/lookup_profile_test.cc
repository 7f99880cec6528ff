#include "identity/canonical/lookup_profile.h"

#include <gtest/gtest.h>

#include <map>

#include "base/text_encoding.h"

namespace symbolon::identity {
namespace {

using Attributes = std::map<std::string, std::string, std::less<>>;

std::optional<std::vector<Bytes>> Fields(const char* profile, const Attributes& attributes) {
  return LookupFields(*FindLookupProfile(profile), [&](std::string_view name) -> ByteView {
    const auto found = attributes.find(name);
    return found == attributes.end() ? ByteView() : found->second;
  });
}

const Attributes kAyesha = {{"family_name_latin", "RAHMAN"}, {"given_name_latin", "AYESHA<SIDDIKA"},
                            {"birth_date", "2023-08-05"},    {"sex", "F"},
                            {"birth_country", "BGD"},        {"birth_subdivision", "BD-13"}};

TEST(LookupProfile, IdsAreFixed) {
  const std::pair<const char*, int> ids[] = {{"strict", 1},   {"no_place", 2},        {"short_name", 3},
                                             {"name_set", 4}, {"birth_year_only", 5}, {"parents", 6},
                                             {"document", 7}, {"personal_number", 8}};
  for (const auto& [name, id] : ids) {
    EXPECT_EQ(FindLookupProfile(name)->id, id);
    EXPECT_EQ(FindLookupProfile(static_cast<uint16_t>(id))->name, name);
  }
  EXPECT_EQ(FindLookupProfile("nationality"), nullptr);
  EXPECT_EQ(FindLookupProfile(uint16_t{0}), nullptr);
}

TEST(LookupProfile, FieldsOfAPerson) {
  EXPECT_EQ(*Fields("short_name", kAyesha),
            (std::vector<Bytes>{"RAHMAN", "AYESHA", "2023-08-05", "F", "BGD"}));
  EXPECT_EQ(*Fields("name_set", kAyesha), (std::vector<Bytes>{"AYESHA<RAHMAN<SIDDIKA", "2023-08-05"}));
  EXPECT_EQ(*Fields("birth_year_only", kAyesha),
            (std::vector<Bytes>{"RAHMAN", "AYESHA<SIDDIKA", "2023", "F", "BGD"}));
}

TEST(LookupProfile, TheWholeInputOfOnePerson) {
  const LookupProfile& profile = *FindLookupProfile("no_place");
  EXPECT_EQ(ToHex(LookupInput(profile, *Fields("no_place", kAyesha))),
            "001273796d626f6c6f6e2f6c6f6f6b75702f763100086e6f5f706c61636500065241484d414e000e4159455348413c53"
            "494444494b41"
            "000a323032332d30382d3035000146");
}

TEST(LookupProfile, OrderAndSplitOfNamesDoNotMatterInANameSet) {
  Attributes other = kAyesha;
  other["family_name_latin"] = "SIDDIKA<RAHMAN";
  other["given_name_latin"] = "AYESHA";
  EXPECT_EQ(Fields("name_set", kAyesha), Fields("name_set", other));
}

TEST(LookupProfile, APartialDateGivesOnlyTheYear) {
  Attributes partial = kAyesha;
  partial["birth_date"] = "2023-08-XX";
  for (const char* exact : {"strict", "no_place", "short_name", "name_set"})
    EXPECT_FALSE(Fields(exact, partial)) << exact;
  EXPECT_EQ(Fields("birth_year_only", partial)->at(2), "2023");
  partial["birth_date"] = "XXXX-XX-XX";
  EXPECT_FALSE(Fields("birth_year_only", partial));
}

TEST(LookupProfile, AMononymHasNoGivenNameAndAFatherMayBeUnknown) {
  Attributes mononym = kAyesha;
  mononym.erase("given_name_latin");
  EXPECT_EQ(Fields("no_place", mononym)->at(1), "");
  EXPECT_EQ(Fields("name_set", mononym)->at(0), "RAHMAN");
  Attributes child = kAyesha;
  EXPECT_FALSE(Fields("parents", child));
  child["mother_family_name_latin"] = "AKTER";
  EXPECT_TRUE(Fields("parents", child));
  child.erase("family_name_latin");
  EXPECT_FALSE(Fields("no_place", child));
}

TEST(LookupProfile, ATravelDocumentIsFoundByItsIssuingState) {
  Record passport(*FindRecordType("travel_document"));
  passport.values[13] = "VNM";
  passport.values[14] = "X9007001";
  const auto inputs = LookupInputs(*FindLookupProfile("document"), passport);
  ASSERT_EQ(inputs.size(), 1u);
  EXPECT_EQ(inputs[0], LookupInput(*FindLookupProfile("document"), {"VNM", "X9007001"}));
}

TEST(LookupProfile, EachPartyOfAMarriageCanBeFound) {
  Record marriage(*FindRecordType("marriage"));
  const std::pair<int, const char*> values[] = {{2, "JAIDEE"}, {3, "SOMCHAI"}, {4, "1990-01-02"},
                                                {5, "M"},      {11, "MALI"},   {13, "1991-03-04"},
                                                {14, "F"}};
  for (const auto& [slot, value] : values) marriage.values[slot] = value;
  const LookupProfile& profile = *FindLookupProfile("no_place");
  EXPECT_EQ(LookupInputs(profile, marriage),
            (std::vector<Bytes>{LookupInput(profile, {"JAIDEE", "SOMCHAI", "1990-01-02", "M"}),
                                LookupInput(profile, {"MALI", "", "1991-03-04", "F"})}));
  EXPECT_TRUE(LookupInputs(*FindLookupProfile("strict"), marriage).empty());
}

// They would let an asker test what somebody is.
TEST(LookupProfile, NoneAsksForNationalityOrStatus) {
  for (const LookupProfile& profile : AllLookupProfiles()) {
    for (const std::string_view field : profile.fields) {
      for (const char* never : {"nationality", "status_kind", "former_habitual_residence", "case_number"})
        EXPECT_NE(field, never);
    }
  }
}

}  // namespace
}  // namespace symbolon::identity
