#pragma once
// Nodes are equal: exchange their numbers in a scene, and what can happen next is the same with numbers
// exchanged. So one scene stands for all (up to as many as there are orders of the nodes). That the core does
// treat nodes so is not assumed but checked, for every transition of every node that an exploration uses.

#include <vector>

#include "tests/exploration/catalogue.h"
#include "tests/exploration/history.h"
#include "tests/exploration/renaming.h"

namespace symbolon::consensus::exploration {

class Symmetry {
 public:
  Symmetry(const World& world, Catalogue& catalogue, Histories& histories);

  // Renaming 0 changes nothing.
  size_t renamings() const { return renamings_.size(); }
  size_t Place(size_t renaming, size_t node) const { return renamings_[renaming](node + 1) - 1; }
  NodeState Rename(size_t renaming, NodeState state);
  MessageId Rename(size_t renaming, MessageId message);
  HistoryId RenameHistory(size_t renaming, HistoryId history);

  // Is this transition the same for all renamings? Empty if so.
  std::string Check(NodeState state, Step step, const Transition& transition);

 private:
  Step Rename(size_t renaming, Step step);
  uint16_t RenameChange(size_t renaming, uint16_t change) const;
  // The value remembered for (renaming, id), or a place to remember it.
  template <typename Id>
  using Images = std::vector<std::vector<Id>>;
  template <typename Id>
  static Id& Remembered(Images<Id>& images, size_t renaming, size_t id, Id unknown);
  std::string CheckOutput(size_t renaming, const Output& output, const Output& renamed);

  const World& world_;
  Catalogue& catalogue_;
  Histories& histories_;
  std::vector<Renaming> renamings_;
  Images<NodeState> states_;
  Images<MessageId> messages_;
  Images<HistoryId> history_ids_;
};

}  // namespace symbolon::consensus::exploration
