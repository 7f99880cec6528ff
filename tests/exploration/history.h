#pragma once
// What has happened so far and is not in the nodes any more: leaders that were, what was committed once, what
// reads must return. Part of the state of a world.

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tests/exploration/catalogue.h"

namespace symbolon::consensus::exploration {

struct History {
  static constexpr size_t kMaxTerms = 8;

  struct Committed {
    LogItem item;
    uint8_t reporter_term = 0;  // of the node that reported it first
    friend bool operator==(const Committed&, const Committed&) = default;
  };
  struct PendingRead {
    uint8_t read = 0;
    uint8_t node = 0;   // of whom it was asked, from 0
    uint8_t floor = 0;  // what was committed when it began
    friend bool operator==(const PendingRead&, const PendingRead&) = default;
  };

  std::array<uint8_t, kMaxTerms> leader = {};  // by term: who led it; 0: nobody yet
  std::vector<Committed> committed;            // of index i + 1
  std::vector<PendingRead> reads;
  uint8_t crashes = 0;
  uint8_t fills = 0;
  uint8_t begun_reads = 0;
  uint8_t transfers = 0;
  uint8_t changes = 0;

  friend bool operator==(const History&, const History&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const History& x) {
    for (const Committed& c : x.committed) h = H::combine(std::move(h), c.item.entry, c.reporter_term);
    for (const PendingRead& r : x.reads) h = H::combine(std::move(h), r.read, r.node, r.floor);
    return H::combine(std::move(h), x.leader, x.crashes, x.fills, x.begun_reads, x.transfers, x.changes);
  }
};

using HistoryId = uint32_t;
constexpr HistoryId kNoHistory = UINT32_MAX;

// Every history met, each once, by number.
class Histories {
 public:
  HistoryId IdOf(History history) {
    const auto [it, fresh] = ids_.emplace(std::move(history), static_cast<HistoryId>(items_.size()));
    if (fresh) items_.push_back(it->first);
    return it->second;
  }
  const History& operator[](HistoryId id) const { return items_[id]; }
  size_t size() const { return items_.size(); }

 private:
  std::deque<History> items_;  // references stay good while it grows
  absl::flat_hash_map<History, HistoryId> ids_;
};

// Node `n` (from 0) has taken a step with this output and is now as `nodes[n]` says. Updates the history;
// returns the first invariant broken, or nothing.
std::string Record(Logs& logs, const std::vector<const Facts*>& nodes, size_t n, Step step,
                   const Output& output, History& history);

}  // namespace symbolon::consensus::exploration
