#pragma once
// symbolon-sim's command line.

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/plan.h"

namespace symbolon::simulation {

struct Options {
  uint64_t first = 0, last = 1;  // seeds from `first` up to and without `last`
  uint64_t jobs = 1;
  uint64_t seconds = 0;  // no new seed is begun after these; 0: no limit
  bool trace = false;
  bool shrink = false;
  bool stop_at_first = false;
  bool show_plan = false;
  bool digests = false;
  Edits edits;
};

// InvalidArgument with what is wrong. When help was asked for it is printed, and nothing is returned.
absl::StatusOr<std::optional<Options>> ParseOptions(int argc, char** argv);

// "3,5..8": 3, 5, 6, 7. "none" is an empty set.
absl::StatusOr<std::set<size_t>> ParseSet(const std::string& text);
std::string FormatSet(const std::set<size_t>& set);

}  // namespace symbolon::simulation
