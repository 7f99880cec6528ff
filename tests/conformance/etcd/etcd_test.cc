// Other people's cases: the interaction scenarios and quorum tables of etcd's Raft, read from Debian's
// package at run time. docs/etcd-scenarios.md tells what is compared and what is left out.

#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_join.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "consensus/quorum.h"
#include "tests/conformance/etcd/datadriven.h"
#include "tests/conformance/etcd/scenario.h"
#include "tests/conformance/etcd/scope.h"
#include "tests/conformance/etcd/testdata.h"

namespace symbolon::conformance {
namespace {

using consensus::Configuration;
using consensus::Index;
using consensus::NodeId;

void PrintRow(const std::string& file, const Result& result) {
  fmt::print("{:40} {:>8} {:>6} {:>8} {:>11}  {}\n", file, result.commands, result.run, result.compared,
             result.differences, result.failures.empty() ? "agrees" : "FAILS");
}

std::string Text(const CommandName& name) {
  return name.occurrence == 1 ? name.text : fmt::format("{} ({})", name.text, name.occurrence);
}

void PrintNotes(const std::string& file) {
  for (const LeftOut& item : AllLeftOut()) {
    if (item.file != file) continue;
    const char* extent = item.last.text.empty() ? " to the end" : "";
    fmt::print("    left out: {}{}: {}\n", Text(item.first), extent, item.why);
  }
  std::map<std::string, std::string> fields;  // by reason
  for (const Difference& item : AllDifferences()) {
    if (item.file != file) continue;
    std::string& all = fields[item.why];
    all += fmt::format("{}node {} {}", all.empty() ? "" : ", ", item.node, item.field);
  }
  for (const auto& [why, all] : fields) fmt::print("    differs: {}: {}\n", all, why);
}

TEST(EtcdScenarios, MeanTheSameHere) {
  const auto folder = EtcdRaftFolder("testdata");
  ASSERT_TRUE(folder.ok()) << folder.status();
  fmt::print("{:40} {:>8} {:>6} {:>8} {:>11}  {}\n", "scenario", "commands", "run", "facts", "differences",
             "result");
  std::set<std::string> found;
  for (const auto& path : TextFiles(*folder)) {
    const std::string file = path.filename().string();
    found.insert(file);
    const auto text = ReadText(path);
    ASSERT_TRUE(text.ok()) << text.status();
    const Result result = RunScenario(file, *text + Continuation(file), AllLeftOut(), AllDifferences());
    PrintRow(file, result);
    PrintNotes(file);
    EXPECT_TRUE(result.failures.empty()) << file << ":\n" << absl::StrJoin(result.failures, "\n");
    EXPECT_GT(result.compared, 0u) << file << ": nothing was compared";
  }
  EXPECT_GE(found.size(), 9u) << "the package has fewer scenarios than it had";
  for (const LeftOut& item : AllLeftOut()) EXPECT_TRUE(found.contains(item.file)) << item.file << " is gone";
  for (const Difference& item : AllDifferences())
    EXPECT_TRUE(found.contains(item.file)) << item.file << " is gone";
}

std::vector<Directive> QuorumTable(const std::string& file) {
  const auto folder = EtcdRaftFolder("quorum/testdata");
  EXPECT_TRUE(folder.ok()) << folder.status();
  if (!folder.ok()) return {};
  const auto text = ReadText(*folder / file);
  EXPECT_TRUE(text.ok()) << text.status();
  const auto directives = ParseDatadriven(text.value_or(""));
  EXPECT_TRUE(directives.ok()) << directives.status();
  return directives.value_or(std::vector<Directive>());
}

// The voters of a case, and what is known of each, in the order of their first mention.
std::map<NodeId, std::string> Known(const Directive& directive, const std::string& key) {
  std::map<NodeId, std::string> known;
  const std::vector<std::string> values = directive.Values(key);
  size_t next = 0;
  for (const std::string& voter : directive.Values("cfg")) {
    const NodeId id(std::stoull(voter));
    if (!known.contains(id)) known[id] = next < values.size() ? values[next++] : "_";
  }
  return known;
}

Configuration VotersOf(const Directive& directive) {
  std::vector<NodeId> voters;
  for (const auto& [id, value] : Known(directive, "")) voters.push_back(id);
  return Configuration(voters, {});
}

TEST(EtcdQuorums, TheIndexThatAMajorityHas) {
  size_t compared = 0;
  for (const Directive& directive : QuorumTable("majority_commit.txt")) {
    if (directive.Values("cfg").empty()) continue;  // a configuration has a voter
    const auto known = Known(directive, "idx");
    const Index index = consensus::MajorityIndex(VotersOf(directive), [&](NodeId id) {
      return known.at(id) == "_" ? Index(0) : Index(std::stoull(known.at(id)));
    });
    EXPECT_EQ(fmt::format("{}", index), Lines(directive.expected).back()) << "line " << directive.line;
    ++compared;
  }
  fmt::print("majority_commit.txt: {} cases\n", compared);
  EXPECT_GE(compared, 15u);
}

TEST(EtcdQuorums, TheOutcomeOfAVote) {
  size_t compared = 0;
  for (const Directive& directive : QuorumTable("majority_vote.txt")) {
    if (directive.Values("cfg").empty()) continue;
    consensus::Votes votes;
    for (const auto& [id, vote] : Known(directive, "votes")) {
      if (vote != "_") votes.Record(id, vote == "y");
    }
    const Configuration voters = VotersOf(directive);
    const char* outcome = votes.Won(voters)    ? "VoteWon\n"
                          : votes.Lost(voters) ? "VoteLost\n"
                                               : "VotePending\n";
    EXPECT_EQ(outcome, directive.expected) << "line " << directive.line;
    ++compared;
  }
  fmt::print("majority_vote.txt: {} cases\n", compared);
  EXPECT_GE(compared, 21u);
}

}  // namespace
}  // namespace symbolon::conformance
