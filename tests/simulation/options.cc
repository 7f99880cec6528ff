#include "tests/simulation/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <string_view>

#include "base/status_macros.h"

namespace symbolon::simulation {
namespace {

absl::StatusOr<uint64_t> Number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return absl::InvalidArgumentError(fmt::format("\"{}\" is not a number", text));
  }
  return value;
}

absl::StatusOr<std::pair<uint64_t, uint64_t>> Range(const std::string& text) {
  const size_t dots = text.find("..");
  ASSIGN_OR_RETURN(const uint64_t first, Number(std::string_view(text).substr(0, dots)));
  if (dots == std::string::npos) return std::pair(first, first + 1);
  ASSIGN_OR_RETURN(const uint64_t last, Number(std::string_view(text).substr(dots + 2)));
  if (last <= first) return absl::InvalidArgumentError(fmt::format("\"{}\" is an empty range", text));
  return std::pair(first, last);
}

}  // namespace

absl::StatusOr<std::set<size_t>> ParseSet(const std::string& text) {
  std::set<size_t> set;
  if (text == "none") return set;
  std::string_view rest = text;
  while (true) {
    const size_t comma = rest.find(',');
    ASSIGN_OR_RETURN(const auto range, Range(std::string(rest.substr(0, comma))));
    for (uint64_t i = range.first; i < range.second; ++i) set.insert(i);
    if (comma == std::string_view::npos) return set;
    rest.remove_prefix(comma + 1);
  }
}

std::string FormatSet(const std::set<size_t>& set) {
  if (set.empty()) return "none";
  std::string out;
  for (auto at = set.begin(); at != set.end();) {
    const size_t first = *at;
    size_t last = first;
    while (++at != set.end() && *at == last + 1) ++last;
    if (!out.empty()) out += ',';
    out += first == last ? fmt::format("{}", first) : fmt::format("{}..{}", first, last + 1);
  }
  return out;
}

absl::StatusOr<std::optional<Options>> ParseOptions(int argc, char** argv) {
  Options options;
  std::string seeds, one, faults, operations;
  std::vector<std::string> settings;
  CLI::App app("Runs simulated networks of whole nodes: one seed, one history (docs/testing-consensus.md)",
               "symbolon-sim");
  app.add_option("--seeds", seeds, "From A up to and without B")->type_name("A..B");
  app.add_option("--seed", one, "One seed")->type_name("N");
  app.add_option("--jobs", options.jobs, "How many threads")->check(CLI::Range(1, 256));
  app.add_option("--seconds", options.seconds, "Begin no seed after these");
  app.add_flag("--trace", options.trace, "Print whatever happens");
  app.add_flag("--shrink", options.shrink, "Cut a failing seed down: fewer faults, operations, nodes");
  app.add_flag("--stop-at-first", options.stop_at_first, "End at the first failing seed");
  app.add_flag("--options", options.show_plan, "Print what each seed stands for, and run nothing");
  app.add_flag("--digests", options.digests, "Print a digest of each seed's history");
  app.add_option("--keep-faults", faults, "Of the plan's faults only these, by number")
      ->type_name("N,N..M|none");
  app.add_option("--keep-operations", operations, "Of the plan's operations only these")
      ->type_name("N,N..M|none");
  app.add_option("--set", settings, "Changes the plan, e.g. voters=3 (names: see --options)")
      ->type_name("NAME=VALUE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (app.exit(error) == 0) return std::nullopt;
    return absl::InvalidArgumentError("wrong usage");
  }
  if (!seeds.empty() && !one.empty())
    return absl::InvalidArgumentError("--seed and --seeds exclude each other");
  if (!seeds.empty() || !one.empty()) {
    ASSIGN_OR_RETURN(const auto range, Range(seeds.empty() ? one : seeds));
    options.first = range.first;
    options.last = range.second;
  }
  if (!faults.empty()) {
    ASSIGN_OR_RETURN(options.edits.faults, ParseSet(faults));
  }
  if (!operations.empty()) {
    ASSIGN_OR_RETURN(options.edits.operations, ParseSet(operations));
  }
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos) return absl::InvalidArgumentError(setting + ": NAME=VALUE is asked for");
    options.edits.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  Plan plan;
  RETURN_IF_ERROR(plan.Apply(options.edits));
  return options;
}

}  // namespace symbolon::simulation
