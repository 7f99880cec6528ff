#include "tests/scenarios/driver/script.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_replace.h>
#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <utility>

#include "base/status_macros.h"

namespace symbolon::consensus {
namespace {

constexpr uint64_t kMostRounds = 1000;

absl::Status Wrong(const std::string& file, size_t line, const std::string& what) {
  return absl::InvalidArgumentError(fmt::format("{}:{}: {}", file, line, what));
}

// "text" and [1 1 2] are one word each, the former without its quotes; # begins a comment.
absl::StatusOr<std::vector<std::string>> Words(const std::string& text) {
  std::vector<std::string> words;
  for (size_t at = 0;;) {
    at = text.find_first_not_of(" \t", at);
    if (at == text.npos || text[at] == '#') return words;
    if (text[at] == '"') {
      const size_t end = text.find('"', at + 1);
      if (end == text.npos) return absl::InvalidArgumentError("a quote is not closed");
      words.emplace_back(text.substr(at + 1, end - at - 1));
      at = end + 1;
      continue;
    }
    size_t end = text.find_first_of(" \t#[", at);
    if (end != text.npos && text[end] == '[') {
      end = text.find(']', end);
      if (end == text.npos) return absl::InvalidArgumentError("a bracket is not closed");
      ++end;
    }
    if (end == text.npos) end = text.size();
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
}

// Without the blanks around it and the comment behind it.
std::string Stripped(const std::string& raw) {
  bool quoted = false;
  size_t end = 0;
  for (size_t i = 0; i < raw.size() && (quoted || raw[i] != '#'); ++i) {
    quoted ^= raw[i] == '"';
    if (raw[i] != ' ') end = i + 1;
  }
  return raw.substr(0, end).substr(raw.find_first_not_of(' '));
}

// One value of each `with` line.
using Values = std::vector<std::pair<std::string, std::string>>;

std::vector<Values> Product(const std::vector<Line>& lines) {
  std::vector<Values> all = {{}};
  for (const Line& line : lines) {
    if (line.words[0] != "with") continue;
    std::vector<Values> longer;
    for (const Values& values : all) {
      for (size_t i = 2; i < line.words.size(); ++i) {
        longer.push_back(values);
        longer.back().emplace_back(line.words[1], line.words[i]);
      }
    }
    all = std::move(longer);
  }
  return all;
}

absl::StatusOr<Line> Substitute(const std::string& file, const Line& line, const Values& values) {
  Line out = line;
  for (const auto& [name, value] : values) out.text = absl::StrReplaceAll(out.text, {{"$" + name, value}});
  if (out.text.find('$') != out.text.npos)
    return Wrong(file, line.number, "no `with` line gives this $value");
  ASSIGN_OR_RETURN(out.words, Words(out.text));
  return out;
}

// Unfolds repeat N ... end, which do not nest.
absl::StatusOr<std::vector<Line>> Unfold(const std::string& file, const std::vector<Line>& lines) {
  std::vector<Line> out;
  std::vector<Line> body;
  uint64_t rounds = 0;  // not 0: within a repeat
  for (const Line& line : lines) {
    if (line.words[0] == "repeat") {
      if (rounds != 0) return Wrong(file, line.number, "repeat within repeat");
      if (line.words.size() != 2 || !absl::SimpleAtoi(line.words[1], &rounds) || rounds == 0 ||
          rounds > kMostRounds)
        return Wrong(file, line.number, "write: repeat N");
    } else if (line.words[0] == "end") {
      if (rounds == 0) return Wrong(file, line.number, "end without repeat");
      for (; rounds > 0; --rounds) out.insert(out.end(), body.begin(), body.end());
      body.clear();
    } else {
      (rounds == 0 ? out : body).push_back(line);
    }
  }
  if (rounds != 0) return Wrong(file, lines.back().number, "repeat without end");
  return out;
}

absl::Status AddCases(Script& script, const std::string& name, const std::vector<Line>& lines) {
  for (const Values& values : Product(lines)) {
    Case one{name, {}};
    for (const auto& [variable, value] : values)
      one.name += fmt::format("{}{}={}", one.name.empty() ? "" : " ", variable, value);
    std::vector<Line> filled;
    for (const Line& line : lines) {
      if (line.words[0] == "with") continue;
      ASSIGN_OR_RETURN(filled.emplace_back(), Substitute(script.file, line, values));
    }
    ASSIGN_OR_RETURN(one.lines, Unfold(script.file, filled));
    script.cases.push_back(std::move(one));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Script> ParseScript(std::string file, std::istream& text) {
  Script script{std::move(file), {}};
  std::vector<Line> common;  // what stands before the first `case` begins each of them
  std::vector<Line> lines;
  std::optional<std::string> name;
  size_t number = 0;
  for (std::string raw; std::getline(text, raw);) {
    ++number;
    absl::StatusOr<std::vector<std::string>> words = Words(raw);
    if (!words.ok()) return Wrong(script.file, number, std::string(words.status().message()));
    if (words->empty()) continue;
    if (words->front() == "with" && words->size() < 3)
      return Wrong(script.file, number, "write: with NAME VALUE...");
    if (words->front() != "case") {
      lines.push_back({number, Stripped(raw), *std::move(words)});
      continue;
    }
    if (words->size() != 2) return Wrong(script.file, number, "write: case NAME");
    if (name) {
      RETURN_IF_ERROR(AddCases(script, *name, lines));
    } else {
      common = std::move(lines);
    }
    name = (*words)[1];
    lines = common;
  }
  if (lines.size() == common.size())
    return Wrong(script.file, number, "the file, or its last case, tells nothing");
  RETURN_IF_ERROR(AddCases(script, name.value_or(""), lines));
  return script;
}

absl::StatusOr<Script> LoadScript(const std::string& path) {
  std::ifstream in(path);
  if (!in) return absl::NotFoundError(fmt::format("{}: cannot be read", path));
  return ParseScript(path.substr(path.rfind('/') + 1), in);
}

}  // namespace symbolon::consensus
