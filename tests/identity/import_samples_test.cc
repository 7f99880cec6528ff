// The sample files: every good one is read whole, the persons who are in several files give equal look-up
// inputs, and every bad file is refused as samples/README.md says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text_encoding.h"
#include "identity/canonical/lookup_profile.h"
#include "identity/import/importer.h"

namespace symbolon::identity {
namespace {

using testing::ElementsAre;

std::string Contents(const std::string& file) {
  std::ifstream in(SYMBOLON_SOURCE_DIR "/samples/" + file, std::ios::binary);
  EXPECT_TRUE(in.good()) << file;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<ImportedRow> Import(const std::string& csv_file, const std::string& mapping_name) {
  const std::string mapping_file = mapping_name + ".mapping.toml";
  auto mapping = ParseMapping(Contents(mapping_file), mapping_file);
  EXPECT_TRUE(mapping.ok()) << mapping.status();
  const std::string bytes = Contents(csv_file);
  size_t position = 0;
  auto reader =
      RecordReader::Create(*std::move(mapping), {}, [&](char* buffer, size_t size) -> absl::StatusOr<size_t> {
        const size_t n = bytes.copy(buffer, std::min<size_t>(size, 1000), position);
        position += n;
        return n;
      }).value();
  std::vector<ImportedRow> rows;
  ImportedRow row;
  while (reader->Next(row).value()) rows.push_back(std::move(row));
  return rows;
}

std::vector<ImportedRow> Sample(const std::string& name) {
  return Import(name + ".csv", name);
}

const std::map<std::string, size_t> kRowCounts = {{"births_tha", 40},
                                                  {"births_bgd", 40},
                                                  {"identity_documents_phl", 30},
                                                  {"travel_documents_vnm", 10},
                                                  {"protection_status_unhcr", 10}};

TEST(ImportSamples, EveryRowOfEveryFileIsTaken) {
  for (const auto& [name, count] : kRowCounts) {
    const auto rows = Sample(name);
    EXPECT_EQ(rows.size(), count) << name;
    for (const ImportedRow& row : rows) {
      for (const Refusal& r : row.refusals)
        ADD_FAILURE() << name << " line " << r.line << " " << r.column << " " << r.reason_code();
      EXPECT_TRUE(row.warnings.empty()) << name << " line " << row.line;
    }
  }
}

TEST(ImportSamples, SharedPersonsGiveThePublishedLookupInputs) {
  std::map<std::string, std::vector<ImportedRow>> files;
  for (const auto& [name, count] : kRowCounts) files.emplace(name, Sample(name));
  size_t checked = 0;
  for (const auto& person : nlohmann::json::parse(Contents("expected_lookup_inputs.json"))) {
    for (const std::string place : person["in"]) {
      const size_t colon = place.find(':');
      const auto file = files.find(place.substr(0, colon));
      if (file == files.end()) continue;  // JSON exports
      const Record& record = *file->second.at(std::stoul(place.substr(colon + 1)) - 1).record;
      for (const auto& [profile, expected] : person["profiles"].items()) {
        const auto inputs = LookupInputs(*FindLookupProfile(profile), record);
        ASSERT_EQ(inputs.size(), 1u) << place << " " << profile;
        EXPECT_EQ(ToHex(inputs[0]), expected["input_hex"].get<std::string>()) << place << " " << profile;
        ++checked;
      }
    }
  }
  EXPECT_GE(checked, 40u);
}

TEST(ImportSamples, OddThaiRows) {
  const auto rows = Sample("births_tha");
  const auto get = [&](size_t row, const char* slot) {
    return std::string(rows.at(row - 1).record->Get(slot));
  };
  EXPECT_EQ(get(1, "family_name"), "เหงียน");
  EXPECT_EQ(get(1, "late_registration"), "false");
  EXPECT_EQ(get(2, "birth_type"), "twin");
  EXPECT_EQ(get(4, "birth_date"), "1987-05-XX");
  EXPECT_EQ(get(4, "family_name_latin"), "MALI");
  EXPECT_EQ(get(4, "family_name"), "");
  EXPECT_EQ(get(4, "nationality"), "XXA");
  EXPECT_EQ(get(4, "personal_number"), "");
  EXPECT_EQ(get(4, "late_registration"), "true");
  EXPECT_EQ(get(4, "parents_known"), "mother");
  EXPECT_EQ(get(5, "birth_date"), "1957-XX-XX");
  EXPECT_EQ(get(6, "birth_date"), "2024-02-29");
  EXPECT_EQ(get(6, "adult_from"), "2042-03-01");
  EXPECT_EQ(get(7, "family_name_latin"), "NA<CHIANG<MAI");
  EXPECT_EQ(get(7, "given_name_latin"), "ON<ANONG");
  EXPECT_EQ(get(9, "parents_known"), "mother");
  EXPECT_EQ(get(10, "parents_known"), "none");
  EXPECT_EQ(get(11, "birth_date"), "1938-02-15");
  EXPECT_EQ(get(12, "family_name_latin"), "DARTAGNAN");
}

TEST(ImportSamples, OddRowsOfTheOtherFiles) {
  const auto bgd = Sample("births_bgd");
  EXPECT_EQ(bgd.at(0).key, "20239913999000001");
  EXPECT_EQ(bgd.at(1).record->Get("birth_date"), "2019-08-XX");
  EXPECT_EQ(bgd.at(3).record->Get("birth_date"), "1996-11-XX");
  EXPECT_EQ(bgd.at(8).record->Get("given_name_latin"), "MD<ABDUL<QUADER");
  const auto phl = Sample("identity_documents_phl");
  EXPECT_EQ(phl.at(2).record->Get("name_suffix"), "JR.");
  EXPECT_EQ(phl.at(6).record->Get("family_name_latin"), "DUMAGAT");
  EXPECT_EQ(phl.at(6).record->Get("birth_date"), "1970-XX-XX");
  EXPECT_EQ(phl.at(10).record->Get("over_18_at_issue"), "false");
  EXPECT_EQ(phl.at(10).record->Get("expiry_date"), "");
  const auto vnm = Sample("travel_documents_vnm");
  EXPECT_EQ(vnm.at(4).record->Get("birth_date"), "1987-05-XX");
  EXPECT_EQ(vnm.at(5).record->Get("sex"), "X");
  EXPECT_EQ(vnm.at(6).record->Get("given_name_latin"),
            "HUYEN<TRANG<NGOC<DIEM<PHUONG<THAO");  // the MRZ is cut
  EXPECT_EQ(vnm.at(0).record->Get("dg1_hash").size(), 32u);
  EXPECT_EQ(vnm.at(0).record->Get("mrz").size(), 89u);
  const auto unhcr = Sample("protection_status_unhcr");
  EXPECT_EQ(unhcr.at(2).record->Get("birth_date"), "1996-XX-XX");
  EXPECT_EQ(unhcr.at(2).record->Get("given_name"), "Rashida রশিদা");
  EXPECT_EQ(unhcr.at(5).record->Get("family_name_latin"), "KOVALENKO");
  EXPECT_EQ(unhcr.at(5).record->Get("given_name_latin"), "HANNA<IVANIVNA");
  EXPECT_EQ(unhcr.at(8).record->Get("birth_date"), "");
  EXPECT_EQ(unhcr.at(8).record->Get("family_name_latin"), "NDIAYE");
}

// Twins share a date and a family name; they must not be taken for one person.
TEST(ImportSamples, TwinsDifferAndADoubleRegistrationDoesNot) {
  const auto rows = Sample("births_tha");
  const auto inputs = [&](const char* profile, size_t row) {
    return LookupInputs(*FindLookupProfile(profile), *rows.at(row - 1).record);
  };
  EXPECT_NE(inputs("no_place", 2), inputs("no_place", 3));
  EXPECT_EQ(inputs("no_place", 13), inputs("no_place", 14));
  EXPECT_NE(inputs("strict", 13), inputs("strict", 14));
}

std::vector<std::string> Refused(const std::string& file) {
  std::vector<std::string> out;
  for (const ImportedRow& row : Import("bad/" + file, "births_tha")) {
    for (const Refusal& r : row.refusals) {
      out.push_back(std::to_string(r.line) + " " + std::string(r.reason_code()) +
                    (r.column.empty() ? "" : " " + r.column));
    }
  }
  return out;
}

TEST(ImportSamples, BadFilesAreRefusedAsPublished) {
  EXPECT_THAT(Refused("births_bad_encoding.csv"), ElementsAre("1 bad_encoding"));
  EXPECT_THAT(Refused("births_missing_column.csv"), ElementsAre("1 missing_column วันเกิด"));
  EXPECT_THAT(Refused("births_impossible_date.csv"),
              ElementsAre("3 bad_date วันเกิด", "4 bad_date วันเกิด", "5 bad_date วันเกิด",
                          "6 year_out_of_range วันเกิด", "7 bad_date วันเกิด", "8 two_digit_year วันเกิด"));
  EXPECT_THAT(Refused("births_duplicate_number.csv"), ElementsAre("5 duplicate_key เลขทะเบียนเกิด"));
}

}  // namespace
}  // namespace symbolon::identity
