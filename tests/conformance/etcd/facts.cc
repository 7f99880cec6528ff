#include "tests/conformance/etcd/facts.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_join.h>
#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "base/status_macros.h"

namespace symbolon::conformance {
namespace {

uint64_t Number(const std::string& text) {
  return std::stoull(text);
}

// The groups of `pattern` in `line`, the whole match first; empty if it does not match.
std::vector<std::string> Match(const std::string& line, const char* pattern) {
  std::smatch match;
  if (!std::regex_search(line, match, std::regex(pattern))) return {};
  return {match.begin(), match.end()};
}

std::string Kind(const std::string& type, const std::string& data) {
  if (type != "EntryNormal") return "configuration";
  return data == "\"\"" ? "no-op" : "normal " + data;
}

}  // namespace

bool IsOfOneCommand(std::string_view field) {
  return field == "answer" || field == "votes" || field == "refusals" || field.starts_with("progress of ");
}

std::string WithLine(std::string lines, std::string line) {
  std::vector<std::string> all = Lines(lines);
  all.push_back(std::move(line));
  std::sort(all.begin(), all.end());
  return absl::StrJoin(all, "\n") + "\n";
}

void ExpectedFacts::Add(uint64_t node, const std::string& field, std::string line) {
  std::string& lines = facts_[{node, field}];
  lines = WithLine(lines, std::move(line));
}

absl::Status ExpectedFacts::Read(const Directive& directive) {
  std::erase_if(facts_, [](const auto& fact) { return IsOfOneCommand(fact.first.second); });
  if (directive.command == "log-level") {
    quiet_ = directive.positional == std::vector<std::string>{"none"};
    return absl::OkStatus();
  }
  if (quiet_) facts_.clear();
  node_ = 0;
  receiving_ = false;
  section_.clear();
  if (!directive.positional.empty() && !absl::SimpleAtoi(directive.positional[0], &node_)) node_ = 0;
  if (directive.command == "propose") {
    const bool dropped = directive.expected == "raft proposal dropped\n";
    Set(node_, "answer", dropped ? "dropped" : directive.expected == "ok\n" ? "ok" : directive.expected);
    return absl::OkStatus();
  }
  for (const std::string& line : Lines(directive.expected)) {
    RETURN_IF_ERROR(ReadLine(std::string(absl::StripAsciiWhitespace(line))));
  }
  return absl::OkStatus();
}

absl::Status ExpectedFacts::ReadLine(const std::string& line) {
  if (line == "ok" || line == "ok (quiet)" || line.starts_with("dropped: ")) return absl::OkStatus();
  if (auto m = Match(line, R"(^> (\d+) (handling Ready|receiving messages)$)"); !m.empty()) {
    node_ = Number(m[1]);
    receiving_ = m[2] == "receiving messages";
    section_.clear();
    return absl::OkStatus();
  }
  if (auto m = Match(line, R"(^(INFO|DEBUG) (.*)$)"); !m.empty()) return ReadLog(m[2]), absl::OkStatus();
  if (ReadReady(line) || ReadEntry(line) || ReadMessage(line) || ReadProgress(line)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("an expected line of unknown form: {}", line));
}

void ExpectedFacts::ReadLog(const std::string& line) {
  if (auto m = Match(line, R"(^(\d+) became (follower|candidate|leader) at term (\d+)$)"); !m.empty()) {
    ForgetMatches(Number(m[1]));
    Set(Number(m[1]), "role", m[2]);
    Set(Number(m[1]), "term", m[3]);
  } else if (auto n = Match(
                 line,
                 R"(^newRaft (\d+) .*term: (\d+), commit: (\d+), .*lastindex: (\d+), lastterm: (\d+)\])");
             !n.empty()) {
    Set(Number(n[1]), "term", n[2]);
    Set(Number(n[1]), "commit", n[3]);
    SetLast(Number(n[1]), n[5], n[4]);
  } else if (auto c = Match(line, R"(^(\d+) switched to configuration (voters=\([\d ]+\).*)$)"); !c.empty()) {
    Set(Number(c[1]), "configuration", c[2]);
  } else if (auto v = Match(line, R"(^(\d+) .*cast MsgVote for (\d+) )"); !v.empty()) {
    Set(Number(v[1]), "vote", v[2]);
  } else if (auto s = Match(
                 line, R"(^(\d+) \[commit: (\d+), lastindex: (\d+), lastterm: (\d+)\] restored snapshot)");
             !s.empty()) {
    Set(Number(s[1]), "commit", s[2]);
    SetLast(Number(s[1]), s[4], s[3]);
  } else if (auto p = Match(line, R"(^(\d+) decreased progress of (\d+) to \[(\w+ match=\d+ next=\d+))");
             !p.empty()) {
    Add(Number(p[1]), "refusals", fmt::format("{}: {}", p[2], p[3]));
  }
}

bool ExpectedFacts::ReadReady(const std::string& line) {
  if (line.starts_with("Ready MustSync=") || line.starts_with("Snapshot Index:"))
    return true;  // told in other lines too
  if (auto m = Match(line, R"(^(Entries|CommittedEntries|Messages):$)"); !m.empty()) {
    section_ = m[1];
    return true;
  }
  if (auto m = Match(line, R"(^Lead:(\d+) State:State(\w+)$)"); !m.empty()) {
    Set(node_, "leader", m[1]);
    Set(node_, "role", absl::AsciiStrToLower(m[2]));
    return true;
  }
  if (auto m = Match(line, R"(^HardState Term:(\d+)(?: Vote:(\d+))? Commit:(\d+)$)"); !m.empty()) {
    Set(node_, "term", m[1]);
    Set(node_, "vote", m[2].empty() ? "0" : m[2]);
    Set(node_, "commit", m[3]);
    return true;
  }
  return false;
}

bool ExpectedFacts::ReadEntry(const std::string& line) {
  const auto m = Match(line, R"(^(\d+)/(\d+) (Entry\w+) ?(.*)$)");
  if (m.empty()) return false;
  if (section_ == "CommittedEntries") return true;  // listed when they were appended
  Set(node_, "entry " + m[2], fmt::format("{}/{} {}", m[1], m[2], Kind(m[3], m[4])));
  SetLast(node_, m[1], m[2]);
  return true;
}

bool ExpectedFacts::ReadMessage(const std::string& line) {
  const auto m = Match(line, R"(^(\d+)->(\d+) (Msg\w+) Term:(\d+) Log:(\d+)/(\d+)(.*)$)");
  if (m.empty()) return false;
  const bool rejected = m[7].starts_with(" Rejected");
  if (receiving_ && m[3] == "MsgAppResp" && !rejected) {
    std::string& match = facts_[{node_, "match of " + m[1]}];
    if (match.empty() || Number(match) < Number(m[6])) match = m[6];
  }
  if (receiving_) return true;
  if (m[3] == "MsgVote")
    Add(node_, "votes", fmt::format("asks {} in term {}, last {}/{}", m[2], m[4], m[5], m[6]));
  if (m[3] == "MsgVoteResp")
    Add(node_, "votes", fmt::format("{} {} in term {}", rejected ? "refuses" : "grants", m[2], m[4]));
  return true;
}

bool ExpectedFacts::ReadProgress(const std::string& line) {
  const auto m = Match(line, R"(^(\d+): (\w+ match=\d+ next=\d+)(.*)$)");
  if (m.empty()) return false;
  const bool inactive = m[3].find("inactive") != std::string::npos;
  // Of itself a node always knows everything.
  if (Number(m[1]) != node_) Set(node_, "progress of " + m[1], m[2] + (inactive ? " inactive" : ""));
  return true;
}

// Whatever stood at the index and after is gone.
void ExpectedFacts::SetLast(uint64_t node, const std::string& term, const std::string& index) {
  Set(node, "last", fmt::format("{}/{}", term, index));
  std::erase_if(facts_, [&](const auto& fact) {
    const std::string& field = fact.first.second;
    return fact.first.first == node && field.starts_with("entry ") && Number(field.substr(6)) > Number(index);
  });
}

void ExpectedFacts::ForgetMatches(uint64_t node) {
  std::erase_if(facts_, [&](const auto& fact) {
    const std::string& field = fact.first.second;
    return fact.first.first == node && field.starts_with("match of ");
  });
}

}  // namespace symbolon::conformance
