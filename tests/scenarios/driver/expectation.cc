#include "tests/scenarios/driver/expectation.h"

#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_join.h>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/status_macros.h"
#include "tests/scenarios/driver/args.h"
#include "tests/scenarios/driver/messages.h"
#include "tests/scenarios/driver/words.h"

namespace symbolon::consensus {
namespace {

absl::Status Wrong(std::string what) {
  return absl::FailedPreconditionError(std::move(what));
}

// 3, >=3, <=3, !=3, [1 1 2]; anything else is compared as text.
bool Agrees(const std::string& is, const std::string& wanted) {
  if (const auto list = ParseList(wanted); list.ok()) return is == ShowList(*list);
  if (wanted.size() < 2 || wanted[1] != '=') return is == wanted;
  const std::string value = wanted.substr(2);
  if (wanted[0] == '!') return is != value;
  uint64_t a = 0, b = 0;
  if (!absl::SimpleAtoi(is, &a) || !absl::SimpleAtoi(value, &b)) return false;
  return wanted[0] == '>' ? a >= b : a <= b;
}

std::string Show(const std::optional<NodeId>& node) {
  return node ? fmt::format("{}", *node) : "none";
}

template <typename T>
std::string Text(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

std::string ShowNodes(const std::vector<NodeId>& nodes) {
  std::vector<uint64_t> ids;
  for (NodeId node : nodes) ids.push_back(node.value());
  return ShowList(ids);
}

std::string LogOf(const Raft& raft) {
  std::vector<uint64_t> terms;
  for (Index i(1); i <= raft.last().index; i = Next(i))
    terms.push_back(raft.TermAt(i).value_or(Term()).value());
  return ShowList(terms);
}

absl::StatusOr<std::string> MatchOf(const Raft& raft, const std::string& bracket) {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> nodes, ParseList(bracket));
  for (const Raft::PeerProgress& peer : raft.Peers()) {
    if (nodes.size() == 1 && peer.node == NodeId(nodes[0])) return fmt::format("{}", peer.match);
  }
  return "none";
}

// What a process says of itself.
absl::StatusOr<std::string> OfProcess(const Raft& raft, const std::string& field) {
  if (field == "role") return Text(raft.role());
  if (field == "term") return fmt::format("{}", raft.term());
  if (field == "vote") return Show(raft.hard_state().vote);
  if (field == "leader") return Show(raft.leader());
  if (field == "log") return LogOf(raft);
  if (field == "last") return fmt::format("{}", raft.last().index);
  if (field == "commit") return fmt::format("{}", raft.commit());
  if (field == "applied") return fmt::format("{}", raft.applied());
  if (field == "durable") return fmt::format("{}", raft.durable());
  if (field == "ready") return raft.IsReadyLeader() ? "yes" : "no";
  if (field == "standing") return Text(raft.standing());
  if (field == "removed") return raft.removed() ? Text(raft.removed()->index) : "no";
  if (field == "voters") return ShowNodes(raft.configuration().voters());
  if (field == "learners") return ShowNodes(raft.configuration().learners());
  if (absl::StartsWith(field, "match[")) return MatchOf(raft, field.substr(5));
  return absl::InvalidArgumentError(fmt::format("a node has no \"{}\"", field));
}

absl::StatusOr<std::string> Observe(const Machine& m, const std::string& field) {
  if (field == "state") return !m.raft ? "down" : m.paused ? "paused" : "up";
  if (field == "stopped") return m.stopped.empty() ? "no" : m.stopped;
  if (field == "writes") return fmt::format("{}", m.writes.size());
  if (field == "disk-term") return fmt::format("{}", m.disk.hard_state.term);
  if (field == "disk-vote") return Show(m.disk.hard_state.vote);
  if (field == "disk-log") {
    return ShowList(Terms(m.disk.log.entries()));
  }
  if (!m.raft) return "unknown, as the node is down";
  return OfProcess(*m.raft, field);
}

// Does the log hold all (`holds`), or any (`lacks`), of the entries proposed under this name?
absl::Status CheckHolds(const World& world, const Machine& m, const std::string& field,
                        const std::string& name) {
  const Answer* answer = world.answer(name);
  if (answer == nullptr)
    return absl::InvalidArgumentError(fmt::format("nothing was proposed as \"{}\"", name));
  if (!m.raft) return Wrong(fmt::format("node {} is down", m.id));
  for (const LogPosition& p : answer->positions) {
    const bool held = m.raft->TermAt(p.index) == p.term;
    if (held != (field == "holds")) {
      return Wrong(fmt::format("node {} {} the entry ({}, term {}) of {}", m.id, held ? "holds" : "lacks",
                               p.index, p.term, name));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckHoldsTerm(const Machine& m, const std::string& wanted) {
  ASSIGN_OR_RETURN(const LogPosition p, ParsePosition(wanted));
  const std::optional<Term> term = m.raft ? m.raft->TermAt(p.index) : std::nullopt;
  if (term == p.term) return absl::OkStatus();
  return Wrong(fmt::format("entry {} of node {} has term {}", p.index, m.id,
                           term ? fmt::format("{}", *term) : "none"));
}

absl::Status CheckField(const World& world, const Machine& m, const std::string& field,
                        const std::string& wanted) {
  if (field == "holds" || field == "lacks") return CheckHolds(world, m, field, wanted);
  if (field == "holds-term") return CheckHoldsTerm(m, wanted);
  ASSIGN_OR_RETURN(const std::string is, Observe(m, field));
  const bool agrees = field == "stopped" ? absl::StrContains(is, wanted) : Agrees(is, wanted);
  return agrees ? absl::OkStatus() : Wrong(fmt::format("{} of node {} is {}", field, m.id, is));
}

absl::Status CheckNode(const World& world, NodeId node, std::span<const std::string> pairs) {
  for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
    RETURN_IF_ERROR(CheckField(world, world.machine(node), pairs[i], pairs[i + 1]));
  }
  return absl::OkStatus();
}

// [any|none] NODE... FIELD VALUE...
absl::Status CheckNodes(const World& world, Args& args) {
  const bool any = args.Skip("any"), none = !any && args.Skip("none");
  std::vector<NodeId> nodes;
  while (const auto number = args.NumberIfAny()) nodes.push_back(NodeId(*number));
  if (args.Skip("all") || nodes.empty()) nodes = world.nodes();
  const std::span<const std::string> pairs = args.Rest();
  RETURN_IF_ERROR(args.Done());
  if (pairs.empty() || pairs.size() % 2 != 0)
    return absl::InvalidArgumentError("write: NODE... FIELD VALUE...");
  std::string others;
  for (NodeId node : nodes) {
    if (node.value() == 0 || node.value() > world.nodes().size())
      return absl::InvalidArgumentError(fmt::format("there is no node {}", node));
    const absl::Status status = CheckNode(world, node, pairs);
    if (absl::IsInvalidArgument(status)) return status;
    if (none && status.ok()) return Wrong(fmt::format("it is so of node {}", node));
    if (any && status.ok()) return status;
    if (!any && !none) RETURN_IF_ERROR(status);
    others += fmt::format("{}{}", others.empty() ? "" : "; ", std::string(status.message()));
  }
  return any ? Wrong(others) : absl::OkStatus();
}

// messages COUNT SELECTOR
absl::Status CheckMessages(const World& world, Args& args) {
  const std::string wanted = args.Word("a count");
  ASSIGN_OR_RETURN(const MessagePattern pattern, ParsePattern(args.Rest()));
  RETURN_IF_ERROR(args.Done());
  size_t count = 0;
  for (const Message& message : world.in_flight()) count += pattern.Matches(message) ? 1 : 0;
  if (Agrees(fmt::format("{}", count), wanted)) return absl::OkStatus();
  std::string all;
  for (const Message& message : world.in_flight()) all += "\n    " + Describe(message);
  return Wrong(fmt::format("{} are under way of: {}{}", count, pattern.ToString(), all));
}

// NAME is STATE [at INDEX]
absl::Status CheckAnswer(const World& world, Args& args) {
  const std::string name = args.Word("a name");
  const Answer* answer = world.answer(name);
  if (answer == nullptr) return absl::InvalidArgumentError(fmt::format("nothing was asked as \"{}\"", name));
  if (!args.Skip("is")) return absl::InvalidArgumentError("write: NAME is STATE");
  const std::string state = args.Word("a state");
  std::string at;
  if (args.Skip("at")) at = args.Word("an index");
  RETURN_IF_ERROR(args.Done());
  if (answer->state != state) return Wrong(fmt::format("{} is {}", name, answer->state));
  const std::string index = fmt::format("{}", answer->index);
  if (!at.empty() && !Agrees(index, at)) return Wrong(fmt::format("{} is {} at {}", name, state, index));
  return absl::OkStatus();
}

// agree NODE...: the same log, committed up to the same index.
absl::Status CheckAgree(const World& world, Args& args) {
  const std::vector<NodeId> nodes = args.Nodes();
  RETURN_IF_ERROR(args.Done());
  for (const char* field : {"log", "commit"}) {
    ASSIGN_OR_RETURN(const std::string first, Observe(world.machine(nodes[0]), field));
    for (NodeId node : nodes) RETURN_IF_ERROR(CheckField(world, world.machine(node), field, first));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Check(const World& world, std::span<const std::string> words) {
  Args args(words, world.nodes());
  if (args.Skip("agree")) return CheckAgree(world, args);
  if (args.Skip("messages")) return CheckMessages(world, args);
  if (words.size() > 1 && words[1] == "is") return CheckAnswer(world, args);
  return CheckNodes(world, args);
}

}  // namespace symbolon::consensus
