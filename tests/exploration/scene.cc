#include "tests/exploration/scene.h"

#include <algorithm>
#include <utility>

namespace symbolon::consensus::exploration {
namespace {

void Remove(MessageId message, absl::InlinedVector<MessageId, 12>& from) {
  from.erase(std::remove(from.begin(), from.end(), message), from.end());
}

}  // namespace

Scene Stage::FirstScene() {
  Scene scene;
  for (uint64_t n = 1; n <= world_.nodes(); ++n) scene.nodes.push_back(catalogue_.FirstStart(NodeId(n)));
  scene.history = histories_.IdOf(History());
  return scene;
}

void Stage::ForEachAction(const Scene& scene, absl::FunctionRef<void(const Action&)> each) const {
  for (MessageId message : scene.messages) {
    each({catalogue_.message(message).to.value() - 1, {Kind::kDeliver, message}});
  }
  const History& history = histories_[scene.history];
  for (size_t n = 0; n < scene.nodes.size(); ++n) {
    each({n, {Kind::kTimeout}});
    if (!world_.real_pre_vote) each({n, {Kind::kCampaign}});
    if (world_.heartbeats) each({n, {Kind::kHeartbeat}});
    if (world_.slow_disk) each({n, {Kind::kPersist}});
    if (history.crashes < world_.crashes) each({n, {Kind::kCrash}});
    if (history.fills < world_.fills) each({n, {Kind::kFill}});
    if (world_.fills > 0) each({n, {Kind::kFree}});
    each({n, {Kind::kPropose}});
    if (history.begun_reads < world_.reads) {
      each({n, {Kind::kRead, static_cast<uint16_t>(history.begun_reads + 1)}});
    }
    for (uint16_t to = 1; history.transfers < world_.transfers && to <= world_.nodes(); ++to) {
      if (to != n + 1) each({n, {Kind::kTransfer, to}});
    }
    for (size_t change = 0; history.changes < world_.changes && change < world_.possible_changes.size();
         ++change) {
      each({n, {Kind::kChange, static_cast<uint16_t>(change)}});
    }
    if (world_.batches) each({n, {Kind::kTake}});
  }
}

Stage::Outcome Stage::Do(const Scene& scene, const Action& action, Scene& next) {
  const NodeState before = scene.nodes[action.node];
  const Transition transition = catalogue_.Do(before, action.step);
  if (symmetric_ && transition.is_new) {
    std::string asymmetry = symmetry_.Check(before, action.step, transition);
    if (!asymmetry.empty())
      return {Outcome::Kind::kViolation, 0, "nodes are not treated as equals: " + asymmetry};
  }
  if (transition.next == kNoState) return {};
  const Output& output = catalogue_.output(transition.output);
  Outcome outcome{Outcome::Kind::kNext, output.coverage.bits(), output.violation};
  if (!outcome.violation.empty()) {
    outcome.kind = Outcome::Kind::kViolation;
    return outcome;
  }
  // A message that is ignored may as well stay on its way: it can be lost later. A crash that changes nothing
  // only uses up what may happen.
  const bool same = transition.next == before && output.said.empty();
  if (same && (action.step.kind == Kind::kDeliver || action.step.kind == Kind::kCrash)) {
    outcome.kind = Outcome::Kind::kNothingNew;
    return outcome;
  }
  next = scene;
  next.nodes[action.node] = transition.next;
  if (action.step.kind == Kind::kDeliver && !world_.duplicates) Remove(action.step.argument, next.messages);
  for (MessageId said : output.said) {
    auto at = std::lower_bound(next.messages.begin(), next.messages.end(), said);
    if (at == next.messages.end() || *at != said) next.messages.insert(at, said);
  }
  outcome.violation = RecordAction(action, output, catalogue_.facts_id(before), next);
  if (!outcome.violation.empty()) {
    outcome.kind = Outcome::Kind::kViolation;
  } else if (next == scene) {
    outcome.kind = Outcome::Kind::kNothingNew;
  }
  return outcome;
}

std::string Stage::RecordAction(const Action& action, const Output& output, uint32_t facts_before,
                                Scene& next) {
  const Kind kind = action.step.kind;
  const bool asks = kind == Kind::kCrash || kind == Kind::kFill || kind == Kind::kRead ||
                    kind == Kind::kTransfer || kind == Kind::kChange;
  const bool answers = !output.reads.empty() || !output.proposals.empty();
  if (!asks && !answers && catalogue_.facts_id(next.nodes[action.node]) == facts_before) return "";
  std::vector<const Facts*> facts;
  for (NodeState node : next.nodes) facts.push_back(&catalogue_.facts(node));
  History history = histories_[next.history];
  std::string violation = Record(catalogue_.logs(), facts, action.node, action.step, output, history);
  next.history = histories_.IdOf(std::move(history));
  return violation;
}

void Stage::Rename(size_t renaming, const Scene& scene, Scene& renamed) {
  renamed.nodes.resize(scene.nodes.size());
  for (size_t n = 0; n < scene.nodes.size(); ++n) {
    renamed.nodes[symmetry_.Place(renaming, n)] = symmetry_.Rename(renaming, scene.nodes[n]);
  }
  renamed.history = symmetry_.RenameHistory(renaming, scene.history);
  renamed.messages.resize(scene.messages.size());
  for (size_t m = 0; m < scene.messages.size(); ++m) {
    renamed.messages[m] = symmetry_.Rename(renaming, scene.messages[m]);
  }
  std::sort(renamed.messages.begin(), renamed.messages.end());
}

size_t Stage::MakeCanonical(Scene& scene) {
  if (!symmetric_) return 1;
  Scene best = scene, renamed;
  size_t ways = 1;  // to the best one
  for (size_t r = 1; r < symmetry_.renamings(); ++r) {
    Rename(r, scene, renamed);
    if (renamed < best) {
      std::swap(best, renamed);
      ways = 1;
    } else if (renamed == best) {
      ++ways;
    }
  }
  scene = std::move(best);
  return symmetry_.renamings() / ways;
}

}  // namespace symbolon::consensus::exploration
