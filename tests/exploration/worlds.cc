// The table. In the suite are those that a minute pays for; each has what it is for, and its bounds. Who
// begins with "lead 1" begins with node 1 as leader of term 1 and its no-op known to be committed everywhere.

#include <algorithm>

#include "tests/exploration/world.h"

namespace symbolon::consensus::exploration {
namespace {

std::vector<World> Table() {
  return {
      // --- the suite: small ones first ---
      {.name = "pair",
       .purpose = "two nodes, three terms",
       .voters = 2,
       .terms = 3,
       .entries = 3,
       .messages = 3,
       .in_suite = true,
       .reaches = {Rule::kCommitOlderTerm, Rule::kOldTermAnswered, Rule::kAppendRefused},
       .states = 143352},
      {.name = "pair-slow-disk",
       .purpose = "two nodes, writes that complete late, a crash",
       .voters = 2,
       .messages = 2,
       .crashes = 1,
       .slow_disk = true,
       .in_suite = true,
       .reaches = {Rule::kUnsyncedLost, Rule::kCommitOlderTerm},
       .states = 101695},
      {.name = "transfer",
       .purpose = "leadership is handed over",
       .messages = 2,
       .transfers = 1,
       .begin = {"lead 1"},
       .in_suite = true,
       .reaches = {Rule::kTransferDone, Rule::kTransferGivenUp, Rule::kCut},
       .states = 134373},
      {.name = "longer-log",
       .purpose = "the longest log is not the newest",
       .terms = 3,
       .entries = 3,
       .messages = 2,
       .crashes = 1,  // the only way out of leadership that cuts nothing here
       .begin = {"lead 1", "propose 1", "propose 1", "lose all", "crash 1"},
       .in_suite = true,
       .reaches = {Rule::kCut, Rule::kProposalDropped, Rule::kAppendRefused},
       .states = 426711},
      {.name = "stale-read",
       .purpose = "a read, asked of a leader that may be deposed and elected again",
       .terms = 3,
       .messages = 1,
       .reads = 1,
       .begin = {"lead 1"},
       .in_suite = true,
       .reaches = {Rule::kReadConfirmed, Rule::kReadFailed, Rule::kDeposed},
       .states = 248083},
      {.name = "trio",
       .purpose = "three nodes from their first start on",
       .messages = 2,
       .in_suite = true,
       .reaches = {Rule::kCut, Rule::kDurableCut, Rule::kCommitOlderTerm, Rule::kProposalDropped},
       .states = 254832},
      {.name = "crash",
       .purpose = "a restart at any moment",
       .messages = 2,
       .crashes = 1,
       .begin = {"lead 1"},
       .in_suite = true,
       .reaches = {Rule::kCut, Rule::kCommitOlderTerm},
       .states = 264593},
      {.name = "batches",
       .purpose = "two inputs before anything is handed out",
       .messages = 2,
       .batches = true,
       .begin = {"lead 1"},
       .in_suite = true,
       .reaches = {Rule::kCut},
       .states = 338582},
      {.name = "pre-vote",
       .purpose = "pre-votes are asked for and may be refused",
       .messages = 2,
       .real_pre_vote = true,
       .begin = {"lead 1"},
       .in_suite = true,
       .reaches = {Rule::kPreVoteGranted, Rule::kPreVoteRefused, Rule::kCut},
       .states = 361873},
      {.name = "heartbeats",
       .purpose = "leaders that send heartbeats and leave when nobody answers",
       .entries = 1,
       .messages = 2,
       .heartbeats = true,
       .begin = {"lead 1"},
       .in_suite = true,
       .reaches = {Rule::kLeftByItself, Rule::kDeposed},
       .states = 496040},
      {.name = "figure-8",
       .purpose = "an entry on a majority is not committed by that alone (Raft paper 5.4.2)",
       .terms = 4,
       .messages = 2,
       .crashes = 1,  // the only way out of leadership that cuts nothing here
       .single_entries = true,
       // As far as (b) of the figure.
       .begin = {"lead 1", "propose 1", "lose all", "crash 1", "timeout 2", "timeout 3", "campaign 2",
                 "deliver 2 -> 3, term 2: vote request, last (1, term 1)",
                 "deliver 3 -> 2, term 2: vote granted", "lose all"},
       .in_suite = true,
       .reaches = {Rule::kCut, Rule::kCommitOlderTerm},
       .states = 141625},

      // --- longer ones ---
      {.name = "trio-3", .purpose = "as trio, three messages on their way", .messages = 3, .states = 3247871},
      {.name = "trio-4", .purpose = "as trio, four messages on their way", .messages = 4},
      {.name = "learner",
       .purpose = "one who does not vote",
       .learners = 1,
       .messages = 2,
       .begin = {"lead 1"}},
      {.name = "promotion",
       .purpose = "a learner becomes a voter",
       .learners = 1,
       .messages = 2,
       .changes = 1,
       .possible_changes = {"promote 4"},
       .begin = {"lead 1"}},
      {.name = "swap",
       .purpose = "one voter comes, another goes, perhaps the leader",
       .voters = 2,
       .learners = 1,
       .equal_nodes = false,
       .terms = 3,
       .messages = 2,
       .changes = 2,
       .possible_changes = {"promote 3", "remove 2", "remove 1"},
       .begin = {"lead 1"}},
      {.name = "slow-disk",
       .purpose = "three nodes, writes that complete late",
       .messages = 2,
       .slow_disk = true,
       .begin = {"lead 1"},
       .states = 1230385},
  };
}

}  // namespace

const std::vector<World>& Worlds() {
  static const std::vector<World> worlds = Table();
  return worlds;
}

const World* FindWorld(std::string_view name) {
  const auto it =
      std::find_if(Worlds().begin(), Worlds().end(), [&](const World& w) { return w.name == name; });
  return it == Worlds().end() ? nullptr : &*it;
}

}  // namespace symbolon::consensus::exploration
