#pragma once
// What a run of the simulation is made of.

#include <cstddef>
#include <cstdint>
#include <string>

namespace symbolon::consensus {

// Drawn from the seed at the beginning of a run, printed when it fails.
struct Plan {
  uint64_t seed = 0;
  uint64_t voters = 3;
  uint64_t learners = 0;
  uint64_t spares = 0;  // nodes that are no members at first
  double drop = 0;
  double duplicate = 0;
  uint64_t max_delay = 5;
  double echo = 0;      // of the answers, that they come when who they are for leads again, perhaps only then
  uint64_t reads = 36;  // of a hundred things that clients do
  uint64_t max_persist = 3;
  double trouble = 0;    // chance of a new fault, or of healing, in each tick
  double changes = 0;    // chance that a change of members is asked for in each tick
  double damage = 0;     // chance that a crash costs the end of the log, or ends with an old backup
  uint64_t delayed = 0;  // so many nodes, from the first, should lead last
  size_t max_append_bytes = 0;
  size_t max_inflight_bytes = 0;
  size_t max_inflight_messages = 0;
  size_t learner_bytes_per_tick = 0;
  size_t tail_cache_bytes = 0;
  size_t max_uncommitted_bytes = 0;
  size_t max_unpersisted_bytes = 0;

  static Plan Draw(uint64_t seed);
  std::string ToString() const;
};

}  // namespace symbolon::consensus
