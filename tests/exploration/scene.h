#pragma once
// A world at one moment, and what can happen next: told in words, one action to a line.

#include <absl/container/inlined_vector.h>
#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "tests/exploration/catalogue.h"
#include "tests/exploration/history.h"
#include "tests/exploration/symmetry.h"
#include "tests/exploration/world.h"

namespace symbolon::consensus::exploration {

// "deliver", "timeout", ...: how an action of this kind begins, in words.
std::string_view Word(Kind kind);

// All that decides what can happen next.
struct Scene {
  absl::InlinedVector<NodeState, 4> nodes;  // by id, from 1
  HistoryId history = 0;
  absl::InlinedVector<MessageId, 12> messages;  // on their way, sorted, each once

  friend bool operator==(const Scene&, const Scene&) = default;
  friend bool operator<(const Scene& a, const Scene& b) {
    return std::tie(a.nodes, a.history, a.messages) < std::tie(b.nodes, b.history, b.messages);
  }
};

// What happens to one node, from 0.
struct Action {
  size_t node = 0;
  Step step;
};

// A world's rules: which actions are possible in a scene, and what each leads to.
class Stage {
 public:
  Stage(const World& world, bool symmetric, bool check_twins)
      : world_(world),
        catalogue_(world, check_twins),
        symmetry_(world, catalogue_, histories_),
        symmetric_(symmetric) {}

  // All nodes have just started for the first time.
  Scene FirstScene();

  // Calls `each` with every action that the environment or a message can bring about. Some prove impossible.
  void ForEachAction(const Scene& scene, absl::FunctionRef<void(const Action&)> each) const;

  struct Outcome {
    enum class Kind { kImpossible, kNothingNew, kNext, kViolation };
    Kind kind = Kind::kImpossible;
    uint64_t coverage = 0;
    std::string violation;
  };
  // Carries an action out. kNext: `next` is the scene after it, before anything is lost. kNothingNew: nothing
  // becomes possible by it that is not possible without.
  Outcome Do(const Scene& scene, const Action& action, Scene& next);

  // Replaces the scene by the one that stands for all that differ from it in node numbers only. Returns how
  // many these are, itself included.
  size_t MakeCanonical(Scene& scene);

  const Catalogue& catalogue() const { return catalogue_; }
  size_t histories() const { return histories_.size(); }

  // --- in words ---
  std::string TextOf(const Action& action) const;
  std::string TextOf(MessageId message) const;
  std::string TextOf(const Scene& scene, size_t node) const;
  // Carries out one line: an action as above, "lose MESSAGE", or "lead N". A violation is an error of code
  // kAborted; a line that makes no sense here is InvalidArgument.
  absl::Status Perform(std::string line, Scene& scene);

 private:
  void Rename(size_t renaming, const Scene& scene, Scene& renamed);
  std::string RecordAction(const Action& action, const Output& output, uint32_t facts_before, Scene& next);
  absl::Status Lead(const std::string& node, Scene& scene);
  absl::Status PerformAction(const Action& action, Scene& scene);
  absl::Status HearEverything(Scene& scene);
  absl::StatusOr<Action> Parse(const Scene& scene, const std::string& line) const;

  const World& world_;
  Catalogue catalogue_;
  Histories histories_;
  Symmetry symmetry_;
  bool symmetric_;
};

}  // namespace symbolon::consensus::exploration
