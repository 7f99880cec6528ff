#include "tests/conformance/etcd/scenario.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "tests/conformance/etcd/cluster.h"
#include "tests/conformance/etcd/datadriven.h"
#include "tests/conformance/etcd/facts.h"

namespace symbolon::conformance {
namespace {

class Run {
 public:
  Run(const std::string& file, const std::vector<LeftOut>& left_out,
      const std::vector<Difference>& differences) {
    for (const LeftOut& item : left_out) {
      if (item.file == file) left_out_.push_back({&item, {}});
    }
    for (const Difference& item : differences) {
      if (item.file == file) differences_.push_back({&item, {}});
    }
  }

  Result Scenario(const std::vector<Directive>& directives) {
    result_.commands = directives.size();
    for (const Directive& directive : directives) {
      const CommandName name{directive.Text(), ++seen_[directive.Text()]};
      for (auto& item : left_out_) item.second.Enter(item.first->first, name);
      for (auto& item : differences_) item.second.Enter(item.first->first, name);
      if (!IsLeftOut()) Command(directive);
      for (auto& item : left_out_) item.second.Leave(item.first->last, name);
      for (auto& item : differences_) item.second.Leave(item.first->last, name);
    }
    for (const auto& [item, range] : left_out_) {
      if (!range.used)
        Fail(fmt::format("\"{}\" is listed as left out, and is not in the file", item->first.text));
    }
    for (const auto& [item, range] : differences_) {
      if (!range.used) {
        Fail(fmt::format("a difference is listed for node {}, {}, from \"{}\" on, and there is none",
                         item->node, item->field, item->first.text));
      }
    }
    return result_;
  }

  void Fail(std::string what) { result_.failures.push_back(std::move(what)); }

 private:
  // Whether the scenario is between two commands, both included.
  struct Range {
    bool inside = false;
    bool used = false;
    void Enter(const CommandName& first, const CommandName& now) {
      if (first.text == now.text && first.occurrence == now.occurrence) inside = true;
    }
    void Leave(const CommandName& last, const CommandName& now) {
      if (last.text == now.text && last.occurrence == now.occurrence) inside = false;
    }
  };

  bool IsLeftOut() {
    bool left_out = false;
    for (auto& [item, range] : left_out_) {
      if (range.inside) left_out = range.used = true;
    }
    return left_out;
  }

  void Command(const Directive& directive) {
    const std::string where = fmt::format("line {}, {}", directive.line, directive.Text());
    ++result_.run;
    if (absl::Status status = expected_.Read(directive); !status.ok())
      return Fail(fmt::format("{}: {}", where, status.ToString()));
    if (absl::Status status = cluster_.Run(directive); !status.ok())
      return Fail(fmt::format("{}: {}", where, status.ToString()));
    Facts facts = expected_.facts();
    // A vote that nobody expects is one too many.
    for (uint64_t node : cluster_.nodes()) {
      if (!facts.empty()) facts.emplace(std::pair(node, "votes"), "");
    }
    for (const auto& [key, value] : facts) Compare(where, key.first, key.second, value);
  }

  void Compare(const std::string& where, uint64_t node, const std::string& field, const std::string& theirs) {
    const std::optional<std::string> ours = cluster_.Observe(node, field);
    if (!ours) return;
    for (auto& [item, range] : differences_) {
      if (!range.inside || item->node != node || item->field != field || *ours == theirs) continue;
      range.used = true;
      ++result_.differences;
      if (item->ours.empty() || item->ours == *ours) return;
    }
    if (*ours == theirs) {
      ++result_.compared;
    } else {
      Fail(fmt::format("{}: node {}, {}: expected \"{}\", ours \"{}\"", where, node, field, theirs, *ours));
    }
  }

  std::vector<std::pair<const LeftOut*, Range>> left_out_;
  std::vector<std::pair<const Difference*, Range>> differences_;
  std::map<std::string, int> seen_;
  ExpectedFacts expected_;
  Cluster cluster_;
  Result result_;
};

}  // namespace

Result RunScenario(const std::string& file, std::string_view text, const std::vector<LeftOut>& left_out,
                   const std::vector<Difference>& differences) {
  absl::StatusOr<std::vector<Directive>> directives = ParseDatadriven(text);
  if (!directives.ok()) {
    Result result;
    result.failures.push_back(std::string(directives.status().message()));
    return result;
  }
  return Run(file, left_out, differences).Scenario(*directives);
}

}  // namespace symbolon::conformance
