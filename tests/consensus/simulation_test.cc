// Random histories under faults, checked against the invariants after every step. SYMBOLON_SIM_SEEDS: how
// many seeds (default 300), SYMBOLON_SIM_FIRST: the first one; SYMBOLON_SIM_TRACE=1 prints every message.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/consensus/network.h"

namespace symbolon::consensus {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(Simulation, EverySeedKeepsTheInvariants) {
  const uint64_t first = FromEnvironment("SYMBOLON_SIM_FIRST", 1);
  const uint64_t seeds = FromEnvironment("SYMBOLON_SIM_SEEDS", 300);
  const bool trace = FromEnvironment("SYMBOLON_SIM_TRACE", 0) != 0;
  Coverage total;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    Network network(Plan::Draw(seed), trace);
    network.RunSafetyPhase(300);
    network.RunLivenessPhase();
    network.RunToEnd();
    ASSERT_EQ(network.Report(), "") << "replay: SYMBOLON_SIM_FIRST=" << seed << " SYMBOLON_SIM_SEEDS=1";
    for (const auto& [what, count] : network.coverage()) total[what] += count;
  }
  for (const auto& [what, count] : total)
    std::printf("%10llu  %s\n", static_cast<unsigned long long>(count), what.c_str());
  if (seeds < 100) return;
  for (const char* what : {"elections",
                           "step-downs within the term",
                           "step-downs for a later term",
                           "truncations",
                           "appends refused",
                           "votes refused",
                           "pre-votes refused",
                           "proposals committed",
                           "proposals dropped",
                           "proposals unknown",
                           "proposals refused as busy",
                           "reads confirmed",
                           "reads confirmed by another",
                           "reads failed",
                           "transfers done",
                           "transfers given up",
                           "crashes",
                           "crashes with writes in flight",
                           "pauses",
                           "slow disks",
                           "partitions",
                           "messages dropped",
                           "messages duplicated",
                           "answers to an earlier leadership",
                           "messages of an older term",
                           "messages of an earlier life refused",
                           "proposals refused for a full disk",
                           "full disks",
                           "promotions",
                           "removals of voters",
                           "removals of the leader",
                           "demotions",
                           "demotions of the leader",
                           "changes that change nothing",
                           "changes of members truncated",
                           "changes refused as UNAVAILABLE",
                           "changes refused as FAILED_PRECONDITION",
                           "changes refused as INVALID_ARGUMENT",
                           "nodes told that they are removed",
                           "tails lost",
                           "restores",
                           "starts as recovering",
                           "starts as observer",
                           "liveness phases"}) {
    EXPECT_GT(total[what], 0u) << "no seed came across: " << what;
  }
}

TEST(Simulation, OneSeedIsOneHistory) {
  auto run = [] {
    Network network(Plan::Draw(11));
    network.RunSafetyPhase(200);
    return network.coverage();
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace symbolon::consensus
