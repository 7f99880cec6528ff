#include "node/callers.h"

#include <gtest/gtest.h>

#include "tests/ledger/membership_fixture.h"

namespace symbolon::node {
namespace {

using ledger::fixtures::Add;
using ledger::fixtures::DigestOf;
using ledger::fixtures::kVoter;
using ledger::fixtures::TestNetwork;

class CallersTest : public ledger::fixtures::MembershipFixture {
 protected:
  std::vector<Bytes> History() {
    std::vector<Bytes> headers;
    for (uint64_t index : now().history) headers.push_back(ledger_.entries()[index - 1].header);
    return headers;
  }
  MembershipView View() { return {now(), History(), ""}; }
  static Digest KeyOf(const std::string& node) { return DigestOf("tls key of " + node); }

  Callers callers_;
  const MembershipView genesis_ = View();
};

TEST_F(CallersTest, ClientsAndNodesOfTheRegistryAreKnown) {
  const auto client = callers_.Find(genesis_, TestNetwork::ClientKey(1, ledger::Role::kAuditor));
  ASSERT_TRUE(client.has_value());
  EXPECT_EQ(client->agency, "BBB-REG");
  EXPECT_EQ(client->role, api::Role::kAuditor);
  const auto node = callers_.Find(genesis_, TestNetwork::TlsKey(2));
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ(node->role, api::Role::kNode);
  EXPECT_EQ(node->node_number, 3u);
  EXPECT_FALSE(callers_.Find(genesis_, KeyOf("NEW-4")).has_value());
}

// LV-29: a node that lags behind believes the decisions of the stewards, whoever brings them.
TEST_F(CallersTest, LV29WhoShowsTheDecisionsIsLetIn) {
  Do(Add(4, kVoter));
  Do(ledger::RemoveNode{1});
  EXPECT_TRUE(callers_.Introduce(genesis_, KeyOf("NEW-4"), History()).ok());
  const auto node = callers_.Find(genesis_, KeyOf("NEW-4"));
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ(node->node_number, 4u);
  EXPECT_EQ(node->agency, "AAA-REG");
  ASSERT_TRUE(callers_.FindIntroduced(4).has_value());  // where to answer
  EXPECT_EQ(callers_.FindIntroduced(4)->address, "node4.example:7400");
  // Known by the registry it need not be remembered.
  callers_.OnMembership(View());
  EXPECT_TRUE(callers_.Find(View(), KeyOf("NEW-4")).has_value());
  EXPECT_FALSE(callers_.Find(genesis_, KeyOf("NEW-4")).has_value());
}

TEST_F(CallersTest, WhatIsAppliedHereIsSkipped) {
  Do(Add(4));
  const MembershipView here = View();
  Do(Add(5));
  EXPECT_TRUE(callers_.Introduce(here, KeyOf("NEW-5"), History()).ok());
  // Also when the caller tells the beginning otherwise.
  std::vector<Bytes> history = History();
  history[0] = "rubbish";
  EXPECT_FALSE(callers_.Introduce(here, KeyOf("NEW-5"), history).ok());
  history.erase(history.begin());
  EXPECT_TRUE(callers_.Introduce(here, KeyOf("NEW-5"), history).ok());
}

TEST_F(CallersTest, NobodyElseIsLetIn) {
  Do(Add(4));
  const std::vector<Bytes> history = History();
  const auto refused = [&](const Digest& key, const std::vector<Bytes>& headers) {
    return absl::IsPermissionDenied(callers_.Introduce(genesis_, key, headers)) &&
           !callers_.Find(genesis_, key).has_value();
  };
  EXPECT_TRUE(refused(KeyOf("NEW-5"), history));  // another's decision
  EXPECT_TRUE(refused(KeyOf("NEW-4"), {}));
  EXPECT_TRUE(refused(KeyOf("NEW-4"), {"rubbish"}));
  EXPECT_TRUE(refused(KeyOf("NEW-4"), {history[1]}));  // a configuration without its decision
  const ledger::Outcome one_steward = ledger_.AppendDecision(Add(5), {0});
  ASSERT_EQ(one_steward.verdict, ledger::Verdict::kTooFewStewards);
  std::vector<Bytes> forged = history;
  forged.push_back(ledger_.entries().back().header);
  EXPECT_TRUE(refused(KeyOf("NEW-5"), forged));
}

// It may be the leader, and whom it introduces itself to the voter without whom it cannot be let go.
TEST_F(CallersTest, LV29WhoIsToBeRemovedIntroducesItselfUntilItIs) {
  Do(Add(4, kVoter));
  ASSERT_EQ(ledger_.AppendDecision(ledger::RemoveNode{4}, {0, 1}).verdict, ledger::Verdict::kAccepted);
  ASSERT_FALSE(View().IsMember(4));
  EXPECT_TRUE(callers_.Introduce(genesis_, KeyOf("NEW-4"), History()).ok());
}

TEST_F(CallersTest, WhoIsRemovedCannotIntroduceItself) {
  Do(Add(4));
  Do(ledger::RemoveNode{4});
  EXPECT_FALSE(callers_.Introduce(genesis_, KeyOf("NEW-4"), History()).ok());
  // By the registry it is still a node: it may hear that it is removed.
  EXPECT_TRUE(callers_.Find(View(), KeyOf("NEW-4")).has_value());
}

}  // namespace
}  // namespace symbolon::node
