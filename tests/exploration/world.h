#pragma once
// The small worlds that are explored, each one row of a table.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/exploration/coverage.h"

namespace symbolon::consensus::exploration {

// What may happen in a world, and how much of it. Within these bounds everything may, in any order: see
// docs/testing-consensus.md.
struct World {
  std::string name = {};
  std::string purpose = {};

  // Who is there.
  uint64_t voters = 3;      // of the first configuration: nodes 1..voters
  uint64_t learners = 0;    // of the first configuration: the next numbers
  uint64_t strangers = 0;   // no members yet: the next
  bool equal_nodes = true;  // off: the core may prefer one (a leader that is removed names its successor)

  // How much may happen.
  uint64_t terms = 2;     // no node enters a later one
  uint64_t entries = 2;   // a leader whose log is that long is given no more proposals; no-ops may go beyond
  uint64_t messages = 3;  // on their way at once; when there are more, any of them may be the ones lost
  uint64_t writes = 0;    // on their way to one disk at once, where it is slow; 0: any number
  uint64_t crashes = 0;   // of any nodes, in all; so with the next four
  uint64_t fills = 0;     // a disk becomes full; it may be freed at any time
  uint64_t reads = 0;
  uint64_t transfers = 0;
  uint64_t changes = 0;  // of the members
  std::vector<std::string> possible_changes =
      {};  // "add 4" (as a learner), "promote 4", "demote 2", "remove 2"

  // What may happen.
  bool heartbeats = false;      // leaders send them, and leave when nobody answers
  bool duplicates = false;      // what has been delivered may be delivered again, at any time
  bool slow_disk = false;       // writes complete later than messages are sent
  bool batches = false;         // a node may take two inputs before it hands out anything
  bool real_pre_vote = false;   // off: any pre-candidate may begin an election, whoever would refuse it
  bool single_entries = false;  // one entry in a message, however many are missing
  bool keeps_applied = false;   // a node starts from its applied index, not from the beginning of its log
  bool forgets_votes = false;   // a crash loses the vote, though it was durable: nobody can live with that

  // What happens first: lines as Stage::Perform takes them (scene.h).
  std::vector<std::string> begin = {};

  bool in_suite = false;
  std::vector<Rule> reaches = {};  // without these it is worth nothing
  uint64_t states = 0;             // all that can be reached; 0: nobody has waited for the end

  uint64_t nodes() const { return voters + learners + strangers; }
};

// Small ones first.
const std::vector<World>& Worlds();

// Null if there is none of that name.
const World* FindWorld(std::string_view name);

}  // namespace symbolon::consensus::exploration
