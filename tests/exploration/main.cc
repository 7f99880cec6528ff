// symbolon-explore: all that can happen in a small world of the real core.

#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "tests/exploration/explorer.h"

namespace symbolon::consensus::exploration {
namespace {

constexpr int kFine = 0, kViolated = 1, kUsage = 2;

double MemoryInMiB() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// "3 nodes, terms 2, entries 2, messages 3, slow disk".
std::string Bounds(const World& world) {
  std::string out = fmt::format("{} nodes, terms {}, entries {}, messages {}", world.nodes(), world.terms,
                                world.entries, world.messages);
  auto count = [&](const char* what, uint64_t n) {
    if (n > 0) out += fmt::format(", {} {}", what, n);
  };
  count("learners", world.learners);
  count("strangers", world.strangers);
  count("writes", world.writes);
  count("crashes", world.crashes);
  count("full disks", world.fills);
  count("reads", world.reads);
  count("transfers", world.transfers);
  count("changes", world.changes);
  auto flag = [&](const char* what, bool on) {
    if (on) out += fmt::format(", {}", what);
  };
  flag("heartbeats", world.heartbeats);
  flag("duplicates", world.duplicates);
  flag("slow disk", world.slow_disk);
  flag("batches", world.batches);
  flag("real pre-vote", world.real_pre_vote);
  flag("single entries", world.single_entries);
  flag("applied index kept", world.keeps_applied);
  return out;
}

// One line each, the name first.
void List() {
  for (const World& world : Worlds()) {
    fmt::print("{:<16} {:>9} {} {}: {}\n", world.name, world.states > 0 ? std::to_string(world.states) : "?",
               world.in_suite ? "suite" : "     ", world.purpose, Bounds(world));
  }
}

void PrintCoverage(const Findings& found) {
  fmt::print("actions     ");
  for (size_t kind = 0; kind < kKinds; ++kind) {
    if (found.by_kind[kind] > 0) fmt::print(" {} {};", Word(static_cast<Kind>(kind)), found.by_kind[kind]);
  }
  fmt::print("\nrules       ");
  std::string never;
  for (size_t i = 0; i < kRules; ++i) {
    const Rule rule = static_cast<Rule>(i);
    if (found.rules[rule] > 0) {
      fmt::print(" {} {};", Name(rule), found.rules[rule]);
    } else {
      never += fmt::format(" {};", Name(rule));
    }
  }
  fmt::print("\nnever       {}\n", never.empty() ? " (all were seen)" : never);
}

void Print(const World& world, const Findings& found) {
  fmt::print("world        {}: {}\nbounds       {}\n", world.name, world.purpose, Bounds(world));
  fmt::print("states       {}{}\n", found.states,
             found.complete ? ", all that can be reached" : " (not all)");
  if (found.renamed_states > found.states) {
    fmt::print("             {} if those that differ in node numbers only are counted one by one\n",
               found.renamed_states);
  }
  fmt::print("transitions  {}\ndepth        {}\n", found.transitions, found.depth);
  fmt::print("of nodes     {} states, {} transitions; {} messages, {} histories\n", found.node_states,
             found.local_transitions, found.messages, found.histories);
  fmt::print("took         {:.1f} s, {:.0f} MiB\n", found.seconds, MemoryInMiB());
  PrintCoverage(found);
  fmt::print("violations   {}\n", found.violation.empty() ? "none" : found.violation);
}

// Prints what was found; the exit code.
int Conclude(const World& world, const Findings& found, const std::string& out) {
  if (!found.error.empty()) {
    fmt::print(stderr, "symbolon-explore: the beginning of world {} makes no sense: {}\n", world.name,
               found.error);
    return kUsage;
  }
  Print(world, found);
  if (found.violation.empty()) return kFine;
  std::string way = fmt::format("world {}\n", world.name);
  for (const std::string& line : found.way) way += line + "\n";
  fmt::print("\n{}", way);
  if (!out.empty() && !(std::ofstream(out) << way << std::flush)) {
    fmt::print(stderr, "symbolon-explore: {} cannot be written\n", out);
  }
  return kViolated;
}

int Run(const World& world, Limits limits, const std::string& out) {
  limits.progress = [](uint32_t states, uint32_t depth) {
    fmt::print(stderr, "... {} states, depth {}\n", states, depth);
  };
  limits.aborted = [&](const Findings& found) {
    const int code = Conclude(world, found, out);
    std::fflush(nullptr);
    std::_Exit(code);
  };
  return Conclude(world, Explore(world, limits), out);
}

int RunSuite(const Limits& limits, const std::string& out) {
  for (const World& world : Worlds()) {
    if (!world.in_suite) continue;
    if (const int code = Run(world, limits, out); code != kFine) return code;
    fmt::print("\n");
  }
  return kFine;
}

int ReplayFile(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::vector<std::string> lines;
  while (std::getline(in, line)) lines.push_back(line);
  const World* world =
      lines.empty() || !lines[0].starts_with("world ") ? nullptr : FindWorld(lines[0].substr(6));
  if (world == nullptr) {
    fmt::print(stderr, "symbolon-explore: {} cannot be read, or its first line is not \"world NAME\"\n",
               path);
    return kUsage;
  }
  lines.erase(lines.begin());
  const absl::Status status = Replay(*world, lines, [](const std::string& text) {
    fmt::print("{}\n", text);
    std::fflush(stdout);  // an assertion of the core may end it here
  });
  fmt::print("{}\n", status.ok() ? "no violation" : std::string(status.message()));
  return status.ok() ? kFine : absl::IsAborted(status) ? kViolated : kUsage;
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Explores all that can happen in a small world of the consensus core, breadth first.\n"
      "Ends with 0 (no violation), 1 (a violation, with the way there) or 2 (wrong usage).");
  std::string name, replay, out;
  Limits limits;
  bool list = false, suite = false, every_numbering = false;
  app.add_flag("--list", list, "the worlds and their bounds");
  app.add_option("--world", name, "explore this one");
  app.add_flag("--suite", suite, "explore the short ones, one after the other");
  app.add_option("--max-states", limits.max_states, "stop after so many distinct states");
  app.add_flag("--every-numbering", every_numbering,
               "count states that differ in node numbers only one by one");
  app.add_option("--out", out, "where to write the way to a violation, too");
  app.add_option("--replay", replay, "go the way in this file, step by step");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kFine : kUsage;
  }
  limits.symmetric = !every_numbering;
  if (list) return List(), kFine;
  if (suite) return RunSuite(limits, out);
  if (!replay.empty()) return ReplayFile(replay);
  if (const World* world = FindWorld(name)) return Run(*world, limits, out);
  fmt::print(stderr, "symbolon-explore: {}\n",
             name.empty() ? "say --list, --suite, --world NAME or --replay FILE"
                          : fmt::format("no world is called \"{}\"; see --list", name));
  return kUsage;
}

}  // namespace
}  // namespace symbolon::consensus::exploration

int main(int argc, char** argv) {
  return symbolon::consensus::exploration::Main(argc, argv);
}
