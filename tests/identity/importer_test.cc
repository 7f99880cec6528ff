#include "identity/import/importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace symbolon::identity {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kMapping = R"(
version = 1
record_type = "birth"
[csv]
[placeholders]
values = ["-", "unknown"]
[fields]
registration_number = { column = "no" }
registration_date = { column = "registered" }
family_name = { column = "family" }
given_name = { columns = ["given", "middle"] }
family_name_latin = { column = "family" }
given_name_latin = { columns = ["given", "middle"] }
sex = { column = "sex", values = { boy = "M", girl = "F" } }
birth_date = { column = "born", format = "DD/MM/YYYY", drop_below_year_if = ["estimated", "Y"] }
birth_country = { const = "THA" }
)";
const std::string kHeader = "no,registered,family,given,middle,sex,born,estimated\n";

struct Read {
  std::vector<ImportedRow> rows;

  // "line column reason" of everything refused.
  std::vector<std::string> Refused() const {
    std::vector<std::string> out;
    for (const ImportedRow& row : rows) {
      for (const Refusal& r : row.refusals) {
        EXPECT_EQ(r.line, row.line);
        EXPECT_FALSE(row.record.has_value());
        out.push_back(std::to_string(r.line) + " " + r.column + " " + std::string(r.reason_code()));
      }
    }
    return out;
  }
};

Read Import(const std::string& csv, const std::string& mapping = kMapping) {
  size_t position = 0;
  auto reader = RecordReader::Create(ParseMapping(mapping, "m.toml").value(),
                                     {.fingerprint_key = {}, .current_year = 2024, .test_network = false},
                                     [&](char* buffer, size_t size) -> absl::StatusOr<size_t> {
                                       const size_t n = csv.copy(buffer, size, position);
                                       position += n;
                                       return n;
                                     })
                    .value();
  Read read;
  ImportedRow row;
  while (reader->Next(row).value()) read.rows.push_back(std::move(row));
  EXPECT_FALSE(reader->Next(row).value());
  return read;
}

TEST(Importer, ARowBecomesARecord) {
  const Read read = Import(kHeader + "A-1,2024-01-15,O’Hara,Ana,Lourdes,girl,12/01/2024,N\n");
  ASSERT_THAT(read.Refused(), IsEmpty());
  const ImportedRow& row = read.rows.at(0);
  EXPECT_EQ(row.line, 2u);
  EXPECT_EQ(row.key, "A1");
  EXPECT_THAT(row.warnings, IsEmpty());
  const Record& r = *row.record;
  EXPECT_EQ(r.Get("registration_number"), "A1");
  EXPECT_EQ(r.Get("family_name"), "O’Hara");
  EXPECT_EQ(r.Get("given_name"), "Ana Lourdes");
  EXPECT_EQ(r.Get("family_name_latin"), "OHARA");
  EXPECT_EQ(r.Get("given_name_latin"), "ANA<LOURDES");
  EXPECT_EQ(r.Get("sex"), "F");
  EXPECT_EQ(r.Get("birth_date"), "2024-01-12");
  EXPECT_EQ(r.Get("birth_country"), "THA");
  EXPECT_EQ(r.Get("birth_year"), "2024");  // derived
  EXPECT_EQ(r.Get("late_registration"), "false");
}

TEST(Importer, PlaceholdersAndEmptyCellsAreAbsent) {
  const Read read = Import(kHeader + "1,2024-01-15,-,Mali, unknown ,girl,,\n");
  ASSERT_THAT(read.Refused(), IsEmpty());
  const Record& r = *read.rows.at(0).record;
  EXPECT_FALSE(r.values[0].has_value());
  EXPECT_EQ(r.Get("given_name"), "Mali");
  EXPECT_EQ(r.Get("family_name_latin"), "MALI");  // a mononym
  EXPECT_FALSE(r.values[3].has_value());
  EXPECT_FALSE(r.values[4].has_value());
}

TEST(Importer, AnEstimatedDateKeepsTheYear) {
  const Read read =
      Import(kHeader + "1,2024-01-15,A,B,,boy,01/01/1996,Y\n2,2024-01-15,A,B,,boy,01/01/1996,N\n");
  EXPECT_EQ(read.rows.at(0).record->Get("birth_date"), "1996-XX-XX");
  EXPECT_EQ(read.rows.at(1).record->Get("birth_date"), "1996-01-01");
}

TEST(Importer, EveryRefusalOfARowIsReportedWithItsColumn) {
  const Read read = Import(kHeader +
                           "1,2024-02-30,A4,B\x01,,man,30/02/2024,\n"
                           "2,,,,,,,\n"
                           ",2024-01-15,A,B,,boy,,\n");
  EXPECT_THAT(read.Refused(), ElementsAre("2 given bad_character", "2 family digit_in_name",
                                          "2 given bad_character", "2 born bad_date", "2 sex unknown_value",
                                          "2 registered bad_date", "3 family no_name", "3 sex missing_value",
                                          "3 registered missing_value", "4 no missing_value"));
}

TEST(Importer, NoReportHoldsAValue) {
  const Read read =
      Import(kHeader + "SECRET1,SECRET2,SECRET3,SECRET4\x01,SECRET5,SECRET6,SECRET7,SECRET8\nSECRET9\n");
  for (const std::string& refused : read.Refused())
    EXPECT_EQ(refused.find("SECRET"), std::string::npos) << refused;
  EXPECT_EQ(read.rows.size(), 2u);
}

TEST(Importer, RepeatedKeysAreFoundInCanonicalForm) {
  const std::string rest = ",2024-01-15,A,B,,boy,,\n";
  EXPECT_THAT(Import(kHeader + "A-1" + rest + "A-2" + rest + "a 1" + rest).Refused(),
              ElementsAre("4 no duplicate_key"));
}

TEST(Importer, ShortAndLongRows) {
  EXPECT_THAT(Import(kHeader + "1,2024-01-15\n1,2024-01-15,A,B,,boy,,,\n").Refused(),
              ElementsAre("2  wrong_column_count", "3  wrong_column_count"));
}

TEST(Importer, HeadersAreChecked) {
  EXPECT_THAT(Import("").Refused(), ElementsAre("1  empty_file"));
  EXPECT_THAT(Import("\xEF\xBB\xBF\r\n").Refused(), ElementsAre("1  empty_file"));
  EXPECT_THAT(Import("no,registered,family,middle,sex,born\n1,2\n").Refused(),
              ElementsAre("1 given missing_column", "1 estimated missing_column"));
  EXPECT_THAT(Import("no,no,,\n").Refused(), ElementsAre("1 no duplicate_column"));
  EXPECT_THAT(Import("a,b\x01\n").Refused(), ElementsAre("1 column 2 bad_character"));
  EXPECT_THAT(Import("\"no\n").Refused(), ElementsAre("1  bad_quoting"));
  EXPECT_THAT(Import(kHeader).Refused(), IsEmpty());
}

TEST(Importer, ColumnNamesAreComparedInCanonicalForm) {
  std::string header = kHeader;
  header.replace(header.find("family"), 6, "\" family\u200b \"");
  EXPECT_THAT(Import(header + "1,2024-01-15,A,B,,boy,,\n").Refused(), IsEmpty());
}

TEST(Importer, QuotesNewlinesAndUnmappedColumns) {
  const Read read = Import(
      "title,no,registered,family,given,middle,sex,born,estimated\r\n"
      "Dr,1,2024-01-15,\"D'Arc, \"\"Jo\"\"\",\"Jeanne\r\nMarie\",,girl,,\r\n"
      "Mr,2,2024-01-15,A4,B,,boy,,\r\n");
  EXPECT_THAT(read.Refused(), ElementsAre("4 family digit_in_name"));
  EXPECT_EQ(read.rows.at(0).record->Get("family_name"), "D'Arc, \"Jo\"");
  EXPECT_EQ(read.rows.at(0).record->Get("given_name"), "Jeanne Marie");
  EXPECT_EQ(read.rows.at(0).record->Get("family_name_latin"), "DARC<JO");
}

TEST(Importer, UnreadableRowsNameTheColumn) {
  const std::string huge(10u << 20, 'x');
  const Read read = Import(kHeader + "1,2024-01-15," + huge + ",B,,boy,,\n2,2024-01-15,a\"b,B,,boy,,\n" +
                           std::string("3,2024-01-15,A,B\0,,boy,,\n", 25) + "4,2024-01-15,A,B,,boy,,\n");
  EXPECT_THAT(read.Refused(),
              ElementsAre("2 family field_too_long", "3 family bad_quoting", "4 given bad_character"));
  EXPECT_TRUE(read.rows.at(3).ok());
}

TEST(Importer, ABadByteEndsTheFile) {
  const Read read =
      Import(kHeader + "1,2024-01-15,A,B,,boy,,\n2,2024-01-15,\xff,B,,boy,,\n3,2024-01-15,A,B,,boy,,\n");
  EXPECT_THAT(read.Refused(), ElementsAre("3  bad_encoding"));
  EXPECT_EQ(read.rows.size(), 2u);
}

// Doc 9303 prefers the registered Latin form; without one, only a name in Latin letters, or in letters of a
// declared language, has one.
TEST(Importer, TheLatinFormOfANameThatIsRegisteredInOneColumnOnly) {
  std::string plain = kMapping;
  for (const char* line : {"family_name_latin = { column = \"family\" }\n",
                           "given_name_latin = { columns = [\"given\", \"middle\"] }\n"}) {
    plain.erase(plain.find(line), std::string(line).size());
  }
  const std::string rows =
      kHeader +
      "1,2024-01-15,Nguyễn,Văn,,boy,,\n2,2024-01-15,Коваленко,Ганна,,girl,,\n3,2024-01-15,ใจดี,กานต์,,boy,,\n";
  const Read read = Import(rows, plain);
  ASSERT_THAT(read.Refused(), IsEmpty());
  EXPECT_EQ(read.rows[0].record->Get("family_name_latin"), "NGUYEN");
  EXPECT_FALSE(read.rows[1].record->values[2].has_value());
  EXPECT_THAT(read.rows[1].warnings, ElementsAre(Refusal{3, "family_name_latin", RejectCode::kNeedsLatin}));
  EXPECT_THAT(read.rows[2].warnings, ElementsAre(Refusal{4, "family_name_latin", RejectCode::kNeedsLatin}));
  std::string declared = plain;
  declared.replace(declared.find("{ column = \"family\" }"), 21, "{ column = \"family\", lang = \"uk\" }");
  const Read ukrainian = Import(rows, declared);
  EXPECT_EQ(ukrainian.rows[1].record->Get("given_name_latin"), "HANNA");
  EXPECT_THAT(ukrainian.rows[2].warnings.size(), 1u);
}

TEST(Importer, DatesOfAnMrz) {
  std::string mrz = kMapping;
  mrz.replace(mrz.find("DD/MM/YYYY"), 10, "MRZ");
  EXPECT_EQ(Import(kHeader + "1,2024-01-15,A,B,,boy,8705<<,\n", mrz).rows.at(0).record->Get("birth_date"),
            "1987-05-XX");
}

TEST(Importer, AConvertedEncoding) {
  std::string thai = kMapping;
  thai.replace(thai.find("[csv]\n"), 6, "[csv]\nencoding = \"windows-874\"\n");
  thai.replace(thai.find("family_name_latin = { column = \"family\" }"), 41, "");
  thai.replace(thai.find("given_name_latin = { columns = [\"given\", \"middle\"] }"), 52, "");
  const Read read = Import(
      kHeader + "1,2024-01-15,\xe3\xa8\xb4\xd5,\xa1\xd2\xb9,,boy,,\n2,2024-01-15,\xfc,B,,boy,,\n", thai);
  EXPECT_EQ(read.rows.at(0).record->Get("family_name"), "ใจดี");
  EXPECT_THAT(read.Refused(), ElementsAre("3  bad_encoding"));
}

TEST(Importer, RandomBytesNeverCrash) {
  std::mt19937_64 random(11);
  const std::string good =
      kHeader + "1,2024-01-15,Jaidee,Somchai,,boy,12/01/2024,N\n2,2024-01-16,กานต์,Li,,girl,13/01/2024,Y\n";
  for (int i = 0; i < 3000; ++i) {
    std::string broken = good;
    for (size_t n = 1 + random() % 4; n > 0; --n)
      broken[random() % broken.size()] = static_cast<char>(random() % 256);
    for (const ImportedRow& row : Import(broken).rows) EXPECT_EQ(row.record.has_value(), row.ok());
  }
}

TEST(KeyIndex, KnowsWhatItHasSeenUnderItsKey) {
  KeyIndex index({1, 2, 3});
  EXPECT_TRUE(index.Insert("A1"));
  EXPECT_TRUE(index.Insert("A2"));
  EXPECT_TRUE(index.Insert(""));
  EXPECT_FALSE(index.Insert("A1"));
  EXPECT_EQ(index.size(), 3u);
}

}  // namespace
}  // namespace symbolon::identity
