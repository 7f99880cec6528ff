#pragma once
// Runs a scenario file on our core and compares after each command.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace symbolon::conformance {

// A command of a scenario: its text (Directive::Text), and which of several that are the same, from 1.
struct CommandName {
  std::string text;
  int occurrence = 1;
};

// Commands that are not carried out, from `first` to `last` (empty text: to the end).
struct LeftOut {
  std::string file;
  CommandName first;
  CommandName last;
  std::string why;
};

// From `first` to `last`, what we have differs in this field of this node. `ours` must then be exactly what
// we have; empty: not looked at until after `last`. After it, both must be equal again, or the scenario ends.
struct Difference {
  std::string file;
  CommandName first;
  CommandName last;
  uint64_t node = 0;
  std::string field;
  std::string ours;
  std::string why;
};

struct Result {
  size_t commands = 0;     // in the file
  size_t run = 0;          // carried out
  size_t compared = 0;     // facts found equal
  size_t differences = 0;  // facts found different, as listed
  std::vector<std::string> failures;
};

// `left_out` and `differences`: those of all files. One that is of this file and never comes into play is a
// failure.
Result RunScenario(const std::string& file, std::string_view text, const std::vector<LeftOut>& left_out,
                   const std::vector<Difference>& differences);

}  // namespace symbolon::conformance
