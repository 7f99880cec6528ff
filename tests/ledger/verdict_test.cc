#include "ledger/verdict.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace symbolon::ledger {
namespace {

struct Row {
  std::string name;
  std::string sentence;
  bool operator==(const Row&) const = default;
};

std::map<int, Row> TableOfThePage() {
  std::ifstream in(SYMBOLON_SOURCE_DIR "/docs/verdicts.md");
  EXPECT_TRUE(in.good());
  std::map<int, Row> rows;
  const std::regex row(R"(\| (\d+) \| `([a-z_]+)` \| (.*) \|)");
  std::string line;
  while (std::getline(in, line)) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) continue;
    EXPECT_TRUE(rows.emplace(std::stoi(match[1]), Row{match[2], match[3]}).second) << line;
  }
  return rows;
}

TEST(Verdict, ThePageAndTheCodeAgree) {
  std::map<int, Row> code;
  for (const VerdictInfo& info : AllVerdicts()) {
    code[static_cast<int>(info.verdict)] = {std::string(info.name), std::string(info.sentence)};
  }
  EXPECT_EQ(TableOfThePage(), code);
}

TEST(Verdict, NumbersAscendAndNamesAreUnique) {
  std::set<std::string_view> names;
  int before = -1;
  for (const VerdictInfo& info : AllVerdicts()) {
    EXPECT_GT(static_cast<int>(info.verdict), before) << info.name;
    before = static_cast<int>(info.verdict);
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(VerdictName(info.verdict), info.name);
    EXPECT_EQ(VerdictFromNumber(static_cast<uint16_t>(info.verdict)), info.verdict);
  }
}

TEST(Verdict, UnknownNumbersHaveNoVerdict) {
  EXPECT_FALSE(VerdictFromNumber(999).has_value());
  EXPECT_EQ(VerdictName(static_cast<Verdict>(999)), "unknown_verdict");
}

TEST(Verdict, WhatForbidsCosigningIsTheLeadersFault) {
  for (const VerdictInfo& info : AllVerdicts()) {
    EXPECT_TRUE(!ForbidsCosigning(info.verdict) || IsLeadersFault(info.verdict)) << info.name;
  }
  EXPECT_FALSE(ForbidsCosigning(Verdict::kAccepted));
  EXPECT_FALSE(ForbidsCosigning(Verdict::kSealRepeated));
}

}  // namespace
}  // namespace symbolon::ledger
