#pragma once
// The text format of data-driven tests (github.com/cockroachdb/datadriven): a command with arguments, perhaps
// input below it, a line of four dashes, and the output that is expected, up to an empty line.

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace symbolon::conformance {

struct Directive {
  size_t line = 0;  // of the command, from 1
  std::string command;
  std::vector<std::string> positional;                        // arguments without "="
  std::map<std::string, std::vector<std::string>> arguments;  // of the form key=value or key=(value, ...)
  std::string input;
  std::string expected;

  // The command line without its surplus spaces: command, positional arguments, keys in alphabetical order.
  std::string Text() const;
  // The values of `key`; none without it.
  std::vector<std::string> Values(const std::string& key) const;
};

// Errors name the line.
absl::StatusOr<std::vector<Directive>> ParseDatadriven(std::string_view text);

// The lines of a text, without their ends; no last empty one.
std::vector<std::string> Lines(std::string_view text);

}  // namespace symbolon::conformance
