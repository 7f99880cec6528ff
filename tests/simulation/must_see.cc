#include "tests/simulation/must_see.h"

#include <fmt/format.h>

#include "tests/simulation/plan.h"

namespace symbolon::simulation {

std::vector<std::string> MustSee() {
  std::vector<std::string> all = {
      // consensus
      "elections",
      "step-downs within a term",
      "step-downs for a later term",
      "durable entries cut",
      "appends refused",
      "votes refused",
      "pre-votes refused",
      "transfers told",
      "reads forwarded",
      "appends taken in part",
      "logged: leadership_transfer done",
      "logged: leadership_transfer given up",
      "forwarded reads not confirmed",
      // members
      "decided: a node is added",
      "decided: a vote is given or taken",
      "decided: a node is removed",
      "decided: a change is withdrawn",
      "decided: a node moves",
      "decisions on an old version",
      "decisions refused by the rules",
      "changes of members begun",
      "changes of members cut",
      "logged: change_waits",
      "nodes introduced",
      "removal notices",
      "logged: removed",
      // faults of links
      "messages lost",
      "messages doubled",
      "messages overtaken",
      "messages stopped by a cut link",
      "partition: single",
      "partition: one-way in",
      "partition: one-way out",
      "partition: halves",
      "partition: bridge",
      "partition: ring",
      "partition: random links",
      // lives and disks
      "orderly stops",
      "processes ended by themselves",
      "starts put off by disk errors",
      "starts of a recovering node",
      "recovering nodes that are members again",
      "votes of recovering nodes",
      "appends of a leader to a recovering node",
      "starts of an observer",
      "messages of observers",
      "repairs from other nodes done",
      "damaged nodes that are whole again",
      "logged: storage_stands_still",
      "logged: storage_moves",
      "logged: disk_low",
      "logged: disk_ok",
      "appends without room",
      "damage done: bit rot",
      "damage done: rot of a mark",
      "damage done: lost writes",
      "damage done: loss of the mark",
      "damage done: restored backup",
      // clients
      "transactions acknowledged",
      "transactions acknowledged as existing",
      "second receipts",
      "submissions dropped",
      "submissions unknown",
      "submissions refused: busy",
      "submissions refused: disk low",
      "submissions refused: out of sequence",
      "submissions without an answer",
      "reads of any freshness",
      "reads at least as fresh",
      "linearizable reads",
      "linearizable reads while links are cut",
      "linearizable reads refused while links are cut",
      "reads without an answer",
      "proofs verified",
      "proofs of status verified",
      "audits",
      "audits of a node that is behind",
      "receipts checked at the end",
      "registers checked by the general search",
      "checkpoints signed",
      "liveness phases",
  };
  for (uint8_t kind = 0; kind < static_cast<uint8_t>(FaultKind::kCount); ++kind) {
    all.push_back(fmt::format("fault: {}", FaultName(static_cast<FaultKind>(kind))));
  }
  return all;
}

}  // namespace symbolon::simulation
