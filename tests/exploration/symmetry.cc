#include "tests/exploration/symmetry.h"

#include <fmt/format.h>

#include <algorithm>

namespace symbolon::consensus::exploration {

Symmetry::Symmetry(const World& world, Catalogue& catalogue, Histories& histories)
    : world_(world),
      catalogue_(catalogue),
      histories_(histories),
      renamings_(Renaming::All(world)),
      states_(renamings_.size()),
      messages_(renamings_.size()),
      history_ids_(renamings_.size()) {}

template <typename Id>
Id& Symmetry::Remembered(Images<Id>& images, size_t renaming, size_t id, Id unknown) {
  std::vector<Id>& of = images[renaming];
  if (id >= of.size()) of.resize(std::max(id + 1, 2 * of.size()), unknown);
  return of[id];
}

// By going, with numbers exchanged, the way on which the state was met first.
NodeState Symmetry::Rename(size_t renaming, NodeState state) {
  if (renaming == 0) return state;
  if (NodeState known = Remembered(states_, renaming, state, kNoState); known != kNoState) return known;
  const Origin origin = catalogue_.origin(state);
  const NodeState renamed =
      origin.from == kNoState
          ? catalogue_.FirstStart(renamings_[renaming](catalogue_.node(state).raft().id()))
          : catalogue_.Do(Rename(renaming, origin.from), Rename(renaming, origin.step)).next;
  return Remembered(states_, renaming, state, kNoState) = renamed;
}

MessageId Symmetry::Rename(size_t renaming, MessageId message) {
  if (renaming == 0) return message;
  MessageId& known = Remembered(messages_, renaming, message, kNoMessage);
  if (known == kNoMessage) known = catalogue_.IdOf(renamings_[renaming](catalogue_.message(message)));
  return known;
}

HistoryId Symmetry::RenameHistory(size_t renaming, HistoryId id) {
  if (renaming == 0) return id;
  HistoryId& known = Remembered(history_ids_, renaming, id, kNoHistory);
  if (known != kNoHistory) return known;
  const Renaming& to = renamings_[renaming];
  History history = histories_[id];
  for (uint8_t& leader : history.leader) leader = static_cast<uint8_t>(to(leader));
  for (History::Committed& committed : history.committed) {
    committed.item = catalogue_.logs().ItemOf(to(catalogue_.logs().entry(committed.item)));
  }
  for (History::PendingRead& read : history.reads)
    read.node = static_cast<uint8_t>(Place(renaming, read.node));
  return known = histories_.IdOf(std::move(history));
}

Step Symmetry::Rename(size_t renaming, Step step) {
  if (step.kind == Kind::kDeliver) step.argument = Rename(renaming, step.argument);
  if (step.kind == Kind::kTransfer)
    step.argument = static_cast<uint16_t>(renamings_[renaming](step.argument));
  if (step.kind == Kind::kChange) step.argument = RenameChange(renaming, step.argument);
  return step;
}

uint16_t Symmetry::RenameChange(size_t renaming, uint16_t change) const {
  const std::vector<std::string>& changes = world_.possible_changes;
  const size_t space = changes[change].find(' ') + 1;
  const std::string renamed =
      changes[change].substr(0, space) +
      std::to_string(renamings_[renaming](std::stoull(changes[change].substr(space))));
  return static_cast<uint16_t>(std::find(changes.begin(), changes.end(), renamed) - changes.begin());
}

std::string Symmetry::Check(NodeState state, Step step, const Transition& transition) {
  for (size_t r = 1; r < renamings_.size(); ++r) {
    const NodeState renamed_state = Rename(r, state);
    if (renamed_state == kNoState) return "a state cannot be reached with node numbers exchanged";
    const Transition renamed = catalogue_.Do(renamed_state, Rename(r, step));
    if ((renamed.next == kNoState) != (transition.next == kNoState))
      return "possible for some node numbers only";
    if (transition.next == kNoState) continue;
    if (renamed.next != Rename(r, transition.next)) return "it leads elsewhere with node numbers exchanged";
    std::string different =
        CheckOutput(r, catalogue_.output(transition.output), catalogue_.output(renamed.output));
    if (!different.empty()) return different;
  }
  return "";
}

std::string Symmetry::CheckOutput(size_t renaming, const Output& output, const Output& renamed) {
  std::vector<MessageId> said;
  for (MessageId message : output.said) said.push_back(Rename(renaming, message));
  auto same = [](const auto& a, const auto& b, auto equal) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), equal);
  };
  const bool equal =
      std::is_permutation(said.begin(), said.end(), renamed.said.begin(), renamed.said.end()) &&
      output.coverage.bits() == renamed.coverage.bits() &&
      output.violation.empty() == renamed.violation.empty() &&
      same(output.reads, renamed.reads,
           [](const ReadState& a, const ReadState& b) {
             return a.id == b.id && a.confirmed == b.confirmed && a.index == b.index;
           }) &&
      same(output.proposals, renamed.proposals,
           [](const ProposalOutcome& a, const ProposalOutcome& b) {
             return a.position == b.position && a.outcome == b.outcome;
           }) &&
      same(output.transfers, renamed.transfers, [&](const TransferOutcome& a, const TransferOutcome& b) {
        return renamings_[renaming](a.target) == b.target && a.done == b.done;
      });
  return equal ? "" : "it shows something else with node numbers exchanged";
}

}  // namespace symbolon::consensus::exploration
