#pragma once
// For the tests of decisions and configurations as a ledger takes them.

#include <gtest/gtest.h>

#include <string>

#include "ledger/membership.h"
#include "tests/ledger/fixtures.h"

namespace symbolon::ledger::fixtures {

inline constexpr NodeKind kVoter = NodeKind::kVoter;
inline constexpr NodeKind kLearner = NodeKind::kLearner;
inline constexpr NodeKind kRemoved = NodeKind::kRemoved;

inline AddNode Add(uint64_t number, NodeKind kind = kLearner, size_t agency = 0) {
  return {TestNetwork::AgencyId(agency), MakeNode(number, kind, "NEW-" + std::to_string(number))};
}

inline NodeProgress Well(uint64_t) {
  return {true, true};
}

// Three agencies AAA-REG, BBB-REG, CCC-REG with voters 1, 2, 3; two of three stewards decide.
class MembershipFixture : public ::testing::Test {
 protected:
  const Membership& now() { return ledger_.state().membership(); }

  void ExpectRejected(Verdict expected, const TestTransaction& transaction) {
    const Membership before = now();
    const Outcome outcome = ledger_.Append(transaction);
    EXPECT_EQ(outcome.verdict, expected) << VerdictName(outcome.verdict) << ", not " << VerdictName(expected);
    EXPECT_FALSE(outcome.membership_changed);
    EXPECT_FALSE(outcome.sequence.has_value());
    EXPECT_EQ(now().registry, before.registry);
    EXPECT_EQ(now().digest, before.digest);
    EXPECT_EQ(now().in_force, before.in_force);
    EXPECT_EQ(now().history, before.history);
  }
  void ExpectRejected(Verdict expected, const Action& action) {
    ExpectRejected(expected, ledger_.Decision(action));
  }
  void Accept(const Action& action) {
    const Outcome outcome = ledger_.AppendDecision(action);
    ASSERT_EQ(outcome.verdict, Verdict::kAccepted) << VerdictName(outcome.verdict);
  }
  // Accepted and carried out.
  void Do(const Action& action) {
    Accept(action);
    ledger_.CarryOut();
    ASSERT_TRUE(now().IsCarriedOut());
  }
  NodeKind KindOf(uint64_t number) { return now().registry->FindNode(number)->node->kind; }

  TestLedger ledger_;
};

}  // namespace symbolon::ledger::fixtures
