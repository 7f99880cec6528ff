// The table of README.md: complete, and what it names exists.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace symbolon::consensus {
namespace {

namespace fs = std::filesystem;

const fs::path kTests = SYMBOLON_SOURCE_DIR "/tests";
constexpr int kHazards = 72;

std::string Read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// By id, the third column.
std::map<int, std::string> Table() {
  std::map<int, std::string> table;
  std::istringstream text(Read(kTests / "scenarios" / "README.md"));
  static const std::regex row(R"(\| S-(\d+) \| [^|]+ \| ([^|]+) \|)");
  std::smatch match;
  for (std::string line; std::getline(text, line);) {
    if (!std::regex_match(line, match, row)) continue;
    EXPECT_TRUE(table.emplace(std::stoi(match[1]), match[2]).second) << "twice: " << line;
  }
  return table;
}

// Everything that matches in `text`.
std::vector<std::smatch> All(const std::string& text, const std::regex& what) {
  return {std::sregex_iterator(text.begin(), text.end(), what), std::sregex_iterator()};
}

bool HasTest(const fs::path& folder, const std::string& suite, const std::string& name) {
  const std::regex declared("TEST(_F|_P)?\\(\\s*" + suite + "\\s*,\\s*" + name + "\\s*\\)");
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.path().extension() == ".cc" && std::regex_search(Read(file.path()), declared)) return true;
  }
  return false;
}

TEST(Table, HasEveryHazardAndNamesWhatExists) {
  const std::map<int, std::string> table = Table();
  static const std::regex test(R"((\w+):(\w+)\.(\w+))");
  static const std::regex system(R"(system\.(\w+))");
  static const std::regex file(R"([SA-Za-z0-9]+(-[A-Za-z0-9]+){2,})");
  for (int id = 1; id <= kHazards; ++id) {
    const auto row = table.find(id);
    ASSERT_NE(row, table.end()) << "S-" << id << " is missing";
    const std::string& where = row->second;
    const auto tests = All(where, test);
    const auto files = All(where, file);
    for (const std::smatch& m : tests)
      EXPECT_TRUE(HasTest(kTests / m[1].str(), m[2], m[3])) << "S-" << id << ": there is no test " << m[0];
    for (const std::smatch& m : files)
      EXPECT_TRUE(fs::exists(kTests / "scenarios" / (m[0].str() + ".scenario")))
          << "S-" << id << ": no file " << m[0];
    for (const std::smatch& m : All(where, system))
      EXPECT_TRUE(fs::exists(kTests / "system" / (m[1].str() + ".py"))) << "S-" << id << ": no " << m[0];
    EXPECT_TRUE(!tests.empty() || !files.empty()) << "S-" << id << ": " << where;
  }
  EXPECT_EQ(table.size(), static_cast<size_t>(kHazards));
}

TEST(Table, EveryFileIsNamedAndBeginsWithItsHazard) {
  const std::string readme = Read(kTests / "scenarios" / "README.md");
  for (const auto& file : fs::directory_iterator(kTests / "scenarios")) {
    if (file.path().extension() != ".scenario") continue;
    const std::string name = file.path().stem();
    EXPECT_NE(readme.find(name), std::string::npos) << name;
    EXPECT_EQ(Read(file.path()).substr(0, 2), "# ") << name;
  }
}

}  // namespace
}  // namespace symbolon::consensus
