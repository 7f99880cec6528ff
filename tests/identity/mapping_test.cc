#include "identity/import/mapping.h"

#include <gtest/gtest.h>

#include <random>

namespace symbolon::identity {
namespace {

const std::string kHead = "version = 1\nrecord_type = \"birth\"\n[csv]\n[fields]\n";
const std::string kKey = "registration_number = { column = \"no\" }\n";

std::string Error(const std::string& toml) {
  const auto mapping = ParseMapping(toml, "m.toml");
  return mapping.ok() ? "ok" : std::string(mapping.status().message());
}

// The error of one field beside a good key; the field is on line 6.
std::string FieldError(const std::string& field) {
  return Error(kHead + kKey + field + "\n");
}

TEST(Mapping, DefaultsAreUtf8CommaAndTheTypesOwnKey) {
  const Mapping m = ParseMapping(kHead + kKey, "m.toml").value();
  EXPECT_EQ(m.type->name, "birth");
  EXPECT_EQ(m.type->version, 1);
  EXPECT_EQ(m.encoding, "utf-8");
  EXPECT_EQ(m.delimiter, ',');
  EXPECT_EQ(m.key->name, "registration_number");
  ASSERT_EQ(m.fields.size(), 1u);
  EXPECT_EQ(m.fields[0].columns, std::vector<std::string>{"no"});
}

TEST(Mapping, EverySetting) {
  const Mapping m = ParseMapping(
                        "version = 1\nrecord_type = \"protection_status\"\nrecord_version = 1\n"
                        "[csv]\nencoding = \"windows-874\"\ndelimiter = \"\\t\"\nkey = \"case_number\"\n"
                        "[placeholders]\nvalues = [\"-\", \" n/a \"]\n"
                        "[fields]\n"
                        "case_number = { column = \"case\" }\n"
                        "given_name = { columns = [\"a\", \"b\"], join = \", \", lang = \"uk\" }\n"
                        "birth_date = { column = \"dob\", format = \"DD/MM/YYYY\", calendar = \"buddhist\", "
                        "drop_below_year_if = [\"est\", \"Y\"] }\n"
                        "granting_country = { const = \"THA\" }\n"
                        "sex = { column = \"s\", values = { \"ชาย\" = \"M\", \"หญิง\" = \"F\" } }\n",
                        "m.toml")
                        .value();
  EXPECT_EQ(m.delimiter, '\t');
  EXPECT_EQ(m.key->name, "case_number");
  EXPECT_EQ(m.placeholders, (std::vector<std::string>{"-", "n/a"}));
  ASSERT_EQ(m.fields.size(), 5u);
  EXPECT_EQ(m.fields[0].slot->name, "given_name");  // in slot order
  EXPECT_EQ(m.fields[0].join, ", ");
  EXPECT_EQ(m.fields[0].ReportedColumn(), "a+b");
  EXPECT_EQ(m.fields[1].date_format.order(), "DMY");
  EXPECT_EQ(m.fields[1].calendar, Calendar::kBuddhist);
  EXPECT_EQ(m.fields[1].drop_below_year_if->first, "est");
  EXPECT_EQ(m.fields[2].values->at("ชาย"), "M");
  EXPECT_EQ(m.fields[4].constant, "THA");
}

TEST(Mapping, ErrorsNameFileLineAndField) {
  EXPECT_EQ(FieldError("colour = { column = \"c\" }"),
            "m.toml, line 6, field fields.colour: is not a slot of birth");
  EXPECT_EQ(FieldError("birth_date = { column = \"c\", fromat = \"x\" }"),
            "m.toml, line 6, field fields.birth_date.fromat: is not known here");
  EXPECT_EQ(Error("version = 1\nrecord_type = \"birht\"\n"),
            "m.toml, line 2, field record_type: is not a record type; known are birth, death, marriage, "
            "identity_document, travel_document, protection_status");
  EXPECT_EQ(Error("version = 2\n"), "m.toml, line 1, field version: must be from 1 to 1");
  EXPECT_EQ(Error("version = 1\nrecord_type = \"birth\"\nrecord_version = 2\n"),
            "m.toml, line 3, field record_version: the newest version is 1");
  EXPECT_EQ(Error(kHead + "sex = { const = \"M\" }\n").substr(0, 14),
            "m.toml, line 4");  // the key is not mapped
}

TEST(Mapping, DerivedAndReservedSlotsAreNeverMapped) {
  EXPECT_NE(FieldError("birth_year = { column = \"c\" }").find("is derived"), std::string::npos);
  EXPECT_NE(Error("version = 1\nrecord_type = \"death\"\n[csv]\n[fields]\n" + kKey +
                  "reserved_30 = { column = \"c\" }\n")
                .find("is reserved"),
            std::string::npos);
}

TEST(Mapping, SettingsThatDoNotFitTheSlotAreRefused) {
  for (const char* bad : {"sex = { column = \"c\", format = \"YYYY\" }",
                          "sex = { column = \"c\", calendar = \"buddhist\" }",
                          "sex = { column = \"c\", lang = \"uk\" }",
                          "sex = { column = \"c\", encoding = \"hex\" }",
                          "sex = { column = \"c\", join = \",\" }",
                          "sex = { column = \"c\", columns = [\"d\"] }",
                          "sex = { }",
                          "sex = { columns = [] }",
                          "sex = { const = \"\" }",
                          "sex = { const = \"Z\" }",
                          "sex = { column = \"\" }",
                          "sex = { column = 7 }",
                          "sex = 7",
                          "sex = { column = \"c\", values = { a = \"Z\" } }",
                          "sex = { column = \"c\", values = { a = 1 } }",
                          "sex = { const = \"M\", values = { a = \"M\" } }",
                          "birth_date = { column = \"c\", format = \"DD/MM/YY\" }",
                          "birth_date = { column = \"c\", calendar = \"hijri\" }",
                          "birth_date = { column = \"c\", drop_below_year_if = [\"a\"] }",
                          "registration_date = { column = \"c\", drop_below_year_if = [\"a\", \"b\"] }",
                          "registration_date = { const = \"2024-01-XX\" }",
                          "family_name_latin = { column = \"c\", lang = \"ukr\" }",
                          "family_name = { column = \"c\", values = { \"a\" = \"x\", \" a \" = \"y\" } }"}) {
    EXPECT_EQ(FieldError(bad).substr(0, 14), "m.toml, line 6") << bad << ": " << FieldError(bad);
  }
  EXPECT_NE(
      Error(
          "version = 1\nrecord_type = \"travel_document\"\n[csv]\n[fields]\ndg1_hash = { column = \"c\" }\n")
          .find("hex"),
      std::string::npos);
}

TEST(Mapping, CsvSettingsAreChecked) {
  for (const char* bad : {"encoding = \"utf-7\"", "encoding = 8", "delimiter = \"|\"", "delimiter = \",,\"",
                          "key = \"none\"", "quote = \"'\""}) {
    EXPECT_EQ(
        Error("version = 1\nrecord_type = \"birth\"\n[csv]\n" + std::string(bad) + "\n[fields]\n" + kKey)
            .substr(0, 14),
        "m.toml, line 4")
        << bad;
  }
}

TEST(Mapping, RandomTextNeverCrashes) {
  std::mt19937_64 random(3);
  const std::string good = kHead + kKey + "birth_date = { column = \"c\", format = \"DD/MM/YYYY\" }\n";
  for (int i = 0; i < 2000; ++i) {
    std::string broken = good;
    for (size_t n = 1 + random() % 3; n > 0; --n)
      broken[random() % broken.size()] = static_cast<char>(random() % 256);
    const auto mapping = ParseMapping(broken, "m.toml");
    if (!mapping.ok()) {
      EXPECT_EQ(mapping.status().message().substr(0, 6), "m.toml");
    }
  }
}

}  // namespace
}  // namespace symbolon::identity
