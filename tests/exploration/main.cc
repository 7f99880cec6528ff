// symbolon-explore: all that can happen in a small world of the real core.

#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "tests/exploration/explorer.h"

namespace symbolon::consensus::exploration {
namespace {

constexpr int kFine = 0, kViolated = 1, kUsage = 2;

double MemoryInMiB() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void List() {
  for (const World& w : Worlds()) {
    fmt::print("{:<18} {}\n", w.name, w.purpose);
  }
}

void Print(const World& world, const Findings& found) {
  fmt::print("world        {}: {}\n", world.name, world.purpose);
  fmt::print("states       {}{}\n", found.states,
             found.complete ? ", all that can be reached" : " (not all)");
  if (found.renamed_states > found.states)
    fmt::print("             each stands for all that differ from it in node numbers only: {}\n",
               found.renamed_states);
  fmt::print("transitions  {}\ndepth        {}\n", found.transitions, found.depth);
  fmt::print("looked up    {} states of nodes, {} messages, {} local transitions, {} histories\n",
             found.node_states, found.messages, found.local_transitions, found.histories);
  fmt::print("took         {:.1f} s, {:.0f} MiB\nviolations   {}\n", found.seconds, MemoryInMiB(),
             found.violation.empty() ? "none" : found.violation);
  fmt::print("actions     ");
  for (size_t kind = 0; kind < kKinds; ++kind) {
    if (found.by_kind[kind] > 0) fmt::print(" {} {}", Word(static_cast<Kind>(kind)), found.by_kind[kind]);
  }
  fmt::print("\nrules       ");
  std::string never;
  for (size_t rule = 0; rule < kRules; ++rule) {
    const uint64_t count = found.rules[static_cast<Rule>(rule)];
    if (count > 0) {
      fmt::print(" {}: {};", Name(static_cast<Rule>(rule)), count);
    } else {
      never += fmt::format(" {};", Name(static_cast<Rule>(rule)));
    }
  }
  fmt::print("\nnever       {}\n", never.empty() ? " (nothing)" : never);
}

int Run(const std::string& name, uint32_t max_states, bool symmetric, const std::string& out) {
  static World tuned;  // TUNING
  const World* world = FindWorld(name);
  if (world && getenv("SET")) {  // TUNING
    tuned = *world;
    std::string s = getenv("SET");
    std::map<std::string, uint64_t> kv;
    size_t pos = 0;
    while (pos < s.size()) {
      size_t e = s.find(',', pos);
      if (e == std::string::npos) e = s.size();
      std::string item = s.substr(pos, e - pos);
      pos = e + 1;
      size_t q = item.find('=');
      std::string k = item.substr(0, q);
      if (k == "begin") {
        tuned.begin.push_back(item.substr(q + 1));
        continue;
      }
      if (k == "change") {
        tuned.possible_changes.push_back(item.substr(q + 1));
        continue;
      }
      uint64_t v = std::stoull(item.substr(q + 1));
      if (k == "voters")
        tuned.voters = v;
      else if (k == "terms")
        tuned.terms = v;
      else if (k == "entries")
        tuned.entries = v;
      else if (k == "messages")
        tuned.messages = v;
      else if (k == "crashes")
        tuned.crashes = v;
      else if (k == "reads")
        tuned.reads = v;
      else if (k == "transfers")
        tuned.transfers = v;
      else if (k == "heartbeats")
        tuned.heartbeats = v;
      else if (k == "duplicates")
        tuned.duplicates = v;
      else if (k == "slow_disk")
        tuned.slow_disk = v;
      else if (k == "batches")
        tuned.batches = v;
      else if (k == "pre")
        tuned.real_pre_vote = v;
      else if (k == "strangers")
        tuned.strangers = v;
      else if (k == "learners")
        tuned.learners = v;
      else if (k == "changes")
        tuned.changes = v;
      else if (k == "single")
        tuned.single_entries = v;
      else if (k == "keeps")
        tuned.keeps_applied = v;
      else {
        fmt::print("?? {}", k);
        return 9;
      }
    }
    world = &tuned;
  }
  if (world == nullptr) {
    fmt::print(stderr, "symbolon-explore: no world is called \"{}\"; see --list\n", name);
    return kUsage;
  }
  Limits limits;
  limits.max_states = max_states;
  limits.symmetric = symmetric;
  limits.progress = [](uint32_t states, uint32_t depth) {
    fmt::print(stderr, "... {} states, depth {}\n", states, depth);
  };
  const Findings found = Explore(*world, limits);
  if (!found.error.empty()) {
    fmt::print(stderr, "symbolon-explore: the beginning of world {} makes no sense: {}\n", name, found.error);
    return kUsage;
  }
  Print(*world, found);
  if (found.violation.empty()) return kFine;
  std::string way = fmt::format("world {}\n", world->name);
  for (const std::string& line : found.way) way += line + "\n";
  fmt::print("\n--- the way there ---\n{}", way);
  if (!out.empty()) std::ofstream(out) << way;
  return kViolated;
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
  const absl::Status status =
      Replay(*world, lines, [](const std::string& text) { fmt::print("{}\n", text); });
  if (status.ok()) {
    fmt::print("no violation\n");
    return kFine;
  }
  fmt::print("{}\n", std::string(status.message()));
  return absl::IsAborted(status) ? kViolated : kUsage;
}

int Main(int argc, char** argv) {
  CLI::App app("Explores all that can happen in a small world of the consensus core, breadth first.");
  std::string world, replay, out;
  uint32_t max_states = 200'000'000;
  bool list = false, every_numbering = false;
  app.add_flag("--list", list, "the worlds and their bounds");
  app.add_option("--world", world, "explore this one");
  app.add_option("--max-states", max_states, "stop after so many distinct states");
  app.add_flag("--every-numbering", every_numbering,
               "count scenes that differ in node numbers only one by one");
  app.add_option("--out", out, "where to write the way to a violation, too");
  app.add_option("--replay", replay, "go the way in this file, step by step");
  CLI11_PARSE(app, argc, argv);
  if (list) return List(), kFine;
  if (!replay.empty()) return ReplayFile(replay);
  if (!world.empty()) return Run(world, max_states, !every_numbering, out);
  fmt::print(stderr, "symbolon-explore: say --list, --world NAME or --replay FILE\n");
  return kUsage;
}

}  // namespace
}  // namespace symbolon::consensus::exploration

int main(int argc, char** argv) {
  return symbolon::consensus::exploration::Main(argc, argv);
}
