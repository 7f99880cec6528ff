#pragma once
// All that can happen in a small world, breadth first.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/exploration/coverage.h"
#include "tests/exploration/scene.h"
#include "tests/exploration/world.h"

namespace symbolon::consensus::exploration {

struct Findings {
  bool complete = false;  // nothing reachable was left out
  uint32_t states = 0;
  uint64_t renamed_states = 0;  // ... counting those that differ in node numbers one by one
  uint64_t transitions = 0;
  uint32_t depth = 0;  // the longest of the shortest ways to a state
  double seconds = 0;
  size_t node_states = 0, messages = 0, local_transitions = 0, histories = 0;
  std::array<uint64_t, kKinds> by_kind = {};
  Tally rules;
  std::string violation;         // empty: none
  std::vector<std::string> way;  // to the violation: lines for Replay, as few as can be
  std::string error;             // the world's beginning makes no sense
};

struct Limits {
  uint32_t max_states = 200'000'000;
  bool symmetric = true;     // scenes that differ in node numbers only count as one (symmetry.h)
  bool check_twins = false;  // see Catalogue
  std::function<void(uint32_t states, uint32_t depth)> progress = {};  // now and then; may be empty
  // An assertion of the core does not hold: called with the way there, in place of std::abort, and must not
  // return. Empty: the process ends without a word.
  std::function<void(const Findings&)> aborted = {};
};

// Stops at the first violation.
Findings Explore(const World& world, const Limits& limits);

// Carries out the lines (as in Findings::way, without the one that names the world), telling each to `tell`
// with what the node concerned is after it. Aborted: a violation, as found when the way was written down.
absl::Status Replay(const World& world, const std::vector<std::string>& lines,
                    const std::function<void(const std::string&)>& tell);

}  // namespace symbolon::consensus::exploration
