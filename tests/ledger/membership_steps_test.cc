// How decisions are carried out, for networks of 1 to 7 voters: M7, M11, and that no step costs more than it
// must.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/ledger/fixtures.h"

namespace symbolon::ledger {
namespace {

using fixtures::MakeNode;
using fixtures::TestLedger;
using fixtures::TestNetwork;

constexpr uint64_t kNew = 100;

size_t Majority(size_t voters) {
  return voters / 2 + 1;
}

// A network, and who of it answers.
class Network {
 public:
  Network(size_t voters, std::set<uint64_t> dead = {}) : ledger_(voters), dead_(std::move(dead)) {}

  TestLedger& ledger() { return ledger_; }
  const std::vector<Member>& in_force() { return ledger_.state().membership().in_force.members; }
  bool IsCarriedOut() { return ledger_.state().membership().IsCarriedOut(); }
  void Kill(uint64_t number) { dead_.insert(number); }

  std::vector<uint64_t> Voters() {
    std::vector<uint64_t> voters;
    for (const Member& member : in_force()) {
      if (member.kind == NodeKind::kVoter) voters.push_back(member.number);
    }
    return voters;
  }
  bool IsVoter(uint64_t number) {
    const auto voters = Voters();
    return std::find(voters.begin(), voters.end(), number) != voters.end();
  }
  // How many of those that answer may fail before nothing can be decided; negative: that is so already.
  int Tolerance() {
    int alive = 0;
    for (uint64_t voter : Voters()) alive += dead_.contains(voter) ? 0 : 1;
    return alive - static_cast<int>(Majority(Voters().size()));
  }

  NextStep Plan() {
    return NextConfiguration(ledger_.state().membership(), [&](uint64_t number) {
      return NodeProgress{!dead_.contains(number), !dead_.contains(number)};
    });
  }
  // One step; it must be one that a leader can have committed, and that every node accepts.
  bool Step() {
    const auto next = Plan().configuration;
    if (!next.has_value()) return false;
    EXPECT_EQ(ledger_.AppendConfiguration(*next).verdict, Verdict::kAccepted);
    EXPECT_GE(Tolerance(), 0) << "a step that nobody can commit";
    return true;
  }
  // All steps; the least tolerance on the way.
  int CarryOut() {
    int least = Tolerance();
    while (Step()) least = std::min(least, Tolerance());
    EXPECT_TRUE(IsCarriedOut()) << Plan().waits_for;
    return least;
  }
  void Decide(const Action& action) {
    const Verdict verdict =
        ledger_
            .AppendDecision(action,
                            ledger_.network().size() > 1 ? std::vector<size_t>{0, 1} : std::vector<size_t>{0})
            .verdict;
    ASSERT_EQ(verdict, Verdict::kAccepted) << VerdictName(verdict);
  }

 private:
  TestLedger ledger_;
  std::set<uint64_t> dead_;
};

AddNode NewNode(size_t agency, NodeKind kind = NodeKind::kVoter, uint64_t number = kNew) {
  return {TestNetwork::AgencyId(agency), MakeNode(number, kind, fmt::format("NEW-{}", number))};
}

class M7 : public ::testing::TestWithParam<size_t> {};
INSTANTIATE_TEST_SUITE_P(Voters, M7, ::testing::Range<size_t>(1, 8));

// The table of docs/operating.md, "Adding, removing, replacing a node".
TEST_P(M7, ALiveNodeIsReplacedAndAsManyMayFailAsBefore) {
  Network network(GetParam());
  const int before = network.Tolerance();
  network.Decide(NewNode(0));
  EXPECT_EQ(network.CarryOut(), before);
  EXPECT_TRUE(network.IsVoter(kNew));
  EXPECT_FALSE(network.IsVoter(1));
  EXPECT_EQ(network.Voters().size(), GetParam());
  network.Decide(RemoveNode{1});
  EXPECT_EQ(network.CarryOut(), before);
  EXPECT_EQ(network.in_force().size(), GetParam());
}

TEST_P(M7, ADeadNodeIsReplacedWhereverTheOthersAreAMajority) {
  const size_t voters = GetParam();
  Network network(voters, {1});
  if (network.Tolerance() < 0) {
    EXPECT_LE(voters, 2u);  // with one of two or less gone, nobody decides anything: LV-34
    return;
  }
  const int with_one_dead = network.Tolerance();
  network.Decide(NewNode(0));
  // The dead one is out of the count before the new one is in it.
  ASSERT_TRUE(network.Step());
  EXPECT_FALSE(network.IsVoter(kNew));
  ASSERT_TRUE(network.Step());
  EXPECT_FALSE(network.IsVoter(1));
  EXPECT_FALSE(network.IsVoter(kNew));
  EXPECT_GE(network.CarryOut(), with_one_dead);
  EXPECT_EQ(network.Voters().size(), voters);
  EXPECT_EQ(network.Tolerance(), static_cast<int>(voters) - static_cast<int>(Majority(voters)));
  network.Decide(RemoveNode{1});
  network.CarryOut();
}

TEST_P(M7, ADeadNodeIsRemovedFirstAndAnotherAddedThen) {
  const size_t voters = GetParam();
  Network network(voters, {1});
  if (network.Tolerance() < 0) return;
  network.Decide(RemoveNode{1});
  network.CarryOut();
  EXPECT_EQ(network.Voters().size(), voters - 1);
  network.Decide(NewNode(0));
  network.CarryOut();
  EXPECT_EQ(network.Voters().size(), voters);
}

// As many dead as the network bears, replaced one after the other.
TEST_P(M7, AllThatMayFailFailAndAreReplaced) {
  const size_t voters = GetParam();
  Network network(voters);
  for (uint64_t dead = 1; dead <= voters - Majority(voters); ++dead) network.Kill(dead);
  ASSERT_EQ(network.Tolerance(), 0);
  for (uint64_t dead = 1; dead <= voters - Majority(voters); ++dead) {
    network.Decide(NewNode(dead - 1, NodeKind::kVoter, kNew + dead));
    network.CarryOut();
    network.Decide(RemoveNode{dead});
    network.CarryOut();
  }
  EXPECT_EQ(network.Voters().size(), voters);
  EXPECT_EQ(network.Tolerance(), static_cast<int>(voters - Majority(voters)));
}

TEST_P(M7, ALearnerIsAddedPromotedAndGoes) {
  Network network(GetParam());
  const int before = network.Tolerance();
  network.Decide(NewNode(0, NodeKind::kLearner));
  EXPECT_EQ(network.CarryOut(), before);
  network.Decide(ChangeKind{kNew, NodeKind::kVoter});
  EXPECT_EQ(network.CarryOut(), before);
  EXPECT_TRUE(network.IsVoter(kNew));
  network.Decide(ChangeKind{1, NodeKind::kVoter});
  EXPECT_EQ(network.CarryOut(), before);
  network.Decide(RemoveNode{kNew});
  EXPECT_EQ(network.CarryOut(), before);
}

// M6, S-45
TEST(Steps, S45NobodyIsPromotedUnreachableOrBehind) {
  Network network(3);
  network.Decide(NewNode(0));
  ASSERT_TRUE(network.Step());
  const Membership& now = network.ledger().state().membership();
  const auto plan = [&](NodeProgress of_new) {
    return NextConfiguration(now, [&](uint64_t number) {
      return number == kNew ? of_new : NodeProgress{true, true};
    });
  };
  EXPECT_EQ(plan({false, true}).waits_for, "node 100 to be reachable");
  EXPECT_EQ(plan({true, false}).waits_for, "node 100 to catch up");
  EXPECT_FALSE(plan({true, false}).configuration.has_value());
  EXPECT_TRUE(plan({true, true}).configuration.has_value());
}

// M11: nothing is written that those who answer could not commit.
TEST(Steps, M11ARemovalWaitsForAMajorityOfTheRest) {
  Network network(3, {3});
  network.Decide(RemoveNode{2});
  const NextStep step = network.Plan();
  EXPECT_FALSE(step.configuration.has_value());
  EXPECT_EQ(step.waits_for, "more voters to be reachable: without node 2 there are 1 of 2, and no majority");
  // What was meant was the dead one: withdraw, and say so.
  network.Decide(WithdrawChange{});
  network.Decide(RemoveNode{3});
  network.CarryOut();
  EXPECT_EQ(network.Voters(), (std::vector<uint64_t>{1, 2}));
}

// What fails while an agency's vote is passing never leaves the network stuck with its majority alive.
TEST_P(M7, WhoeverDiesWhileAVotePassesTheRestGoesOn) {
  const size_t voters = GetParam();
  for (bool old_dead : {false, true}) {
    for (uint64_t victim = 1; victim <= voters + 1; ++victim) {
      for (int after = 0; after < 4; ++after) {
        Network network(voters);
        if (old_dead) network.Kill(1);
        if (network.Tolerance() < 0) continue;
        network.Decide(NewNode(0));
        for (int i = 0; i < after; ++i) network.Step();
        network.Kill(victim == voters + 1 ? kNew : victim);
        if (network.Tolerance() < 0) continue;  // lost its majority
        while (network.Step()) {
        }
        if (network.IsCarriedOut()) continue;
        // It waits for the new node, and can be withdrawn.
        network.Decide(WithdrawChange{});
        EXPECT_TRUE(network.IsCarriedOut());
        EXPECT_GE(network.Tolerance(), 0);
      }
    }
  }
}

}  // namespace
}  // namespace symbolon::ledger
