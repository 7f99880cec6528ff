#pragma once
// What a node knows only in one role. Leaving the role destroys it.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "consensus/progress.h"
#include "consensus/quorum.h"
#include "consensus/read_index.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// Raft paper 5.1. Learners are followers, too.
struct Follower {
  std::optional<NodeId> leader;  // of the current term, once it has spoken
  Index proved;                  // up to here this process has found its log equal to that leader's
};

// Asks whether an election could be won, in no new term yet (thesis 9.6).
struct PreCandidate {
  Votes votes;
};

// Raft paper 5.2: of the current term, its own vote included.
struct Candidate {
  Votes votes;
};

// Raft paper 5.3, and figure 2, volatile state on leaders.
struct Leader {
  Index term_start;  // its no-op: before that is committed nothing is known to be final, nothing may be read
  uint64_t since = 0;                   // tick
  std::map<NodeId, Progress> progress;  // every other member, and those on their way out
  ReadRounds reads;
  uint64_t ticks_since_heartbeat = 0;
  bool speak = false;  // there may be something to tell followers when effects are taken

  // What it has proposed and not committed: entries by size, for the limit in bytes.
  std::deque<std::pair<Index, size_t>> uncommitted;
  size_t uncommitted_bytes = 0;
};

using RoleState = std::variant<Follower, PreCandidate, Candidate, Leader>;

}  // namespace symbolon::consensus
