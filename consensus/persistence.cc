#include "consensus/persistence.h"

#include <algorithm>

namespace symbolon::consensus {

PersistToken WritesInFlight::Begin(Index last, bool hard_state, uint64_t tick) {
  last_issued_ = PersistToken(last_issued_.value() + 1);
  if (!writes_.empty() && writes_.back().last == Index() && !writes_.back().hard_state) writes_.pop_back();
  writes_.push_back({last_issued_, last, hard_state, tick});
  return last_issued_;
}

void WritesInFlight::TruncateFrom(Index first) {
  for (Write& write : writes_) write.last = std::min(write.last, Before(first));
}

std::optional<Index> WritesInFlight::Complete(PersistToken token) {
  if (token > last_issued_) return std::nullopt;
  Index durable;
  while (!writes_.empty() && writes_.front().token <= token) {
    durable = std::max(durable, writes_.front().last);
    writes_.pop_front();
  }
  return durable;
}

bool WritesInFlight::HardStateInFlight() const {
  return std::any_of(writes_.begin(), writes_.end(), [](const Write& write) { return write.hard_state; });
}

}  // namespace symbolon::consensus
