#include "node/log.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace symbolon::node {
namespace {

TEST(Log, OneJsonObjectALineWithTypedFields) {
  std::vector<std::string> lines;
  Logger log("NODE-1", LogLevel::kInfo, [&](const std::string& line) { lines.push_back(line); });
  log.Info("role", {{"term", uint64_t{7}}, {"leader", true}, {"delta", -3}, {"name", "X"}});
  log.Debug("hidden");
  ASSERT_EQ(lines.size(), 1u);
  const auto json = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(json["level"], "info");
  EXPECT_EQ(json["node"], "NODE-1");
  EXPECT_EQ(json["event"], "role");
  EXPECT_EQ(json["term"], 7);
  EXPECT_EQ(json["leader"], true);
  EXPECT_EQ(json["delta"], -3);
  EXPECT_EQ(json["name"], "X");
  EXPECT_EQ(json["time"].get<std::string>().size(), std::string("2025-01-01T00:00:00.000Z").size());
}

TEST(Log, NothingInAFieldCanEndTheLineOrTheString) {
  std::string line;
  Logger log("N", LogLevel::kDebug, [&](const std::string& text) { line = text; });
  log.Error("e", {{"reason", std::string("a\"b\\c\nd\x1b[31m\xff{}%s")}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  const auto json = nlohmann::json::parse(line);
  EXPECT_TRUE(json["reason"].get<std::string>().starts_with("a\"b\\c\nd"));
}

}  // namespace
}  // namespace symbolon::node
