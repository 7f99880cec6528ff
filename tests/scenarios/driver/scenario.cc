#include "tests/scenarios/driver/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <string_view>

#include "base/status_macros.h"
#include "tests/consensus/trace_file.h"
#include "tests/scenarios/driver/run.h"

namespace symbolon::consensus {
namespace {

constexpr size_t kShownEvents = 40;

// The events of one case, the last of them kept.
class Tracer {
 public:
  explicit Tracer(std::ostream* out) : out_(out) {}

  void Line(size_t number, const std::string& text) { Add(fmt::format("{:>5}  {}", number, text)); }
  void Event(const std::string& text) { Add(fmt::format("         {}", text)); }
  std::string Last() const {
    std::string all;
    for (const std::string& line : lines_) all += line + "\n";
    return all;
  }

 private:
  void Add(std::string line) {
    if (out_) *out_ << line << "\n";
    lines_.push_back(std::move(line));
    if (lines_.size() > kShownEvents) lines_.pop_front();
  }

  std::ostream* out_;
  std::deque<std::string> lines_;
};

// Does everything that nodes hear and find come from the nodes themselves?
bool IsClosed(const Case& one) {
  static const std::set<std::string_view> by_hand = {"node", "inject", "lose", "restore", "unreadable"};
  return std::none_of(one.lines.begin(), one.lines.end(),
                      [](const Line& line) { return by_hand.contains(line.words[0]); });
}

absl::Status RunCase(const Script& script, const Case& one, std::ostream* trace) {
  const std::string where = one.name.empty() ? "" : fmt::format(" (case {})", one.name);
  if (trace) *trace << script.file << where << "\n";
  Tracer tracer(trace);
  std::string name = fmt::format("scenario-{}{}", script.file.substr(0, script.file.rfind('.')), where);
  std::erase_if(name, [](char c) { return c == '(' || c == ')' || c == '[' || c == ']' || c == '"'; });
  std::replace(name.begin(), name.end(), ' ', '-');
  Run run([&](std::string event) { tracer.Event(event); }, OpenTrace(name, IsClosed(one)));
  for (const Line& line : one.lines) {
    tracer.Line(line.number, line.text);
    const absl::Status status = run.Execute(line);
    if (status.ok()) continue;
    const std::string events = trace ? "" : "\nthe last events, by line:\n" + tracer.Last();
    return absl::Status(status.code(), fmt::format("{}:{}: {}\n  {}{}{}", script.file, line.number, line.text,
                                                   std::string(status.message()), where, events));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunScenario(const std::string& path, std::ostream* trace) {
  ASSIGN_OR_RETURN(const Script script, LoadScript(path));
  for (const Case& one : script.cases) RETURN_IF_ERROR(RunCase(script, one, trace));
  return absl::OkStatus();
}

}  // namespace symbolon::consensus
