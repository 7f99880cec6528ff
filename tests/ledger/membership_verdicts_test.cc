// Every verdict on a decision or a configuration, in the order of docs/verdicts.md.

#include "tests/ledger/membership_fixture.h"

namespace symbolon::ledger {
namespace {

using namespace fixtures;  // NOLINT(google-build-using-namespace)

class MembershipVerdicts : public MembershipFixture {
 protected:
  // A new node with something changed.
  template <typename F>
  static AddNode AddWith(F change) {
    AddNode add = Add(4);
    change(add.node);
    return add;
  }
  // A decision with a third signature, by the key of another steward or not.
  TestTransaction SignedAlsoBy(const std::string& agency, uint32_t key_id, size_t key) {
    const Bytes proposal = EncodeProposal({ledger_.network().id(), 0, Add(4)});
    std::vector<StewardSignature> signatures;
    for (size_t i : {0, 1}) {
      signatures.push_back(SignProposal(proposal, TestNetwork::StewardOf(i), TestNetwork::StewardKey(i)));
    }
    signatures.push_back(SignProposal(proposal, Steward{agency, key_id, {}}, TestNetwork::StewardKey(key)));
    return {Kind::kGovernance, EncodeDecision(proposal, signatures), "", 0};
  }
  // The right next configuration with something changed.
  template <typename F>
  TestTransaction Forged(F change) {
    Configuration configuration = *NextConfiguration(now(), Well).configuration;
    change(configuration);
    return Entry(configuration);
  }
  static TestTransaction Entry(const Configuration& configuration) {
    return {Kind::kConfiguration, EncodeConfiguration(configuration), "", 0};
  }
};

// Also a signature is for one network and one version only.
TEST_F(MembershipVerdicts, OtherRegistryVersion) {
  Digest elsewhere = ledger_.network().id();
  elsewhere[0] ^= 1;
  ExpectRejected(Verdict::kWrongNetwork, MakeDecision(elsewhere, 0, Add(4)));
  ExpectRejected(Verdict::kOtherRegistryVersion, MakeDecision(ledger_.network().id(), 1, Add(4)));
}

TEST_F(MembershipVerdicts, TooFewStewards) {
  ExpectRejected(Verdict::kTooFewStewards, ledger_.Decision(Add(4), {0}));
  EXPECT_EQ(ledger_.AppendDecision(Add(4), {0, 2}).verdict, Verdict::kAccepted);
}

TEST_F(MembershipVerdicts, UnknownSteward) {
  ExpectRejected(Verdict::kUnknownSteward, SignedAlsoBy("CCC-REG", 2, 2));
  ExpectRejected(Verdict::kUnknownSteward, SignedAlsoBy("ZZZ-REG", 1, 2));
}

TEST_F(MembershipVerdicts, BadStewardSignature) {
  ExpectRejected(Verdict::kBadStewardSignature, SignedAlsoBy("CCC-REG", 1, 0));
  EXPECT_EQ(ledger_.Append(SignedAlsoBy("CCC-REG", 1, 2)).verdict, Verdict::kAccepted);
}

TEST_F(MembershipVerdicts, ChangeUnderWay) {
  Accept(Add(4));
  ExpectRejected(Verdict::kChangeUnderWay, RemoveNode{3});
  ExpectRejected(Verdict::kChangeUnderWay, ChangeAddress{3, "elsewhere.example:1"});
  ledger_.CarryOut();
  EXPECT_EQ(ledger_.AppendDecision(RemoveNode{3}).verdict, Verdict::kAccepted);
}

TEST_F(MembershipVerdicts, NoChangeUnderWay) {
  ExpectRejected(Verdict::kNoChangeUnderWay, WithdrawChange{});
}

TEST_F(MembershipVerdicts, TooLateToWithdraw) {
  Accept(Add(4, kVoter));
  ledger_.AppendConfiguration(*NextConfiguration(now(), Well).configuration);  // learns
  ledger_.AppendConfiguration(*NextConfiguration(now(), Well).configuration);  // both vote
  ExpectRejected(Verdict::kTooLateToWithdraw, WithdrawChange{});
  ledger_.CarryOut();
  EXPECT_EQ(KindOf(1), kLearner);
  EXPECT_EQ(KindOf(4), kVoter);
  EXPECT_TRUE(CheckRegistry(*now().registry).ok());
}

TEST_F(MembershipVerdicts, UnknownAgency) {
  ExpectRejected(Verdict::kUnknownAgency, AddNode{"ZZZ-REG", Add(4).node});
}

TEST_F(MembershipVerdicts, NodeNotWellFormed) {
  ExpectRejected(Verdict::kNodeNotWellFormed, AddWith([](Node& n) { n.number = 0; }));
  ExpectRejected(Verdict::kNodeNotWellFormed, AddWith([](Node& n) { n.name = "lower-case"; }));
  ExpectRejected(Verdict::kNodeNotWellFormed, AddWith([](Node& n) { n.address = "no port"; }));
  ExpectRejected(Verdict::kNodeNotWellFormed, AddWith([](Node& n) { n.tls_spki = {}; }));
  ExpectRejected(Verdict::kNodeNotWellFormed, AddWith([](Node& n) { n.log_key = PublicKey{1}; }));
  ExpectRejected(Verdict::kNodeNotWellFormed, AddWith([](Node& n) { n.cosigning_key = PublicKey{1}; }));
  ExpectRejected(Verdict::kNodeNotWellFormed, ChangeAddress{3, "nowhere"});
}

TEST_F(MembershipVerdicts, NodeNumberUsed) {
  ExpectRejected(Verdict::kNodeNumberUsed, Add(3));
}

TEST_F(MembershipVerdicts, NodeNameUsed) {
  ExpectRejected(Verdict::kNodeNameUsed, AddWith([](Node& n) { n.name = TestNetwork::NodeName(2); }));
}

TEST_F(MembershipVerdicts, KeyUsed) {
  const auto expect = [&](auto change) { ExpectRejected(Verdict::kKeyUsed, AddWith(change)); };
  expect([](Node& n) { n.log_key = n.cosigning_key; });
  expect([](Node& n) { n.tls_spki = n.log_key; });
  expect([](Node& n) { n.tls_spki = n.cosigning_key; });
  expect([](Node& n) { n.tls_spki = TestNetwork::TlsKey(2); });
  expect([](Node& n) { n.tls_spki = TestNetwork::ClientKey(1, Role::kOperator); });
  expect([](Node& n) { n.log_key = TestNetwork::CosigningKey(1).public_key(); });
  expect([](Node& n) { n.cosigning_key = TestNetwork::BatchKeyOf(1).public_key(); });
  expect([](Node& n) { n.log_key = TestNetwork::StewardKey(2).public_key(); });
}

TEST_F(MembershipVerdicts, TooManyNodes) {
  Membership full = now();
  Registry registry = *full.registry;
  const auto judge = [&] {
    EXPECT_TRUE(CheckRegistry(registry).ok());
    full.registry = std::make_shared<const Registry>(registry);
    full.in_force.members = MembersOf(registry);
    const TestTransaction t = MakeDecision(full.network, 0, Add(500));
    return JudgeDecision(full, *DecodePayload(t.kind, t.payload, "").decision());
  };
  for (uint64_t n = 4; n <= kMaxMembers; ++n) {
    registry.agencies[n % 3].nodes.push_back(MakeNode(n, kLearner, "N-" + std::to_string(n)));
  }
  EXPECT_EQ(judge(), Verdict::kTooManyNodes);
  // Removed ones do not count for the network, but for the list of their agency.
  for (Agency& agency : registry.agencies) {
    for (Node& node : agency.nodes) node.kind = node.number > 3 ? kRemoved : node.kind;
  }
  EXPECT_EQ(judge(), Verdict::kAccepted);
  for (uint64_t n = 1000; registry.agencies[0].nodes.size() < 255; ++n) {
    registry.agencies[0].nodes.push_back(MakeNode(n, kRemoved, "N-" + std::to_string(n)));
  }
  EXPECT_EQ(judge(), Verdict::kTooManyNodes);
}

TEST_F(MembershipVerdicts, UnknownNode) {
  ExpectRejected(Verdict::kUnknownNode, ChangeKind{9, kVoter});
  ExpectRejected(Verdict::kUnknownNode, RemoveNode{9});
  ExpectRejected(Verdict::kUnknownNode, ChangeAddress{9, "a.example:1"});
}

TEST_F(MembershipVerdicts, NodeIsRemoved) {
  Do(RemoveNode{3});
  ExpectRejected(Verdict::kNodeIsRemoved, ChangeKind{3, kVoter});
  ExpectRejected(Verdict::kNodeIsRemoved, RemoveNode{3});
  ExpectRejected(Verdict::kNodeIsRemoved, ChangeAddress{3, "a.example:1"});
}

TEST_F(MembershipVerdicts, NothingToChange) {
  ExpectRejected(Verdict::kNothingToChange, ChangeKind{3, kVoter});
  ExpectRejected(Verdict::kNothingToChange, ChangeAddress{3, "node3.example:7400"});
}

// M11
TEST_F(MembershipVerdicts, LastVoter) {
  Do(RemoveNode{1});
  Do(ChangeKind{2, kLearner});
  ExpectRejected(Verdict::kLastVoter, RemoveNode{3});
  ExpectRejected(Verdict::kLastVoter, ChangeKind{3, kLearner});
  Do(RemoveNode{2});  // a learner
  ExpectRejected(Verdict::kLastVoter, RemoveNode{3});
}

// G2, S-53: three kinds of configurations that no correct leader writes. Raft counts with them all the same.

TEST_F(MembershipVerdicts, MalformedConfiguration) {
  ExpectRejected(Verdict::kMalformedConfiguration, {Kind::kConfiguration, "x", "", 0});
}

TEST_F(MembershipVerdicts, ConfigurationNotDecided) {
  Accept(Add(4, kVoter));
  ExpectRejected(Verdict::kConfigurationNotDecided, Forged([](Configuration& c) { c.network[0] ^= 1; }));
  ExpectRejected(Verdict::kConfigurationNotDecided, Forged([](Configuration& c) { --c.decision_index; }));
  ExpectRejected(Verdict::kConfigurationNotDecided, Forged([](Configuration& c) { c.decision_index += 9; }));
}

TEST_F(MembershipVerdicts, ConfigurationNoStep) {
  Configuration stray = now().in_force;
  stray.members.push_back(Member{4, kLearner, "AAA-REG", "NEW-4", "a.example:1", {}});
  ExpectRejected(Verdict::kConfigurationNoStep, Entry(stray));  // nothing was decided

  Accept(Add(4, kVoter));
  const auto expect = [&](auto change) {
    ExpectRejected(Verdict::kConfigurationNoStep, Forged([&](Configuration& c) { change(c.members); }));
  };
  using Members = std::vector<Member>;
  expect([](Members& m) { m.erase(m.begin()); });
  expect([](Members& m) { m[3].address = "evil.example:1"; });
  expect([](Members& m) { m[3].tls_spki.fill(1); });
  expect([](Members& m) { m[3].number = 5; });
  expect([](Members& m) { m[3].kind = kVoter; });  // not before it was a learner
  ledger_.AppendConfiguration(*NextConfiguration(now(), Well).configuration);
  // Two votes change, one gained and one lost.
  const Configuration both{now().network, now().decided_at, MembersOf(*now().registry)};
  ExpectRejected(Verdict::kConfigurationNoStep, Entry(both));
  ledger_.CarryOut();
  EXPECT_TRUE(now().IsCarriedOut());
}

}  // namespace
}  // namespace symbolon::ledger
