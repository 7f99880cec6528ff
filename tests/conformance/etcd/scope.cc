#include "tests/conformance/etcd/scope.h"

namespace symbolon::conformance {
namespace {

constexpr const char* kJoint =
    "asks for a joint configuration; members change one voter at a time here, so there is none";
constexpr const char* kLog = "our log is the ledger: nothing is ever compacted";
constexpr const char* kAppends =
    "a node that has nothing is filled by appends, not by a snapshot: that takes a refusal and an append "
    "more";
constexpr const char* kAtAppend =
    "a configuration is in force when it is appended (thesis 4.1): the entry that removes the leader, and "
    "all after it, "
    "need both of the others. There, it is in force when it is applied";
constexpr const char* kStepsDown =
    "a leader that has removed itself hands over when the entry is committed (thesis 4.2.2): another one "
    "leads in the "
    "next term, with a no-op. There, that is a TODO";

constexpr const char* kSnapshot = "snapshot_succeed_via_app_resp.txt";
constexpr const char* kRemoveLeader = "confchange_v1_remove_leader.txt";

}  // namespace

const std::vector<LeftOut>& AllLeftOut() {
  static const std::vector<LeftOut> all = {
      {kSnapshot, {"compact 1 11"}, {"compact 1 11"}, kLog},
      {kRemoveLeader, {"tick-heartbeat 1"}, {""}, kStepsDown},
      {"confchange_v2_add_single_auto.txt", {"propose-conf-change 1", 2}, {""}, kJoint},
      {"confchange_v2_add_single_explicit.txt",
       {"propose-conf-change 1 transition=(explicit)"},
       {""},
       kJoint},
      {"confchange_v2_add_double_auto.txt", {"propose-conf-change 1 transition=(auto)"}, {""}, kJoint},
      {"confchange_v2_add_double_implicit.txt",
       {"propose-conf-change 1 transition=(implicit)"},
       {""},
       kJoint},
  };
  return all;
}

const std::vector<Difference>& AllDifferences() {
  const CommandName removed{"stabilize", 2}, end{"propose 1 baz"};
  static const std::vector<Difference> all = {
      {kSnapshot,
       {"status 1", 2},
       {"status 1", 2},
       1,
       "progress of 3",
       "StateProbe match=0 next=11",
       kAppends},
      {kSnapshot, {"stabilize 3", 2}, {"status 1", 3}, 3, "last", "0/0", kAppends},
      {kSnapshot, {"stabilize 3", 2}, {"status 1", 3}, 3, "commit", "0", kAppends},
      {kSnapshot, {"stabilize 1", 2}, {"status 1", 3}, 1, "match of 3", "0", kAppends},
      {kSnapshot,
       {"status 1", 3},
       {"status 1", 3},
       1,
       "progress of 3",
       "StateProbe match=0 next=1",
       kAppends},

      {kRemoveLeader, {"stabilize 1", 1}, {"stabilize 1", 2}, 1, "commit", "3", kAtAppend},
      {kRemoveLeader, {"stabilize 2", 2}, {"stabilize 1", 2}, 2, "commit", "3", kAtAppend},

      {kRemoveLeader, removed, end, 1, "match of 2", "none", kStepsDown},
      {kRemoveLeader, removed, end, 1, "match of 3", "none", kStepsDown},
      {kRemoveLeader, removed, removed, 2, "votes", "asks 3 in term 2, last 1/6\n", kStepsDown},
      {kRemoveLeader, removed, removed, 3, "votes", "grants 2 in term 2\n", kStepsDown},
      {kRemoveLeader, removed, end, 2, "term", "2", kStepsDown},
      {kRemoveLeader, removed, end, 3, "term", "2", kStepsDown},
      {kRemoveLeader, removed, end, 2, "vote", "2", kStepsDown},
      {kRemoveLeader, removed, end, 3, "vote", "2", kStepsDown},
      {kRemoveLeader, removed, end, 2, "last", "2/7", kStepsDown},
      {kRemoveLeader, removed, end, 3, "last", "2/7", kStepsDown},
      {kRemoveLeader, removed, end, 2, "commit", "7", kStepsDown},
      {kRemoveLeader, removed, end, 3, "commit", "7", kStepsDown},
  };
  return all;
}

std::string Continuation(const std::string& file) {
  if (file != kSnapshot) return "";
  return "\nstatus 1\n----\n2: StateReplicate match=11 next=12\n3: StateReplicate match=11 next=12\n";
}

}  // namespace symbolon::conformance
