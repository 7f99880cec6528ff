#pragma once
// Who takes part. A configuration is a function of the log: the newest configuration entry in it, committed
// or not, is in force (thesis 4.1).

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <vector>

#include "consensus/types.h"

namespace symbolon::consensus {

// One set of members. Voters elect and commit; learners receive everything and decide nothing (thesis 4.2.1).
class Configuration {
 public:
  Configuration() = default;
  Configuration(std::vector<NodeId> voters, std::vector<NodeId> learners);

  // Sorted, without repetition.
  const std::vector<NodeId>& voters() const { return voters_; }
  const std::vector<NodeId>& learners() const { return learners_; }

  bool IsVoter(NodeId node) const;
  bool IsLearner(NodeId node) const;
  bool IsMember(NodeId node) const { return IsVoter(node) || IsLearner(node); }

  // How many nodes vote in one of the two and not in the other.
  static size_t VoterDifference(const Configuration& a, const Configuration& b);

  // The smallest number of voters that is more than half of them.
  size_t Majority() const { return voters_.size() / 2 + 1; }

  // At least one voter; nobody twice, nobody in both sets; no node 0.
  absl::Status Validate() const;

  friend bool operator==(const Configuration&, const Configuration&) = default;
  // "voters 1 2 3, learners 4"
  std::string ToString() const;

 private:
  friend class Fingerprint;

  std::vector<NodeId> voters_;
  std::vector<NodeId> learners_;
};

// The configurations that a log holds, oldest first; genesis stands at index 0 and is never cut.
class ConfigurationHistory {
 public:
  explicit ConfigurationHistory(Configuration genesis);

  // In force from `index` on, which must be past every index so far.
  void Append(Index index, Configuration configuration);

  // Forgets configurations at `first` and after, as the log is cut there.
  void TruncateFrom(Index first);

  // In force now: the newest in the log.
  const Configuration& newest() const { return items_.back().configuration; }
  Index newest_index() const { return items_.back().index; }
  // The one before it; itself when there is none.
  const Configuration& previous() const {
    return items_[items_.size() < 2 ? 0 : items_.size() - 2].configuration;
  }

  // The newest one at or before `index`.
  const Configuration& At(Index index) const;

  // Where `node`, a member before, ceased to be one, as of `index`; nullopt when it is one there, or never
  // was.
  std::optional<Index> RemovalOf(NodeId node, Index index) const;

 private:
  friend class Fingerprint;

  struct Item {
    Index index;
    Configuration configuration;
  };
  std::vector<Item> items_;
};

}  // namespace symbolon::consensus
