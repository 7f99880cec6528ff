#include "tests/exploration/renaming.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <set>
#include <utility>

namespace symbolon::consensus::exploration {

std::string EntryText(std::string_view what, NodeId leader) {
  return fmt::format("{} of node {}", what, leader);
}

std::string ConfigurationText(const Configuration& members, NodeId leader) {
  return fmt::format("{}: voters {} learners {}", EntryText("members", leader),
                     fmt::join(members.voters(), " "), fmt::join(members.learners(), " "));
}

namespace {

// Of whom there is a change: "remove 2".
std::pair<std::string, uint64_t> Split(const std::string& change) {
  const size_t space = change.find(' ');
  return {change.substr(0, space), std::stoull(change.substr(space + 1))};
}

bool LeavesTheSame(const World& world, const std::vector<uint64_t>& to) {
  auto group = [&](uint64_t n) { return n <= world.voters ? 0 : n <= world.voters + world.learners ? 1 : 2; };
  for (uint64_t n = 1; n <= world.nodes(); ++n) {
    if (group(n) != group(to[n])) return false;
  }
  std::set<std::pair<std::string, uint64_t>> changes, renamed;
  for (const std::string& change : world.possible_changes) {
    const auto [what, node] = Split(change);
    changes.emplace(what, node);
    renamed.emplace(what, to[node]);
  }
  return changes == renamed;
}

}  // namespace

std::vector<Renaming> Renaming::All(const World& world) {
  std::vector<uint64_t> to(world.nodes() + 1);
  std::iota(to.begin(), to.end(), uint64_t{0});
  std::vector<Renaming> all;
  do {
    if (LeavesTheSame(world, to)) all.push_back(Renaming(to));
  } while (std::next_permutation(to.begin() + 1, to.end()));
  return all;
}

Configuration Renaming::operator()(const Configuration& members) const {
  auto rename = [this](std::vector<NodeId> nodes) {
    for (NodeId& node : nodes) node = (*this)(node);
    return nodes;
  };
  return Configuration(rename(members.voters()), rename(members.learners()));
}

Entry Renaming::operator()(const Entry& entry) const {
  const std::string& header = entry.data->header;
  const size_t number = header.find("of node ") + 8;
  uint64_t number_value = 0;
  std::from_chars(header.data() + number, header.data() + header.size(), number_value);
  const NodeId leader((*this)(number_value));
  Entry renamed = entry;
  renamed.data = entry.kind == EntryKind::kConfiguration
                     ? MakeData(ConfigurationText((*this)(*ReadConfigurationData(*entry.data)), leader))
                     : MakeData(header.substr(0, number) + std::to_string(leader.value()));
  return renamed;
}

Message Renaming::operator()(const Message& message) const {
  Message renamed = message;
  renamed.from = (*this)(message.from);
  renamed.to = (*this)(message.to);
  if (auto* append = std::get_if<AppendRequest>(&renamed.body)) {
    for (Entry& entry : append->entries) entry = (*this)(entry);
  }
  return renamed;
}

}  // namespace symbolon::consensus::exploration
