// Decisions and configurations as a ledger takes them: what follows from each.

#include "tests/ledger/membership_fixture.h"

namespace symbolon::ledger {
namespace {

using namespace fixtures;  // NOLINT(google-build-using-namespace)

class MembershipTest : public MembershipFixture {};

TEST_F(MembershipTest, BeginsWithTheGenesis) {
  EXPECT_EQ(now().version, 0u);
  EXPECT_TRUE(now().IsCarriedOut());
  EXPECT_EQ(now().in_force.members, MembersOf(ledger_.network().genesis().registry));
  EXPECT_TRUE(now().history.empty());
}

TEST_F(MembershipTest, ADecisionMakesTheNextRegistry) {
  const Digest before = now().digest;
  const TestTransaction decision = ledger_.Decision(Add(4));
  const Outcome outcome = ledger_.Append(decision);
  ASSERT_EQ(outcome.verdict, Verdict::kAccepted);
  EXPECT_TRUE(outcome.membership_changed);
  EXPECT_EQ(now().version, 1u);
  EXPECT_EQ(now().decided_at, 1u);
  EXPECT_EQ(now().digest, NextRegistryDigest(before, 1, 1, decision.payload, *now().registry));
  EXPECT_EQ(now().registry->FindNode(4)->agency->id, "AAA-REG");
  EXPECT_TRUE(CheckRegistry(*now().registry).ok());
  // Decided is not in force.
  EXPECT_FALSE(now().IsCarriedOut());
  EXPECT_EQ(now().in_force.members.size(), 3u);
}

TEST_F(MembershipTest, ADecisionTakesItsPlaceSoThatItIsSubmittedOnce) {
  const TestTransaction decision = ledger_.Decision(Add(4));
  const Outcome outcome = ledger_.Append(decision);
  ASSERT_TRUE(outcome.sequence.has_value());
  EXPECT_EQ(outcome.sequence->issuer, "");
  EXPECT_EQ(outcome.sequence->key_id, 0u);
  EXPECT_EQ(outcome.sequence->sequence, 1u);
  const DecodedPayload decoded = DecodePayload(Kind::kGovernance, decision.payload, "");
  EXPECT_EQ(outcome.sequence->signed_digest, Sha256(decoded.decision()->proposal_bytes));
}

TEST_F(MembershipTest, MoreStewardsThanNeededMaySign) {
  EXPECT_EQ(ledger_.AppendDecision(Add(4), {0, 1, 2}).verdict, Verdict::kAccepted);
}

TEST_F(MembershipTest, WithoutStewardsNothingIsDecided) {
  Genesis genesis = ledger_.network().genesis();
  genesis.registry.stewards.clear();
  genesis.registry.steward_threshold = 0;
  State state = Get(State::AtGenesis(genesis));
  const TestTransaction decision = MakeDecision(state.network(), 0, Add(4));
  const auto verdict =
      state.Precheck(DecodePayload(decision.kind, decision.payload, ""), {}, MemoryAttestations());
  EXPECT_EQ(Get(verdict), Verdict::kUnknownSteward);
}

// S-52, G4: of two decisions made for one version, the second is void, on every node.
TEST_F(MembershipTest, S52TwoDecisionsSecondVoid) {
  const TestTransaction first = ledger_.Decision(RemoveNode{3});
  const TestTransaction second = ledger_.Decision(RemoveNode{2});
  EXPECT_EQ(ledger_.Append(first).verdict, Verdict::kAccepted);
  ledger_.CarryOut();
  ExpectRejected(Verdict::kOtherRegistryVersion, second);
  ExpectRejected(Verdict::kOtherRegistryVersion, first);  // nor can it be had twice
  EXPECT_EQ(KindOf(2), kVoter);
}

TEST_F(MembershipTest, WithdrawnBeforeItBegan) {
  Accept(Add(4, kVoter));
  Accept(WithdrawChange{});
  EXPECT_TRUE(now().IsCarriedOut());
  EXPECT_EQ(KindOf(4), kRemoved);  // its keys are on the ledger: it does not return
  EXPECT_EQ(KindOf(1), kVoter);
  ExpectRejected(Verdict::kNodeNumberUsed, Add(4));
  Do(RemoveNode{3});
}

TEST_F(MembershipTest, WithdrawnHalfWayKeepsWhatIsInForce) {
  Accept(Add(4, kVoter));
  const auto lags = [](uint64_t) { return NodeProgress{true, false}; };
  ledger_.AppendConfiguration(*NextConfiguration(now(), lags).configuration);
  EXPECT_FALSE(NextConfiguration(now(), lags).configuration.has_value());
  ExpectRejected(Verdict::kChangeUnderWay, RemoveNode{4});
  Accept(WithdrawChange{});
  EXPECT_TRUE(now().IsCarriedOut());
  EXPECT_EQ(KindOf(4), kLearner);
  EXPECT_EQ(KindOf(1), kVoter);  // the vote did not pass
  Do(RemoveNode{4});
}

TEST_F(MembershipTest, ARemovalThatDidNotHappenIsTakenBack) {
  Accept(RemoveNode{3});
  Accept(WithdrawChange{});
  EXPECT_EQ(KindOf(3), kVoter);
  EXPECT_TRUE(now().IsCarriedOut());
  Accept(ChangeAddress{3, "elsewhere.example:1"});
  Accept(WithdrawChange{});
  EXPECT_EQ(now().registry->FindNode(3)->node->address, "node3.example:7400");
  EXPECT_EQ(now().version, 4u);
}

// M10: an identity, once removed, never returns.
TEST_F(MembershipTest, M10NumberNameAndKeysOfARemovedNodeNeverReturn) {
  Do(RemoveNode{3});
  EXPECT_EQ(KindOf(3), kRemoved);
  ExpectRejected(Verdict::kNodeNumberUsed, Add(3));
  AddNode add = Add(4);
  add.node.name = TestNetwork::NodeName(2);
  ExpectRejected(Verdict::kNodeNameUsed, add);
  add = Add(4);
  add.node.tls_spki = TestNetwork::TlsKey(2);
  ExpectRejected(Verdict::kKeyUsed, add);
  add = Add(4);
  add.node.log_key = TestNetwork::LogKey(2).public_key();
  ExpectRejected(Verdict::kKeyUsed, add);
}

TEST_F(MembershipTest, AnAgencyHasOneVoteWhichTheNewVoterTakesOver) {
  Do(Add(4, kVoter));
  EXPECT_EQ(KindOf(1), kLearner);
  EXPECT_EQ(KindOf(4), kVoter);
  Do(ChangeKind{1, kVoter});
  EXPECT_EQ(KindOf(1), kVoter);
  EXPECT_EQ(KindOf(4), kLearner);
  Do(ChangeKind{1, kLearner});  // the agency goes without
  EXPECT_EQ(now().registry->voters().size(), 2u);
  Do(ChangeKind{4, kVoter});
  EXPECT_EQ(now().registry->voters().size(), 3u);
}

TEST_F(MembershipTest, AnAddressIsCarriedOutToo) {
  Accept(ChangeAddress{3, "elsewhere.example:1"});
  EXPECT_FALSE(now().IsCarriedOut());
  EXPECT_EQ(ledger_.CarryOut(), 1);
  EXPECT_EQ(now().in_force.members[2].address, "elsewhere.example:1");
}

TEST_F(MembershipTest, AConfigurationNamesTheDecisionThatItCarriesOut) {
  Accept(Add(4));
  Configuration next = *NextConfiguration(now(), Well).configuration;
  EXPECT_EQ(next.decision_index, now().decided_at);
  const Outcome outcome = ledger_.AppendConfiguration(next);
  EXPECT_EQ(outcome.verdict, Verdict::kAccepted);
  EXPECT_TRUE(outcome.membership_changed);
  EXPECT_EQ(now().in_force, next);
  EXPECT_EQ(now().in_force_at, outcome.index);
  EXPECT_EQ(now().history, (std::vector<uint64_t>{1, 2}));
}

TEST_F(MembershipTest, WhatRaftMayNotHaveCountedWithForbidsCosigning) {
  for (Verdict verdict :
       {Verdict::kMalformedConfiguration, Verdict::kConfigurationNotDecided, Verdict::kConfigurationNoStep}) {
    EXPECT_TRUE(ForbidsCosigning(verdict)) << VerdictName(verdict);
  }
  // A void decision is nobody's lie.
  EXPECT_FALSE(ForbidsCosigning(Verdict::kOtherRegistryVersion));
  EXPECT_FALSE(IsLeadersFault(Verdict::kOtherRegistryVersion));
}

// G3: two leaders may both write it.
TEST_F(MembershipTest, G3ARepetitionIsNoChange) {
  Accept(Add(4));
  ledger_.CarryOut();
  const Membership before = now();
  const Outcome outcome = ledger_.AppendConfiguration(before.in_force);
  EXPECT_EQ(outcome.verdict, Verdict::kAccepted);
  EXPECT_EQ(now().in_force_at, before.in_force_at);
  EXPECT_EQ(now().history, before.history);
  // Also of the genesis, and of what was in force before a decision.
  TestLedger other;
  EXPECT_EQ(other.AppendConfiguration(other.state().membership().in_force).verdict, Verdict::kAccepted);
  other.AppendDecision(Add(4));
  EXPECT_EQ(other.AppendConfiguration(other.state().membership().in_force).verdict, Verdict::kAccepted);
  EXPECT_FALSE(other.state().membership().IsCarriedOut());
}

TEST_F(MembershipTest, ASealStatesEachVersion) {
  ledger_.AppendSeal();
  ledger_.AppendSeal();
  EXPECT_FALSE(ledger_.state().NeedsSeal());
  Accept(Add(4));
  EXPECT_TRUE(ledger_.state().NeedsSeal());
  EXPECT_EQ(ledger_.AppendSeal().verdict, Verdict::kAccepted);  // as of before
  EXPECT_EQ(ledger_.state().last_seal()->seal.registry_version, 0u);
  EXPECT_EQ(ledger_.AppendSeal().verdict, Verdict::kAccepted);
  EXPECT_EQ(ledger_.state().last_seal()->seal.registry_version, 1u);
  EXPECT_EQ(ledger_.state().last_seal()->seal.registry_digest, now().digest);
  EXPECT_FALSE(ledger_.state().NeedsSeal());
}

TEST_F(MembershipTest, TheRecordHasOneEncoding) {
  Do(Add(4, kVoter));
  Do(RemoveNode{1});
  const Bytes bytes = EncodeMembership(now());
  EXPECT_EQ(Get(DecodeMembership(bytes, ledger_.network().id())), now());
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeMembership(bytes.substr(0, n), ledger_.network().id()).status())) << n;
  }
  EXPECT_FALSE(DecodeMembership(bytes + "x", ledger_.network().id()).ok());
  EXPECT_FALSE(DecodeMembership(bytes, Digest{}).ok());
}

TEST_F(MembershipTest, RestoreRefusesAMembershipThatDoesNotFit) {
  Do(Add(4));
  StateChanges changes = ledger_.state().TakeChanges();
  ASSERT_FALSE(changes.membership.empty());
  StateSnapshot snapshot{changes.meta, changes.sequences, "", {}, changes.membership};
  const Genesis& genesis = ledger_.network().genesis();
  const State restored = Get(State::Restore(genesis, snapshot));
  EXPECT_EQ(restored.membership(), now());
  EXPECT_EQ(restored.Fingerprint(), ledger_.state().Fingerprint());

  const auto refused = [&](auto change) {
    Membership membership = now();
    change(membership);
    StateSnapshot other = snapshot;
    other.membership = EncodeMembership(membership);
    return absl::IsDataLoss(State::Restore(genesis, other).status());
  };
  EXPECT_FALSE(refused([](Membership&) {}));
  EXPECT_TRUE(refused([](Membership& m) { m.version = 2; }));
  EXPECT_TRUE(refused([](Membership& m) { m.digest[0] ^= 1; }));
  EXPECT_TRUE(refused([](Membership& m) { m.decided_at = 9; }));
  EXPECT_TRUE(refused([](Membership& m) { m.in_force_at = 9; }));
  EXPECT_TRUE(refused([](Membership& m) { m.history.push_back(9); }));
  snapshot.membership.clear();  // lost: the genesis's would be another
  EXPECT_TRUE(absl::IsDataLoss(State::Restore(genesis, snapshot).status()));
  ledger_.AppendNoOp();
  EXPECT_TRUE(ledger_.state().TakeChanges().membership.empty());  // unchanged
}

}  // namespace
}  // namespace symbolon::ledger
