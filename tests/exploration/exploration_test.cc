// The short version: every world of the suite to its end, and what makes the explorer worth believing.

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "tests/exploration/explorer.h"

namespace symbolon::consensus::exploration {
namespace {

std::vector<World> Suite() {
  std::vector<World> suite;
  for (const World& world : Worlds()) {
    if (world.in_suite) suite.push_back(world);
  }
  return suite;
}

class SmallWorld : public testing::TestWithParam<World> {};

TEST_P(SmallWorld, HoldsInEveryReachableState) {
  const World& world = GetParam();
  const Findings found = Explore(world, {});
  ASSERT_EQ(found.error, "");
  std::string way;
  for (const std::string& line : found.way) way += line + "\n";
  EXPECT_EQ(found.violation, "") << way;
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(found.states, world.states) << "change the table if the core is meant to behave otherwise now";
  ASSERT_FALSE(world.reaches.empty());
  for (Rule rule : world.reaches) EXPECT_GT(found.rules[rule], 0u) << Name(rule);
}

std::string NameOf(const testing::TestParamInfo<World>& world) {
  std::string name = world.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Exploration, SmallWorld, testing::ValuesIn(Suite()), NameOf);

// Small enough to be explored in several ways, and everything can happen in it.
World Everything(uint64_t voters) {
  return {.name = "everything",
          .voters = voters,
          .terms = 2,
          .entries = voters == 2 ? 2u : 1u,
          .messages = 1,
          .crashes = 1,
          .reads = voters == 2 ? 1u : 0u,
          .transfers = 1,
          .heartbeats = voters == 2};
}

// Exchanging node numbers must neither lose a state nor take two for one.
TEST(Symmetry, StandsForExactlyTheStatesThatDifferInNumbersOnly) {
  for (uint64_t voters : {2u, 3u}) {
    const World world = Everything(voters);
    const Findings by_one = Explore(world, {.symmetric = true});
    const Findings each = Explore(world, {.symmetric = false});
    ASSERT_EQ(by_one.violation + each.violation, "");
    EXPECT_EQ(each.states, by_one.renamed_states);
    EXPECT_LT(by_one.states, each.states);
  }
}

TEST(Symmetry, WithLearnersOnlyWhatLeavesTheWorldTheSameCounts) {
  World world = Everything(2);
  world.learners = 1;
  world.heartbeats = false;
  world.changes = 1;
  world.possible_changes = {"promote 3"};
  const Findings by_one = Explore(world, {.symmetric = true});
  const Findings each = Explore(world, {.symmetric = false});
  ASSERT_EQ(by_one.violation + each.violation, "");
  EXPECT_EQ(each.states, by_one.renamed_states);
}

// What is merged into one state must be one: fingerprints leave nothing out that matters.
TEST(Fingerprints, TwoWaysToOneStateOfANodeGoOnInTheSameWay) {
  World slow = Everything(2);
  slow.slow_disk = true;
  slow.heartbeats = false;
  World batches = Everything(2);
  batches.batches = true;
  batches.heartbeats = false;
  World full = Everything(2);
  full.fills = 1;
  full.reads = full.transfers = 0;
  for (const World& world : {Everything(2), Everything(3), slow, batches, full}) {
    const Findings found = Explore(world, {.check_twins = true});
    EXPECT_EQ(found.violation, "");
    EXPECT_TRUE(found.complete);
  }
}

World Amnesia() {
  return {.name = "amnesia", .terms = 1, .entries = 1, .messages = 2, .crashes = 1, .forgets_votes = true};
}

TEST(Violation, IsFoundAndToldAsAWayThatCanBeGoneAgain) {
  const World world = Amnesia();
  const Findings found = Explore(world, {});
  ASSERT_EQ(found.violation.substr(0, 5), "I-01:");
  EXPECT_FALSE(found.complete);

  // With what is told besides: remarks are skipped.
  std::vector<std::string> told;
  for (int round = 0; round < 2; ++round) {
    const std::vector<std::string> lines = round == 0 ? found.way : std::exchange(told, {});
    const absl::Status again = Replay(world, lines, [&](const std::string& line) { told.push_back(line); });
    EXPECT_EQ(again.code(), absl::StatusCode::kAborted);
    EXPECT_EQ(std::string(again.message()), found.violation);
  }
  std::vector<std::string> shorter = found.way;
  shorter.pop_back();
  EXPECT_TRUE(Replay(world, shorter, [](const std::string&) {}).ok());
}

TEST(Violation, IsFoundWhateverTheNodesAreCalled) {
  const Findings found = Explore(Amnesia(), {.symmetric = false});
  EXPECT_NE(found.violation, "");  // which of them depends on the order in which states are met
}

TEST(Replay, SaysWhatCannotHappen) {
  const World world = Amnesia();
  auto outcome = [&](std::vector<std::string> lines) {
    return Replay(world, lines, [](const std::string&) {}).code();
  };
  EXPECT_EQ(outcome({"timeout 1", "  # a remark", "", "campaign 1"}), absl::StatusCode::kOk);
  EXPECT_EQ(outcome({"lead 2"}), absl::StatusCode::kOk);
  for (const char* line :
       {"campaign 1", "timeout 4", "timeout 0", "timeout", "sleep 1", "deliver 1 -> 2: x", "lose all",
        "transfer 1 to 2", "change 1: add 4", "propose 1", "heartbeat 1", "free 1"}) {
    EXPECT_EQ(outcome({line}), absl::StatusCode::kInvalidArgument) << line;
  }
}

TEST(Explore, StopsWhereItIsToldTo) {
  const Findings found = Explore(Everything(3), {.max_states = 1000});
  EXPECT_FALSE(found.complete);
  EXPECT_GE(found.states, 1000u);
  EXPECT_LT(found.states, 2000u);
}

TEST(Explore, ABeginningThatMakesNoSenseIsAnError) {
  World world = Amnesia();
  world.begin = {"lead 1", "lead 1"};
  EXPECT_NE(Explore(world, {}).error, "");
  world.begin = {"timeout 1", "campaign 1"};
  world.messages = 1;
  EXPECT_NE(Explore(world, {}).error, "");
}

}  // namespace
}  // namespace symbolon::consensus::exploration
