#include "ledger/entries/governance.h"

#include <gtest/gtest.h>

#include "base/text_encoding.h"
#include "tests/ledger/fixtures.h"
#include "tests/ledger/mutations.h"

namespace symbolon::ledger {
namespace {

using fixtures::Get;
using fixtures::KeyNamed;
using fixtures::MakeNode;

Proposal Sample(Action action) {
  Proposal proposal;
  proposal.network.fill(1);
  proposal.registry_version = 7;
  proposal.action = std::move(action);
  return proposal;
}

std::vector<Action> AllActions() {
  return {AddNode{"THA-DOPA", MakeNode(6, NodeKind::kVoter, "THA-DOPA-2")},
          AddNode{"THA-DOPA", MakeNode(6, NodeKind::kLearner, "THA-DOPA-2")},
          ChangeKind{6, NodeKind::kVoter},
          ChangeKind{6, NodeKind::kLearner},
          RemoveNode{6},
          WithdrawChange{},
          ChangeAddress{6, "node6.example:7400"}};
}

// label, network, version, action: the same beginning for all.
std::string Beginning(const std::string& action) {
  std::string network;
  for (int i = 0; i < 32; ++i) network += "01";
  return "73796d626f6c6f6e2f70726f706f73616c2f763100" + network + "0000000000000007" + action;
}

TEST(Proposal, HasTheBytesOfTheFormat) {
  EXPECT_EQ(ToHex(EncodeProposal(Sample(ChangeKind{6, NodeKind::kLearner}))),
            Beginning("02") + "0000000000000006" + "02");
  EXPECT_EQ(ToHex(EncodeProposal(Sample(RemoveNode{6}))), Beginning("03") + "0000000000000006");
  EXPECT_EQ(ToHex(EncodeProposal(Sample(WithdrawChange{}))), Beginning("04"));
  EXPECT_EQ(ToHex(EncodeProposal(Sample(ChangeAddress{6, "a:1"}))),
            Beginning("05") + "0000000000000006" + "03613a31");
  Node node;
  node.number = 6;
  node.name = "N";
  node.kind = NodeKind::kLearner;
  node.address = "a:1";
  node.tls_spki.fill(2);
  node.log_key.fill(3);
  node.cosigning_key.fill(4);
  std::string keys;
  for (const char* byte : {"02", "03", "04"}) {
    for (int i = 0; i < 32; ++i) keys += byte;
  }
  EXPECT_EQ(ToHex(EncodeProposal(Sample(AddNode{"AAA-REG", node}))),
            Beginning("01") + "074141412d524547" + "0000000000000006" + "014e" + "02" + "03613a31" + keys);
}

TEST(Proposal, HasOneEncoding) {
  for (const Action& action : AllActions()) {
    const Bytes bytes = EncodeProposal(Sample(action));
    EXPECT_EQ(Get(DecodeProposal(bytes)), Sample(action)) << DescribeAction(action);
    fixtures::ForEachMutation(bytes, [&](const Bytes& changed, const std::string& how) {
      const auto decoded = DecodeProposal(changed);
      EXPECT_TRUE(!decoded.ok() || EncodeProposal(*decoded) == changed) << how;
    });
  }
}

TEST(Proposal, AReservedActionIsToldFromRubbish) {
  Bytes bytes = EncodeProposal(Sample(WithdrawChange{}));
  for (int number : {0, 6, 255}) {
    bytes.back() = static_cast<char>(number);
    EXPECT_TRUE(absl::IsUnimplemented(DecodeProposal(bytes).status())) << number;
    EXPECT_TRUE(absl::IsUnimplemented(DecodeProposal(bytes + "whatever follows").status())) << number;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(DecodeProposal("rubbish").status()));
}

TEST(Proposal, NobodyIsMadeWhatOnlyRemovalMakes) {
  EXPECT_FALSE(DecodeProposal(EncodeProposal(Sample(ChangeKind{6, NodeKind::kRemoved}))).ok());
  EXPECT_FALSE(
      DecodeProposal(EncodeProposal(Sample(AddNode{"A", MakeNode(6, NodeKind::kRemoved, "N")}))).ok());
}

Bytes SampleDecision() {
  const Bytes proposal = EncodeProposal(Sample(RemoveNode{6}));
  const Steward a{"AAA-REG", 1, {}}, b{"AAA-REG", 2, {}}, c{"BBB-REG", 1, {}};
  return EncodeDecision(proposal,
                        {SignProposal(proposal, c, KeyNamed("c")), SignProposal(proposal, a, KeyNamed("a")),
                         SignProposal(proposal, b, KeyNamed("b"))});
}

TEST(Decision, KeepsTheBytesThatWereSignedAndSortsStewards) {
  const Decision decision = Get(DecodeDecision(SampleDecision()));
  EXPECT_EQ(decision.proposal, Sample(RemoveNode{6}));
  ASSERT_EQ(decision.signatures.size(), 3u);
  EXPECT_EQ(decision.signatures[1].agency, "AAA-REG");
  EXPECT_EQ(decision.signatures[1].key_id, 2u);
  EXPECT_EQ(decision.signatures[2].agency, "BBB-REG");
  EXPECT_TRUE(
      VerifySignature(KeyNamed("b").public_key(), decision.proposal_bytes, decision.signatures[1].signature));
}

TEST(Decision, EveryMutationIsRefusedOrBreaksASignature) {
  fixtures::ForEachMutation(
      SampleDecision(),
      [&](const Bytes& changed, const std::string& how) {
        const auto decoded = DecodeDecision(changed);
        if (!decoded.ok()) return;
        EXPECT_EQ(EncodeDecision(decoded->proposal_bytes, decoded->signatures), changed) << how;
        const char* keys[] = {"a", "b", "c"};
        const char* agencies[] = {"AAA-REG", "AAA-REG", "BBB-REG"};
        const uint32_t ids[] = {1, 2, 1};
        bool all = decoded->signatures.size() == 3;
        for (size_t i = 0; i < 3 && all; ++i) {
          const StewardSignature& s = decoded->signatures[i];
          all = s.agency == agencies[i] && s.key_id == ids[i] &&
                VerifySignature(KeyNamed(keys[i]).public_key(), decoded->proposal_bytes, s.signature);
        }
        EXPECT_FALSE(all) << how;
      },
      fixtures::Flip::kOneBitOfEachByte);
}

TEST(Decision, NoStewardSignsTwiceAndOneSignsAtLeast) {
  const Bytes proposal = EncodeProposal(Sample(RemoveNode{6}));
  const Steward a{"AAA-REG", 1, {}};
  const StewardSignature signature = SignProposal(proposal, a, KeyNamed("a"));
  EXPECT_TRUE(DecodeDecision(EncodeDecision(proposal, {signature})).ok());
  EXPECT_FALSE(DecodeDecision(EncodeDecision(proposal, {signature, signature})).ok());
  EXPECT_FALSE(DecodeDecision(EncodeDecision(proposal, {})).ok());
}

TEST(Decision, EveryActionIsDescribed) {
  for (const Action& action : AllActions()) EXPECT_FALSE(DescribeAction(action).empty());
  EXPECT_EQ(DescribeAction(AllActions()[0]),
            "add node 6 THA-DOPA-2 of THA-DOPA as voter at node6.example:7400");
}

}  // namespace
}  // namespace symbolon::ledger
