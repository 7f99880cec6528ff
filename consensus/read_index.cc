#include "consensus/read_index.h"

#include <utility>

namespace symbolon::consensus {

bool ReadRounds::Begin(Index commit) {
  if (gathering_.empty() || !under_way_.empty()) return false;
  under_way_ = std::exchange(gathering_, {});
  for (RegisteredRead& read : under_way_) {
    if (read.index == Index(0)) read.index = commit;
  }
  ++round_;
  return true;
}

std::vector<RegisteredRead> ReadRounds::TakeConfirmed(
    const Configuration& configuration, absl::FunctionRef<bool(NodeId, uint64_t)> has_confirmed) {
  if (under_way_.empty()) return {};
  if (!MajorityHolds(configuration, [&](NodeId node) { return has_confirmed(node, round_); })) return {};
  return std::exchange(under_way_, {});
}

std::vector<RegisteredRead> ReadRounds::TakeAll() {
  std::vector<RegisteredRead> all = std::exchange(under_way_, {});
  for (RegisteredRead& read : gathering_) all.push_back(read);
  gathering_.clear();
  return all;
}

uint64_t LocalReads::Add(ReadId id, uint64_t deadline_tick) {
  const uint64_t wire_id = next_id_++;
  unconfirmed_.emplace(wire_id, Unconfirmed{id, deadline_tick});
  ids_.insert(id);
  return wire_id;
}

void LocalReads::Confirm(uint64_t wire_id, Index index) {
  auto it = unconfirmed_.find(wire_id);
  if (it == unconfirmed_.end()) return;
  confirmed_.emplace(index, it->second);
  unconfirmed_.erase(it);
}

void LocalReads::Fail(uint64_t wire_id) {
  auto it = unconfirmed_.find(wire_id);
  if (it == unconfirmed_.end()) return;
  failed_.push_back({it->second.id, false, Index()});
  unconfirmed_.erase(it);
}

void LocalReads::FailUnconfirmed() {
  for (const auto& [wire_id, read] : unconfirmed_) failed_.push_back({read.id, false, Index()});
  unconfirmed_.clear();
}

void LocalReads::Expire(uint64_t tick) {
  while (!unconfirmed_.empty() && unconfirmed_.begin()->second.deadline <= tick)
    Fail(unconfirmed_.begin()->first);
  for (auto it = confirmed_.begin(); it != confirmed_.end();) {
    if (it->second.deadline > tick) {
      ++it;
      continue;
    }
    failed_.push_back({it->second.id, false, Index()});
    it = confirmed_.erase(it);
  }
}

std::vector<ReadState> LocalReads::TakeEnded(Index applied) {
  std::vector<ReadState> out = std::exchange(failed_, {});
  while (!confirmed_.empty() && confirmed_.begin()->first <= applied) {
    out.push_back({confirmed_.begin()->second.id, true, confirmed_.begin()->first});
    confirmed_.erase(confirmed_.begin());
  }
  for (const ReadState& read : out) ids_.erase(read.id);
  return out;
}

bool LocalReads::HasEnded(Index applied) const {
  return !failed_.empty() || (!confirmed_.empty() && confirmed_.begin()->first <= applied);
}

}  // namespace symbolon::consensus
