#include "consensus/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace symbolon::consensus {
namespace {

bool Contains(const std::vector<NodeId>& sorted, NodeId node) {
  return std::binary_search(sorted.begin(), sorted.end(), node);
}

}  // namespace

Configuration::Configuration(std::vector<NodeId> voters, std::vector<NodeId> learners)
    : voters_(std::move(voters)), learners_(std::move(learners)) {
  std::sort(voters_.begin(), voters_.end());
  std::sort(learners_.begin(), learners_.end());
}

bool Configuration::IsVoter(NodeId node) const {
  return Contains(voters_, node);
}

bool Configuration::IsLearner(NodeId node) const {
  return Contains(learners_, node);
}

absl::Status Configuration::Validate() const {
  if (voters_.empty()) return absl::InvalidArgumentError("a configuration needs at least one voter");
  std::vector<NodeId> all = voters_;
  all.insert(all.end(), learners_.begin(), learners_.end());
  std::sort(all.begin(), all.end());
  if (all.front() == NodeId(0))
    return absl::InvalidArgumentError("node number 0 is reserved; number nodes from 1");
  if (auto twice = std::adjacent_find(all.begin(), all.end()); twice != all.end()) {
    return absl::InvalidArgumentError(fmt::format("node {} is listed twice in one configuration", *twice));
  }
  return absl::OkStatus();
}

size_t Configuration::VoterDifference(const Configuration& a, const Configuration& b) {
  std::vector<NodeId> difference;
  std::set_symmetric_difference(a.voters_.begin(), a.voters_.end(), b.voters_.begin(), b.voters_.end(),
                                std::back_inserter(difference));
  return difference.size();
}

std::string Configuration::ToString() const {
  std::string out = fmt::format("voters {}", fmt::join(voters_, " "));
  if (!learners_.empty()) out += fmt::format(", learners {}", fmt::join(learners_, " "));
  return out;
}

ConfigurationHistory::ConfigurationHistory(Configuration genesis) {
  items_.push_back({Index(0), std::move(genesis)});
}

void ConfigurationHistory::Append(Index index, Configuration configuration) {
  assert(index > items_.back().index);
  items_.push_back({index, std::move(configuration)});
}

void ConfigurationHistory::TruncateFrom(Index first) {
  assert(first > Index(0));
  while (items_.back().index >= first) items_.pop_back();
}

const Configuration& ConfigurationHistory::At(Index index) const {
  auto after =
      std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.index > index; });
  return std::prev(after)->configuration;
}

std::optional<Index> ConfigurationHistory::RemovalOf(NodeId node, Index index) const {
  std::optional<Index> removal;
  for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
    if (item->index > index) continue;
    if (item->configuration.IsMember(node)) return removal;
    removal = item->index;
  }
  return std::nullopt;
}

}  // namespace symbolon::consensus
