// Every *.scenario of this folder is one test, under its own name.

#include "tests/scenarios/driver/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace symbolon::consensus {
namespace {

const char kFolder[] = SYMBOLON_SOURCE_DIR "/tests/scenarios";

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(kFolder)) {
    if (file.path().extension() == ".scenario") names.push_back(file.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Scenario : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenario, Holds) {
  const absl::Status status = RunScenario(std::string(kFolder) + "/" + GetParam() + ".scenario");
  EXPECT_TRUE(status.ok()) << status.message();
}

INSTANTIATE_TEST_SUITE_P(, Scenario, ::testing::ValuesIn(Names()), [](const auto& file) {
  std::string name = file.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace symbolon::consensus
