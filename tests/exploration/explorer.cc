#include "tests/exploration/explorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "tests/exploration/state_store.h"

namespace symbolon::consensus::exploration {
namespace {

// A scene as a record of fixed width.
class Packing {
 public:
  explicit Packing(const World& world) : nodes_(world.nodes()), messages_(world.messages) {}

  size_t width() const { return (nodes_ + 1) * sizeof(uint32_t) + messages_ * sizeof(MessageId); }

  void Pack(const Scene& scene, uint8_t* to) const {
    std::memcpy(to, scene.nodes.data(), nodes_ * sizeof(NodeState));
    std::memcpy(to + nodes_ * sizeof(NodeState), &scene.history, sizeof scene.history);
    MessageId* const messages = reinterpret_cast<MessageId*>(to + (nodes_ + 1) * sizeof(uint32_t));
    std::fill_n(std::copy(scene.messages.begin(), scene.messages.end(), messages),
                messages_ - scene.messages.size(), kNoMessage);
  }

  void Unpack(const uint8_t* from, Scene& scene) const {
    scene.nodes.resize(nodes_);
    std::memcpy(scene.nodes.data(), from, nodes_ * sizeof(NodeState));
    std::memcpy(&scene.history, from + nodes_ * sizeof(NodeState), sizeof scene.history);
    scene.messages.resize(messages_);
    std::memcpy(scene.messages.data(), from + (nodes_ + 1) * sizeof(uint32_t), messages_ * sizeof(MessageId));
    while (!scene.messages.empty() && scene.messages.back() == kNoMessage) scene.messages.pop_back();
  }

 private:
  size_t nodes_;
  size_t messages_;
};

class Explorer {
 public:
  Explorer(const World& world, const Limits& limits)
      : world_(world),
        limits_(limits),
        stage_(world, limits.symmetric && world.equal_nodes, limits.check_twins),
        packing_(world),
        store_(packing_.width()),
        record_(packing_.width()) {}

  Findings Run() {
    const auto begin = std::chrono::steady_clock::now();
    if (limits_.aborted) CatchAborts();
    if (absl::Status status = Begin(); !status.ok()) {
      (absl::IsAborted(status) ? findings_.violation : findings_.error) = std::string(status.message());
      findings_.way = world_.begin;
    } else {
      Search();
    }
    running_ = nullptr;
    Count();
    findings_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(findings_);
  }

 private:
  void Count() {
    findings_.states = store_.size();
    findings_.node_states = stage_.catalogue().nodes();
    findings_.messages = stage_.catalogue().messages();
    findings_.local_transitions = stage_.catalogue().transitions();
    findings_.histories = stage_.histories();
  }

  absl::Status Begin() {
    Scene scene = stage_.FirstScene();
    for (const std::string& line : world_.begin) RETURN_IF_ERROR(stage_.Perform(line, scene));
    if (scene.messages.size() > world_.messages) {
      return absl::InvalidArgumentError(
          "there are more messages on their way in the beginning than there may be");
    }
    first_ = scene;
    Add(scene, 0);
    return absl::OkStatus();
  }

  void Search() {
    Scene scene, next;
    uint32_t level_end = 1;
    bool violated = false;
    for (uint32_t id = 0; id < store_.size(); ++id) {
      if (id == level_end) {
        level_end = store_.size();
        ++findings_.depth;
      }
      if (limits_.progress && (id & 0xfffff) == 0xfffff) limits_.progress(store_.size(), findings_.depth);
      packing_.Unpack(store_[id], scene);
      stage_.ForEachAction(scene, [&](const Action& action) {
        if (violated) return;
        now_ = id;
        const Stage::Outcome outcome = stage_.Do(scene, action, next);
        if (outcome.kind == Stage::Outcome::Kind::kImpossible) return;
        ++findings_.transitions;
        ++findings_.by_kind[static_cast<size_t>(action.step.kind)];
        findings_.rules.Add(outcome.coverage);
        if (outcome.kind == Stage::Outcome::Kind::kViolation) {
          violated = true;
          findings_.violation = outcome.violation;
          last_words_ = stage_.TextOf(action);
        } else if (outcome.kind == Stage::Outcome::Kind::kNext) {
          ForEachLoss(next, [&](Scene& left) { Add(left, id); });
        }
      });
      if (violated) return TellViolation(id);
      if (store_.size() >= limits_.max_states) return;
    }
    findings_.complete = true;
  }

  void Add(Scene& scene, uint32_t parent) {
    const size_t alike = stage_.MakeCanonical(scene);
    packing_.Pack(scene, record_.data());
    if (store_.Add(record_.data(), parent).second) findings_.renamed_states += alike;
  }

  // When more is on its way than there may be, any of it may be lost.
  void ForEachLoss(Scene& scene, absl::FunctionRef<void(Scene&)> each) const {
    const size_t count = scene.messages.size();
    if (count <= world_.messages) return each(scene);
    Scene left;
    for (uint32_t kept = 0; kept < (1u << count); ++kept) {
      if (static_cast<size_t>(std::popcount(kept)) != world_.messages) continue;
      left.nodes = scene.nodes;
      left.history = scene.history;
      left.messages.clear();
      for (size_t i = 0; i < count; ++i) {
        if (kept >> i & 1) left.messages.push_back(scene.messages[i]);
      }
      each(left);
    }
  }

  // The shortest way from the first scene to the one for which record `id` stands; `scene` is where it ends.
  std::vector<std::string> WayTo(uint32_t id, Scene& scene) {
    std::vector<uint32_t> ids;
    for (; id != 0; id = store_.parent(id)) ids.push_back(id);
    std::reverse(ids.begin(), ids.end());
    std::vector<std::string> way = world_.begin;
    scene = first_;
    for (uint32_t step : ids) {
      Scene wanted;
      packing_.Unpack(store_[step], wanted);
      const Scene before = scene;
      bool found = false;
      stage_.ForEachAction(before, [&](const Action& action) {
        Scene next;
        if (found || stage_.Do(before, action, next).kind != Stage::Outcome::Kind::kNext) return;
        ForEachLoss(next, [&](Scene& left) {
          Scene canonical = left;
          stage_.MakeCanonical(canonical);
          if (found || canonical != wanted) return;
          found = true;
          way.push_back(stage_.TextOf(action));
          for (MessageId message : next.messages) {
            const bool kept = std::binary_search(left.messages.begin(), left.messages.end(), message);
            if (!kept) way.push_back("lose " + stage_.TextOf(message));
          }
          scene = left;
        });
      });
    }
    return way;
  }

  // From record `id` one action leads to a violation: which, with the nodes numbered as on the way?
  void TellViolation(uint32_t id) {
    Scene scene;
    findings_.way = WayTo(id, scene);
    const std::string words_then = last_words_;
    bool found = false;
    stage_.ForEachAction(scene, [&](const Action& action) {
      Scene next;
      if (found) return;
      last_words_ = stage_.TextOf(action);
      const Stage::Outcome outcome = stage_.Do(scene, action, next);
      found = outcome.kind == Stage::Outcome::Kind::kViolation;
      if (found) findings_.violation = outcome.violation;
    });
    findings_.way.push_back(found ? last_words_ : words_then);
  }

  // abort() is called in the middle of one node's step, which is tried on a copy: everything else here is
  // whole.
  void CatchAborts() {
    running_ = this;
    std::signal(SIGABRT, [](int) {
      if (running_ != nullptr) running_->TellAbort();
    });
  }

  // Called again by the action looked for, when it is tried again.
  void TellAbort() {
    if (std::exchange(aborted_, true)) {
      findings_.way.push_back(last_words_);
    } else {
      TellViolation(now_);
    }
    findings_.violation = "the core aborts: an assertion does not hold";
    Count();
    limits_.aborted(findings_);
  }

  inline static Explorer* running_ = nullptr;

  const World& world_;
  const Limits& limits_;
  Stage stage_;
  Scene first_;
  Packing packing_;
  StateStore store_;
  std::vector<uint8_t> record_;
  Findings findings_;
  uint32_t now_ = 0;  // the record whose next steps are being looked for
  bool aborted_ = false;
  std::string last_words_;  // the action being tried, once a way is being told
};

}  // namespace

Findings Explore(const World& world, const Limits& limits) {
  return Explorer(world, limits).Run();
}

absl::Status Replay(const World& world, const std::vector<std::string>& lines,
                    const std::function<void(const std::string&)>& tell) {
  Stage stage(world, false, false);
  Scene scene = stage.FirstScene();
  for (const std::string& line : lines) {
    const auto before = scene.nodes;
    tell(line);
    RETURN_IF_ERROR(stage.Perform(line, scene));
    for (size_t n = 0; n < scene.nodes.size(); ++n) {
      if (scene.nodes[n] != before[n]) tell("    # " + stage.TextOf(scene, n));
    }
  }
  return absl::OkStatus();
}

}  // namespace symbolon::consensus::exploration
