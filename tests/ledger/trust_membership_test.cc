// Whom a verifier trusts when members come and go.

#include "ledger/trust.h"
#include "ledger/verification_proof.h"
#include "tests/ledger/membership_fixture.h"

namespace symbolon::ledger {
namespace {

using namespace fixtures;  // NOLINT(google-build-using-namespace)

class TrustMembership : public MembershipFixture {
 protected:
  // What anybody hands over who wants to be believed: the entries of the membership's history.
  std::vector<Bytes> History() {
    std::vector<Bytes> headers;
    for (uint64_t index : now().history) headers.push_back(ledger_.entries()[index - 1].header);
    return headers;
  }
  Trust Followed() {
    Trust trust = Get(Trust::FromGenesis(ledger_.network().genesis_bytes()));
    for (const Bytes& header : History()) EXPECT_TRUE(trust.Follow(header).ok());
    return trust;
  }
  Checkpoint Here() {
    return {ledger_.network().genesis().origin, ledger_.state().applied_index(),
            ledger_.state().LedgerRoot()};
  }
  // Signed and cosigned by the node of that name, as MakeNode makes its keys.
  static Bytes NoteBy(const Checkpoint& checkpoint, const std::string& node) {
    const std::vector<NoteSignature> cosignatures = {
        Cosign(checkpoint, checkpoint.origin + "/" + node, KeyNamed("cosigning key of " + node), 5)};
    return Get(SignCheckpoint(checkpoint, KeyNamed("log key of " + node), cosignatures));
  }
  Trust genesis_only_ = Get(Trust::FromGenesis(ledger_.network().genesis_bytes()));
};

TEST_F(TrustMembership, WhoFollowsTheHistoryComesToTheSameMembership) {
  Do(Add(4, kVoter));
  ledger_.AppendBatch(0, 3);
  Do(RemoveNode{1});
  Accept(Add(5));
  Accept(WithdrawChange{});
  const Trust trust = Followed();
  EXPECT_EQ(trust.membership().digest, now().digest);
  EXPECT_EQ(trust.registry(), *now().registry);
  EXPECT_EQ(trust.membership().in_force, now().in_force);
}

TEST_F(TrustMembership, ANewNodeIsKnownFromItsDecisionOn) {
  ledger_.AppendBatch(0, 3);
  const Checkpoint before = Here();
  Do(Add(4));
  const Checkpoint after = Here();
  const Trust trust = Followed();
  EXPECT_TRUE(trust.VerifyCheckpoint(NoteBy(after, "NEW-4")).ok());
  EXPECT_EQ(trust.VerifyCheckpoint(NoteBy(after, "NEW-4"))->cosigners[0].agency, "AAA-REG");
  EXPECT_EQ(trust.VerifyCheckpoint(NoteBy(before, "NEW-4")).failure(), ProofFailure::kUnknownNode);
  EXPECT_EQ(genesis_only_.VerifyCheckpoint(NoteBy(after, "NEW-4")).failure(), ProofFailure::kUnknownNode);
}

TEST_F(TrustMembership, ARemovedNodesOldSignaturesStayGoodAndItsNewOnesAreNot) {
  Do(Add(4));
  const Bytes old_note = NoteBy(Here(), "NEW-4");
  Do(RemoveNode{4});
  const Trust trust = Followed();
  EXPECT_TRUE(trust.VerifyCheckpoint(old_note).ok());
  EXPECT_EQ(trust.VerifyCheckpoint(NoteBy(Here(), "NEW-4")).failure(), ProofFailure::kUnknownNode);
}

// G5, S-54: who must cosign is for the registry at the checkpoint's size; Raft's voters are another set.
TEST_F(TrustMembership, S54VotersAndCosignersDiffer) {
  ledger_.AppendBatch(0, 1);
  Accept(RemoveNode{1});                         // decided: AAA-REG's node is none of two voters
  ASSERT_EQ(now().in_force.members.size(), 3u);  // and in force: one of three
  const Bytes by_removed = ledger_.Note({0, 1});
  const Bytes by_both = ledger_.Note({1, 2});
  ledger_.CarryOut();
  const Trust trust = Followed();
  EXPECT_FALSE(trust.VerifyCheckpoint(by_removed).ok() && trust.VerifyCheckpoint(by_removed)->final);
  EXPECT_TRUE(trust.VerifyCheckpoint(by_both)->final);
}

TEST_F(TrustMembership, MajoritiesAreThoseOfTheTime) {
  ledger_.AppendBatch(0, 1);
  const Bytes of_three = ledger_.Note({0, 1});
  Do(ChangeKind{2, kLearner});
  Do(ChangeKind{3, kLearner});
  const Bytes of_one = ledger_.Note({0});
  const Trust trust = Followed();
  EXPECT_TRUE(trust.VerifyCheckpoint(of_three)->final);
  EXPECT_TRUE(trust.VerifyCheckpoint(of_one)->final);
  EXPECT_FALSE(genesis_only_.VerifyCheckpoint(of_one)->final);
}

TEST_F(TrustMembership, NothingIsLeftOutOrPutInBetween) {
  Do(Add(4));
  Do(Add(5));
  const std::vector<Bytes> history = History();
  ASSERT_EQ(history.size(), 4u);
  for (size_t left_out = 0; left_out + 1 < history.size(); ++left_out) {
    Trust trust = genesis_only_;
    bool all = true;
    for (size_t i = 0; i < history.size(); ++i) {
      if (i != left_out && !trust.Follow(history[i]).ok()) all = false;
    }
    EXPECT_FALSE(all) << left_out;
  }
  Trust trust = Followed();
  EXPECT_FALSE(trust.Follow(history.back()).ok());  // twice
  EXPECT_FALSE(trust.Follow("rubbish").ok());
  ledger_.AppendNoOp();
  EXPECT_FALSE(trust.Follow(ledger_.entries().back().header).ok());
}

TEST_F(TrustMembership, OnlyWhatStewardsSignedIsFollowed) {
  const Outcome outcome = ledger_.AppendDecision(Add(4), {0});  // rejected: one of two
  ASSERT_EQ(outcome.verdict, Verdict::kTooFewStewards);
  const absl::Status status = genesis_only_.Follow(ledger_.entries().back().header);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
}

// Signed for, and yet not what became of it: the seal's registry digest tells.
TEST_F(TrustMembership, ADecisionThatLostIsFoundOutByTheSeal) {
  ledger_.AppendBatch(0, 3);
  const TestTransaction first = ledger_.Decision(Add(4));
  const TestTransaction second = ledger_.Decision(Add(5));
  ASSERT_EQ(ledger_.Append(first).verdict, Verdict::kAccepted);
  ASSERT_EQ(ledger_.Append(second).verdict, Verdict::kOtherRegistryVersion);
  ledger_.AppendSeal();
  ledger_.AppendSeal();
  const VerificationProof proof = ledger_.MakeProof(0);
  ASSERT_TRUE(proof.sealed.has_value());

  EXPECT_TRUE(VerifyProof(proof, Followed()).ok());
  EXPECT_EQ(VerifyProof(proof, Followed())->sealed->registry_version, 1u);
  EXPECT_TRUE(VerifyProof(proof, genesis_only_).ok());  // lags behind, and says so
  Trust misled = genesis_only_;
  ASSERT_TRUE(misled.Follow(ledger_.entries()[2].header).ok());  // the second: signed by two stewards
  EXPECT_EQ(VerifyProof(proof, misled).failure(), ProofFailure::kRegistryDiffers);
}

}  // namespace
}  // namespace symbolon::ledger
