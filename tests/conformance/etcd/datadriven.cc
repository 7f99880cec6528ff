#include "tests/conformance/etcd/datadriven.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include "base/status_macros.h"

namespace symbolon::conformance {
namespace {

// Splits "a key=(1, 2) b" at spaces that are in no parentheses.
std::vector<std::string> Words(std::string_view line) {
  std::vector<std::string> words(1);
  int depth = 0;
  for (char c : line) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (absl::ascii_isspace(c)) {
      if (depth == 0 && !words.back().empty()) words.emplace_back();
      continue;
    }
    words.back() += c;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

absl::Status ParseCommand(std::string_view line, Directive& directive) {
  std::vector<std::string> words = Words(line);
  if (words.empty()) return absl::InvalidArgumentError("a command is missing");
  directive.command = words.front();
  for (size_t i = 1; i < words.size(); ++i) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(words[i], absl::MaxSplits('=', 1));
    if (words[i].find('=') == std::string::npos) {
      directive.positional.push_back(words[i]);
      continue;
    }
    std::string value = parts.second;
    if (value.starts_with('(') != value.ends_with(')')) {
      return absl::InvalidArgumentError(fmt::format("unbalanced parentheses in {}", words[i]));
    }
    if (value.starts_with('(')) value = value.substr(1, value.size() - 2);
    directive.arguments[parts.first] = absl::StrSplit(value, ',', absl::SkipEmpty());
  }
  return absl::OkStatus();
}

bool IsBlank(const std::string& line) {
  return absl::StripAsciiWhitespace(line).empty();
}

}  // namespace

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines = absl::StrSplit(std::string(text), '\n');
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

std::string Directive::Text() const {
  std::string out = command;
  for (const std::string& word : positional) out += " " + word;
  for (const auto& [key, values] : arguments) out += fmt::format(" {}=({})", key, absl::StrJoin(values, ","));
  return out;
}

std::vector<std::string> Directive::Values(const std::string& key) const {
  auto it = arguments.find(key);
  return it == arguments.end() ? std::vector<std::string>() : it->second;
}

absl::StatusOr<std::vector<Directive>> ParseDatadriven(std::string_view text) {
  std::vector<Directive> directives;
  const std::vector<std::string> lines = Lines(text);
  for (size_t i = 0; i < lines.size();) {
    if (IsBlank(lines[i]) || lines[i].starts_with('#')) {
      ++i;
      continue;
    }
    Directive directive;
    directive.line = i + 1;
    if (absl::Status status = ParseCommand(lines[i], directive); !status.ok())
      return Annotate(status, fmt::format("line {}", i + 1));
    for (++i; i < lines.size() && lines[i] != "----"; ++i) directive.input += lines[i] + "\n";
    if (i == lines.size())
      return absl::InvalidArgumentError(
          fmt::format("line {}: nothing is expected of {}", directive.line, directive.command));
    if (++i < lines.size() && lines[i] == "----") {
      return absl::UnimplementedError(fmt::format("line {}: expected output with empty lines", i + 1));
    }
    for (; i < lines.size() && !IsBlank(lines[i]); ++i) directive.expected += lines[i] + "\n";
    directives.push_back(std::move(directive));
  }
  return directives;
}

}  // namespace symbolon::conformance
