#pragma once
// Scenes that differ only in which node has which number go on in the same way: one of them is enough.

#include <cstdint>
#include <vector>

#include "consensus/entry.h"
#include "consensus/message.h"
#include "tests/exploration/node.h"

namespace symbolon::consensus::exploration {

// Which number each node gets instead of its own.
class Renaming {
 public:
  // All that leave the world the same, the one that changes nothing first.
  static std::vector<Renaming> All(const World& world);

  NodeId operator()(NodeId id) const { return NodeId(to_[id.value()]); }
  uint64_t operator()(uint64_t id) const { return to_[id]; }
  Configuration operator()(const Configuration& members) const;
  // The bytes of an entry name its leader.
  Entry operator()(const Entry& entry) const;
  Message operator()(const Message& message) const;

 private:
  explicit Renaming(std::vector<uint64_t> to) : to_(std::move(to)) {}
  std::vector<uint64_t> to_;  // by number; 0, which is no node, stays
};

// The bytes of an entry made by `leader`.
std::string EntryText(std::string_view what, NodeId leader);
// ... that states the members: as ReadConfigurationData of memory_log.h reads it.
std::string ConfigurationText(const Configuration& members, NodeId leader);

}  // namespace symbolon::consensus::exploration
