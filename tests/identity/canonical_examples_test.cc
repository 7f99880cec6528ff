// Every published example of a canonical form, and every published input of a look-up.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/text_encoding.h"
#include "identity/canonical/country.h"
#include "identity/canonical/date.h"
#include "identity/canonical/latin_name.h"
#include "identity/canonical/lookup_profile.h"
#include "identity/canonical/number.h"
#include "identity/canonical/sex.h"
#include "identity/canonical/subdivision.h"

namespace symbolon::identity {
namespace {

using Json = nlohmann::json;

Json Published(const std::string& file) {
  std::ifstream in(SYMBOLON_SOURCE_DIR "/samples/" + file);
  return Json::parse(in);
}

Canonical<Bytes> Apply(const Json& example) {
  const std::string form = example["as"];
  const std::string input = example["input"];
  if (form == "name") return CanonicalText(input);
  if (form == "latin_name") return CanonicalLatinName(input, example.value("lang", ""));
  if (form == "sex") return CanonicalSex(input);
  if (form == "country") return CanonicalCountry(input);
  if (form == "number") return CanonicalNumber(input);
  if (form == "subdivision") return CanonicalSubdivision(input);
  if (form == "integer") return CanonicalInteger(input);
  if (form == "date") {
    const auto calendar = example["calendar"] == "buddhist" ? Calendar::kBuddhist : Calendar::kGregorian;
    return CanonicalDate(input, DateFormat::Parse(example["format"].get<std::string>()).value(), calendar);
  }
  EXPECT_EQ(form, "mrz_date");
  const auto kind = example["kind"] == "birth" ? MrzDateKind::kBirth : MrzDateKind::kExpiry;
  return CanonicalMrzDate(input, kind, std::stoi(example["today"].get<std::string>()));
}

TEST(CanonicalExamples, AllComeOutAsPublished) {
  const Json examples = Published("canonical_examples.json");
  ASSERT_GE(examples.size(), 60u);
  for (const Json& example : examples) {
    SCOPED_TRACE(example.dump());
    if (example["as"] == "person_name") {
      const auto name =
          CanonicalPersonName(example["input"][0].get<std::string>(), example["input"][1].get<std::string>());
      ASSERT_TRUE(name.ok());
      EXPECT_EQ(name->family_latin, example["output"][0].get<std::string>());
      EXPECT_EQ(name->given_latin, example["output"][1].get<std::string>());
      continue;
    }
    const Canonical<Bytes> got = Apply(example);
    if (example.contains("reject")) {
      ASSERT_FALSE(got.ok());
      EXPECT_EQ(ReasonName(got.reject()), example["reject"].get<std::string>());
    } else {
      ASSERT_TRUE(got.ok()) << ReasonName(got.reject());
      EXPECT_EQ(*got, example["output"].get<std::string>());
    }
  }
}

// Random values and what a second implementation (samples/canonical.py) makes of them. That one knows Unicode
// 14: characters of 15.0 are left out.
TEST(CanonicalExamples, AgreesWithTheReferenceOnRandomValues) {
  std::ifstream in(SYMBOLON_SOURCE_DIR "/tests/vectors/canonical_differential.json");
  const Json cases = Json::parse(in);
  ASSERT_GE(cases.size(), 3000u);
  for (const Json& example : cases) {
    const Canonical<Bytes> got = Apply(example);
    const std::string shown = got.ok() ? *got : std::string(ReasonName(got.reject()));
    const std::string expected = example.value("output", example.value("reject", ""));
    ASSERT_EQ(got.ok(), example.contains("output")) << example.dump() << " gives " << shown;
    ASSERT_EQ(shown, expected) << example.dump();
  }
}

TEST(CanonicalExamples, LookupProfilesAreThePublishedOnes) {
  const Json published = Published("catalogue.json")["profiles"];
  EXPECT_EQ(AllLookupProfiles().size(), published.size());
  for (const LookupProfile& profile : AllLookupProfiles()) {
    const auto fields = published.at(std::string(profile.name)).get<std::vector<std::string>>();
    EXPECT_TRUE(std::equal(fields.begin(), fields.end(), profile.fields.begin(), profile.fields.end()))
        << profile.name;
  }
}

TEST(CanonicalExamples, LookupInputsHaveThePublishedBytes) {
  size_t checked = 0;
  for (const Json& person : Published("expected_lookup_inputs.json")) {
    for (const auto& [name, expected] : person["profiles"].items()) {
      const LookupProfile* profile = FindLookupProfile(name);
      ASSERT_NE(profile, nullptr);
      const auto fields = expected["fields"].get<std::vector<Bytes>>();
      EXPECT_EQ(ToHex(LookupInput(*profile, fields)), expected["input_hex"].get<std::string>()) << name;
      ++checked;
    }
  }
  EXPECT_GE(checked, 30u);
}

}  // namespace
}  // namespace symbolon::identity
