#pragma once
// Majorities of a configuration. Only its voters count, each once, whatever else has answered.

#include <absl/functional/function_ref.h>

#include <map>
#include <optional>

#include "consensus/configuration.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// The largest index that a majority of voters has reached, `match` giving each voter's (Raft paper 5.3).
Index MajorityIndex(const Configuration& configuration, absl::FunctionRef<Index(NodeId)> match);

// True when a majority of voters satisfies `holds`.
bool MajorityHolds(const Configuration& configuration, absl::FunctionRef<bool(NodeId)> holds);

// The answers to one (pre-)vote. A grant is a promise and stands, whatever else the node answers: a refusal
// may be the answer to an older request. Answers of non-voters are kept and not counted.
class Votes {
 public:
  void Record(NodeId node, bool granted) { answers_[node] |= granted; }
  bool Won(const Configuration& configuration) const;
  // No majority can be reached any more.
  bool Lost(const Configuration& configuration) const;

 private:
  friend class Fingerprint;

  std::map<NodeId, bool> answers_;
};

}  // namespace symbolon::consensus
