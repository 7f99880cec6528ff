#include "tests/simulation/simulation.h"

#include <gmock/gmock.h>

#include "tests/simulation/options.h"

namespace symbolon::simulation {
namespace {

TEST(Simulation, OneSeedIsOneHistory) {
  for (const uint64_t seed : {3, 11, 17}) {
    const Plan plan = Plan::Draw(seed);
    std::string first, second;
    const Result a = Simulation::Run(plan, [&](const std::string& line) { first += line + "\n"; });
    const Result b = Simulation::Run(plan, [&](const std::string& line) { second += line + "\n"; });
    EXPECT_EQ(first, second);
    EXPECT_EQ(a.digest, b.digest);
    EXPECT_EQ(a.coverage, b.coverage);
    EXPECT_EQ(Simulation::Run(plan).digest, a.digest) << "tracing changes what happens";
  }
}

TEST(Simulation, AnotherSeedIsAnotherHistory) {
  EXPECT_NE(Simulation::Run(Plan::Draw(1)).digest, Simulation::Run(Plan::Draw(2)).digest);
}

TEST(Plan, KeepsWhatItIsToldTo) {
  Plan plan = Plan::Draw(7);
  for (uint64_t seed = 8; plan.faults.size() < 4; ++seed) plan = Plan::Draw(seed);
  const Plan whole = plan;
  Edits edits;
  edits.faults = {1, 3};
  edits.operations.emplace();
  edits.settings = {{"voters", "5"}, {"drop", "0.5"}, {"in_order", "true"}};
  ASSERT_TRUE(plan.Apply(edits).ok());
  ASSERT_EQ(plan.faults.size(), 2u);
  EXPECT_EQ(plan.faults[1].dice, whole.faults[3].dice);
  EXPECT_TRUE(plan.operations.empty());
  EXPECT_EQ(plan.voters, 5u);
  EXPECT_EQ(plan.drop, 0.5);
  EXPECT_EQ(edits.ToArguments(),
            " --keep-faults 1,3 --keep-operations none --set drop=0.5 --set in_order=true --set voters=5");
  Edits wrong;
  wrong.settings = {{"votters", "5"}};
  EXPECT_FALSE(plan.Apply(wrong).ok());
  wrong.settings = {{"voters", "five"}};
  EXPECT_FALSE(plan.Apply(wrong).ok());
}

TEST(Options, SetsOfNumbers) {
  EXPECT_EQ(*ParseSet("none"), std::set<size_t>());
  EXPECT_EQ(*ParseSet("3,5..8"), (std::set<size_t>{3, 5, 6, 7}));
  EXPECT_EQ(FormatSet({3, 5, 6, 7}), "3,5..8");
  EXPECT_EQ(FormatSet({}), "none");
  for (const char* wrong : {"", "3,", "a", "5..3", "1..x"}) EXPECT_FALSE(ParseSet(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace symbolon::simulation
