#include "consensus/quorum.h"

#include <algorithm>
#include <vector>

namespace symbolon::consensus {

Index MajorityIndex(const Configuration& configuration, absl::FunctionRef<Index(NodeId)> match) {
  std::vector<Index> matches;
  for (NodeId voter : configuration.voters()) matches.push_back(match(voter));
  // In falling order, the Majority()-th value is reached by that many voters.
  auto nth = matches.begin() + static_cast<ptrdiff_t>(configuration.Majority() - 1);
  std::nth_element(matches.begin(), nth, matches.end(), std::greater<>());
  return *nth;
}

bool MajorityHolds(const Configuration& configuration, absl::FunctionRef<bool(NodeId)> holds) {
  size_t count = 0;
  for (NodeId voter : configuration.voters()) count += holds(voter) ? 1 : 0;
  return count >= configuration.Majority();
}

bool Votes::Won(const Configuration& configuration) const {
  return MajorityHolds(configuration, [this](NodeId node) {
    auto it = answers_.find(node);
    return it != answers_.end() && it->second;
  });
}

bool Votes::Lost(const Configuration& configuration) const {
  return !MajorityHolds(configuration, [this](NodeId node) {
    auto it = answers_.find(node);
    return it == answers_.end() || it->second;
  });
}

}  // namespace symbolon::consensus
