#include "consensus/proposals.h"

#include <algorithm>

namespace symbolon::consensus {

std::vector<ProposalOutcome> PendingProposals::Resolve(
    LogPosition commit, absl::FunctionRef<std::optional<Term>(Index)> term_at) {
  std::vector<ProposalOutcome> out;
  for (; !pending_.empty(); pending_.pop_front()) {
    const LogPosition position = pending_.front().position;
    if (position.index <= commit.index) {
      const bool same = term_at(position.index) == position.term;
      out.push_back({position, same ? Outcome::kCommitted : Outcome::kDropped});
    } else if (position.term < commit.term) {
      out.push_back({position, Outcome::kDropped});
    } else {
      break;  // those behind it have larger terms, or larger indexes of this one
    }
  }
  return out;
}

std::vector<ProposalOutcome> PendingProposals::Expire(uint64_t tick) {
  std::vector<ProposalOutcome> out;
  for (; !pending_.empty() && pending_.front().deadline <= tick; pending_.pop_front()) {
    out.push_back({pending_.front().position, Outcome::kUnknown});
  }
  return out;
}

void PendingProposals::ShortenDeadlines(uint64_t tick) {
  for (Pending& pending : pending_) pending.deadline = std::min(pending.deadline, tick);
}

}  // namespace symbolon::consensus
