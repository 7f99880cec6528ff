// Scenes and actions in words, and back.

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/status_macros.h"
#include "tests/exploration/scene.h"

namespace symbolon::consensus::exploration {
namespace {

constexpr std::array<std::string_view, kKinds> kWords = {
    "deliver", "timeout", "campaign", "heartbeat", "persist", "crash", "fill",
    "free",    "propose", "read",     "transfer",  "change",  "take"};

std::optional<Kind> KindOf(std::string_view word) {
  const auto it = std::find(kWords.begin(), kWords.end(), word);
  if (it == kWords.end()) return std::nullopt;
  return static_cast<Kind>(it - kWords.begin());
}

std::optional<uint16_t> NodeOf(const World& world, const std::string& word) {
  uint32_t n = 0;
  if (!absl::SimpleAtoi(word, &n) || n == 0 || n > world.nodes()) return std::nullopt;
  return static_cast<uint16_t>(n);
}

void Remove(MessageId message, Scene& scene) {
  scene.messages.erase(std::remove(scene.messages.begin(), scene.messages.end(), message),
                       scene.messages.end());
}

absl::Status Nonsense(std::string_view line, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("\"{}\": {}", line, why));
}

}  // namespace

std::string_view Word(Kind kind) {
  return kWords[static_cast<size_t>(kind)];
}

std::string Stage::TextOf(MessageId id) const {
  const Message& message = catalogue_.message(id);
  std::string out = Describe(message);
  if (const auto* append = std::get_if<AppendRequest>(&message.body); append && !append->entries.empty()) {
    absl::StrAppend(&out, " [",
                    absl::StrJoin(append->entries, "; ",
                                  [](std::string* to, const Entry& entry) {
                                    absl::StrAppend(to, entry.data->header, ", term ", entry.term.value());
                                  }),
                    "]");
  }
  return out;
}

std::string Stage::TextOf(const Action& action) const {
  const std::string_view word = Word(action.step.kind);
  if (action.step.kind == Kind::kDeliver) return fmt::format("{} {}", word, TextOf(action.step.argument));
  if (action.step.kind == Kind::kTransfer) {
    return fmt::format("{} {} to {}", word, action.node + 1, action.step.argument);
  }
  if (action.step.kind == Kind::kChange) {
    return fmt::format("{} {}: {}", word, action.node + 1, world_.possible_changes[action.step.argument]);
  }
  return fmt::format("{} {}", word, action.node + 1);
}

std::string Stage::TextOf(const Scene& scene, size_t node) const {
  const Node& n = catalogue_.node(scene.nodes[node]);
  const Raft& raft = n.raft();
  auto terms = [](const std::vector<Entry>& entries) {
    return absl::StrJoin(entries, " ",
                         [](std::string* to, const Entry& e) { absl::StrAppend(to, e.term.value()); });
  };
  std::string out = fmt::format("node {}: {} of term {}, log [{}], commit {}", node + 1,
                                fmt::streamed(raft.role()), raft.term(), terms(n.Log()), raft.commit());
  if (n.disk().entries().size() != n.Log().size() || n.disk_hard_state().term != raft.term()) {
    absl::StrAppend(&out, fmt::format("; on disk: term {}, log [{}]", n.disk_hard_state().term,
                                      terms(n.disk().entries())));
  }
  return out;
}

absl::StatusOr<Action> Stage::Parse(const Scene& scene, const std::string& line) const {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  const std::optional<Kind> kind = KindOf(words.front());
  if (!kind || words.size() < 2) return Nonsense(line, "not an action");
  if (*kind == Kind::kDeliver) {
    for (MessageId message : scene.messages) {
      const Action action{catalogue_.message(message).to.value() - 1, {Kind::kDeliver, message}};
      if (TextOf(action) == line) return action;
    }
    return Nonsense(line, "no such message is on its way");
  }
  const std::optional<uint16_t> node = NodeOf(world_, std::string(absl::StripSuffix(words[1], ":")));
  if (!node) return Nonsense(line, "no such node");
  Action action{*node - size_t{1}, {*kind}};
  if (*kind == Kind::kRead) {
    action.step.argument = static_cast<uint16_t>(histories_[scene.history].begun_reads + 1);
  } else if (*kind == Kind::kTransfer) {
    const std::optional<uint16_t> target = NodeOf(world_, words.back());
    if (words.size() != 4 || !target) return Nonsense(line, "say: transfer N to M");
    action.step.argument = *target;
  } else if (*kind == Kind::kChange) {
    const auto& changes = world_.possible_changes;
    const auto it = std::find_if(changes.begin(), changes.end(), [&](const std::string& change) {
      return absl::EndsWith(line, ": " + change);
    });
    if (it == changes.end()) return Nonsense(line, "say: change N: one of the changes that this world knows");
    action.step.argument = static_cast<uint16_t>(it - changes.begin());
  }
  return action;
}

absl::Status Stage::Perform(std::string line, Scene& scene) {
  line = line.substr(0, line.find('#'));
  absl::StripAsciiWhitespace(&line);
  if (line.empty()) return absl::OkStatus();
  if (absl::StartsWith(line, "lead ")) return Lead(line.substr(5), scene);
  if (absl::StartsWith(line, "lose ")) {
    const std::string what = line.substr(5);
    const auto lost = std::remove_if(scene.messages.begin(), scene.messages.end(), [&](MessageId message) {
      return what == "all" || TextOf(message) == what;
    });
    if (lost == scene.messages.end()) return Nonsense(line, "no such message is on its way");
    scene.messages.erase(lost, scene.messages.end());
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Action action, Parse(scene, line));
  return PerformAction(action, scene);
}

absl::Status Stage::PerformAction(const Action& action, Scene& scene) {
  Scene next;
  const Outcome outcome = Do(scene, action, next);
  switch (outcome.kind) {
    case Outcome::Kind::kImpossible:
      return Nonsense(TextOf(action), "cannot happen here");
    case Outcome::Kind::kViolation:
      return absl::AbortedError(outcome.violation);
    case Outcome::Kind::kNothingNew:
      // Heard, though nothing came of it.
      if (action.step.kind == Kind::kDeliver && !world_.duplicates) Remove(action.step.argument, scene);
      return absl::OkStatus();
    case Outcome::Kind::kNext:
      scene = std::move(next);
  }
  return absl::OkStatus();
}

absl::Status Stage::Lead(const std::string& node, Scene& scene) {
  RETURN_IF_ERROR(Perform("timeout " + node, scene));
  if (world_.batches) RETURN_IF_ERROR(Perform("take " + node, scene));
  if (!world_.real_pre_vote) {
    RETURN_IF_ERROR(Perform("campaign " + node, scene));
    if (world_.batches) RETURN_IF_ERROR(Perform("take " + node, scene));
  }
  return HearEverything(scene);
}

// Until nothing is left to be said or written.
absl::Status Stage::HearEverything(Scene& scene) {
  for (bool more = true; more;) {
    more = false;
    for (size_t n = 0; n < scene.nodes.size(); ++n) {
      for (Kind kind : {Kind::kTake, Kind::kPersist}) {
        while (catalogue_.Do(scene.nodes[n], {kind}).next != kNoState) {
          RETURN_IF_ERROR(PerformAction({n, {kind}}, scene));
          more = true;
        }
      }
    }
    if (scene.messages.empty()) continue;
    more = true;
    const MessageId message = scene.messages.front();
    RETURN_IF_ERROR(
        PerformAction({catalogue_.message(message).to.value() - 1, {Kind::kDeliver, message}}, scene));
    Remove(message, scene);
  }
  return absl::OkStatus();
}

}  // namespace symbolon::consensus::exploration
