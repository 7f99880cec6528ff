#include "identity/import/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace symbolon::identity {
namespace {

using testing::ElementsAre;

ChunkSource From(std::string bytes, size_t step) {
  auto position = std::make_shared<size_t>(0);
  return [bytes = std::move(bytes), step, position](char* buffer, size_t size) -> absl::StatusOr<size_t> {
    const size_t n = std::min({step, size, bytes.size() - *position});
    bytes.copy(buffer, n, *position);
    *position += n;
    return n;
  };
}

// Every row as "line|field|field", with " !reason@field" where there is a problem.
std::vector<std::string> Rows(const std::string& bytes, char delimiter, size_t step) {
  CsvReader reader(From(bytes, step), TextDecoder::Create("utf-8").value(), delimiter);
  std::vector<std::string> out;
  CsvRow row;
  while (reader.Next(row).value()) {
    std::string shown = std::to_string(row.line);
    for (const std::string& field : row.fields) shown += "|" + field;
    if (row.problem)
      shown = std::to_string(row.line) + " !" + std::string(ReasonName(*row.problem)) + "@" +
              std::to_string(row.problem_field);
    out.push_back(shown);
  }
  return out;
}

std::vector<std::string> Rows(const std::string& bytes, char delimiter = ',') {
  const auto whole = Rows(bytes, delimiter, 1 << 20);
  for (const size_t step : {1u, 2u, 3u, 7u}) EXPECT_EQ(Rows(bytes, delimiter, step), whole) << step;
  return whole;
}

TEST(CsvReader, PlainRows) {
  EXPECT_THAT(Rows("a,b\n1,2\n"), ElementsAre("1|a|b", "2|1|2"));
  EXPECT_THAT(Rows("a,b\r\n1,2"), ElementsAre("1|a|b", "2|1|2"));
  EXPECT_THAT(Rows("a,b\r1,2\r"), ElementsAre("1|a|b", "2|1|2"));
  EXPECT_THAT(Rows("a;b,c\n", ';'), ElementsAre("1|a|b,c"));
  EXPECT_THAT(Rows("a\tb\n", '\t'), ElementsAre("1|a|b"));
  EXPECT_THAT(Rows(",\n"), ElementsAre("1||"));
  EXPECT_THAT(Rows(""), ElementsAre());
}

TEST(CsvReader, QuotedFields) {
  EXPECT_THAT(Rows("\"a,b\",\"c\"\"d\",\"\"\n"), ElementsAre("1|a,b|c\"d|"));
  EXPECT_THAT(Rows("\"\"\n"), ElementsAre("1|"));
  EXPECT_THAT(Rows("\"\"\"\"\n"), ElementsAre("1|\""));
}

TEST(CsvReader, LinesArePhysicalAndARowHasThatOfItsStart) {
  EXPECT_THAT(Rows("h\n\"a\nb\"\nc\n"), ElementsAre("1|h", "2|a\nb", "4|c"));
  EXPECT_THAT(Rows("h\r\n\"a\r\nb\"\r\nc\r\n"), ElementsAre("1|h", "2|a\r\nb", "4|c"));
  EXPECT_THAT(Rows("\n\nh\n\r\n\r\rc\n"), ElementsAre("3|h", "7|c"));
}

TEST(CsvReader, WhatIsNotRfc4180IsRefusedAndTheNextRowIsRead) {
  EXPECT_THAT(Rows("a,b\"c\nd,e\n"), ElementsAre("1 !bad_quoting@1", "2|d|e"));
  EXPECT_THAT(Rows("\"a\"b,c\nd,e\n"), ElementsAre("1 !bad_quoting@0", "2|d|e"));
  EXPECT_THAT(Rows("a,b\nc,\"d\ne,f\n"), ElementsAre("1|a|b", "2 !bad_quoting@1"));
  EXPECT_THAT(Rows(std::string("a\nb\0c\nd\n", 8)), ElementsAre("1|a", "2 !bad_character@0", "3|d"));
}

TEST(CsvReader, ABadByteEndsTheFileAtItsLine) {
  EXPECT_THAT(Rows("a\nb\n\"c\n\xff\"\nd\n"), ElementsAre("1|a", "2|b", "4 !bad_encoding@0"));
  EXPECT_THAT(Rows("\xb5,a\n"), ElementsAre("1 !bad_encoding@0"));
  EXPECT_THAT(Rows("a\n\xe0\xb8"), ElementsAre("1|a", "2 !bad_encoding@0"));
}

TEST(CsvReader, LongFieldsAndRowsAreRefusedNotKept) {
  const std::string limit(kMaxFieldBytes, 'x');
  EXPECT_EQ(Rows("a," + limit + "\nb\n", ',', 1 << 16).front(), "1|a|" + limit);
  EXPECT_THAT(Rows("a," + limit + "x\nb,c\n", ',', 1 << 16), ElementsAre("1 !field_too_long@1", "2|b|c"));
  std::string wide;
  for (int i = 0; i < 20; ++i) wide += limit + ",";
  EXPECT_THAT(Rows(wide + "\nb,c\n", ',', 1 << 16), ElementsAre("1 !row_too_long@16", "2|b|c"));
}

// 64 MiB of one field, made as they are read: only a bounded part is ever held.
TEST(CsvReader, AnEndlessFieldNeedsBoundedMemory) {
  size_t given = 0;
  CsvReader reader(
      [&](char* buffer, size_t size) -> absl::StatusOr<size_t> {
        if (given >= (size_t{64} << 20)) return 0;
        std::fill(buffer, buffer + size, 'x');
        if (given == 0) buffer[0] = '"';
        given += size;
        return size;
      },
      TextDecoder::Create("utf-8").value(), ',');
  CsvRow row;
  ASSERT_TRUE(reader.Next(row).value());
  EXPECT_EQ(row.problem, RejectCode::kFieldTooLong);
  EXPECT_LE(row.fields.at(0).capacity(), 2 * kMaxFieldBytes);
  EXPECT_FALSE(reader.Next(row).value());
}

TEST(CsvReader, EndlessColumnsAreCountedNotKept) {
  CsvReader reader(From(std::string(1000000, ',') + "\na\n", 1 << 16), TextDecoder::Create("utf-8").value(),
                   ',');
  CsvRow row;
  ASSERT_TRUE(reader.Next(row).value());
  EXPECT_EQ(row.column_count, 1000001u);
  EXPECT_EQ(row.fields.size(), kMaxColumns);
}

TEST(CsvReader, AFailingSourceIsReported) {
  CsvReader reader([](char*, size_t) -> absl::StatusOr<size_t> { return absl::UnavailableError("disk"); },
                   TextDecoder::Create("utf-8").value(), ',');
  CsvRow row;
  EXPECT_EQ(reader.Next(row).status().message(), "disk");
}

TEST(CsvReader, RandomBytesNeverCrashInAnyPieces) {
  std::mt19937_64 random(7);
  const std::string kLetters = "ab,;\"\"\"\n\r\n\xe0\xb8\x81\xff";
  for (int i = 0; i < 3000; ++i) {
    std::string bytes(random() % 30, '\0');
    for (char& c : bytes) c = kLetters[random() % kLetters.size()];
    Rows(bytes);
  }
}

}  // namespace
}  // namespace symbolon::identity
