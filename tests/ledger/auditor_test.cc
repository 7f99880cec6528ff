#include "ledger/auditor.h"

#include <gtest/gtest.h>

#include "tests/ledger/fixtures.h"

namespace symbolon::ledger {
namespace {

using fixtures::Get;
using fixtures::TestLedger;

class AuditorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.AppendNoOp();
    ledger_.AppendBatch(0, 30, true);
    ledger_.AppendBatch(1, 5);
    earlier_ = {ledger_.state().applied_index(), ledger_.state().LedgerRoot(), "the earlier checkpoint"};
    ledger_.AppendRejectedBatch(2);
    ledger_.AppendStatus(0, {{7, Status::kRevoked, std::nullopt}});
    ledger_.AppendSeal();
    ledger_.AppendSeal();
  }
  Waypoint End() { return {ledger_.state().applied_index(), ledger_.state().LedgerRoot(), "the checkpoint"}; }

  AuditReport Audit(const std::vector<TestLedger::Entry>& entries, std::vector<Waypoint> waypoints,
                    bool with_claims = true) {
    Auditor auditor = Get(Auditor::Start(ledger_.network().genesis(), std::move(waypoints)));
    for (const TestLedger::Entry& entry : entries) {
      EntryClaim claim;
      if (with_claims) claim = {entry.outcome.leaf_hash, entry.outcome.verdict};
      if (!auditor.Add(entry.header, entry.body, claim)) break;
    }
    return auditor.Finish();
  }
  // The finding of an audit that must have one.
  AuditFinding Finding(const AuditReport& report) {
    EXPECT_TRUE(report.finding.has_value());
    return report.finding.value_or(AuditFinding{});
  }

  TestLedger ledger_;
  Waypoint earlier_;
};

TEST_F(AuditorTest, ReplaysMembersToo) {
  const AddNode add{"AAA-REG", fixtures::MakeNode(4, NodeKind::kVoter, "AAA-REG-2")};
  ASSERT_EQ(ledger_.AppendDecision(add).verdict, Verdict::kAccepted);
  ledger_.AppendDecision(add, {0});  // void: nobody's fault
  ledger_.CarryOut();
  const AuditReport good = Audit(ledger_.entries(), {End()});
  EXPECT_FALSE(good.finding.has_value()) << good.finding->detail;
  EXPECT_EQ(good.registry_version, 1u);

  // S-53: what nobody decided, its leader wrote.
  Configuration forged = ledger_.state().membership().in_force;
  forged.members.pop_back();
  const Outcome outcome = ledger_.AppendConfiguration(forged);
  for (bool claims : {true, false}) {
    const AuditFinding finding = Finding(Audit(ledger_.entries(), {End()}, claims));
    EXPECT_EQ(finding.check, AuditCheck::kLeader);
    EXPECT_EQ(finding.verdict, Verdict::kConfigurationNoStep);
    EXPECT_EQ(finding.entry_index, outcome.index);
  }
}

TEST_F(AuditorTest, AGoodLedgerPasses) {
  for (bool claims : {true, false}) {
    const AuditReport report = Audit(ledger_.entries(), {End(), earlier_}, claims);
    EXPECT_FALSE(report.finding.has_value()) << report.finding->detail;
    EXPECT_EQ(report.entries, 7u);
    EXPECT_EQ(report.accepted, 6u);
    EXPECT_EQ(report.attestations, 37u);
    EXPECT_EQ(report.rejected.at(Verdict::kRecordTypeNotAllowed), 1u);
    EXPECT_EQ(report.by_issuer.at("AAA-REG"), 30u);
    EXPECT_EQ(report.by_issuer.at("BBB-REG"), 5u);
    EXPECT_EQ(report.seals, 2u);
    EXPECT_EQ(report.root, ledger_.state().LedgerRoot());
  }
}

TEST_F(AuditorTest, AnEmptyLedgerPasses) {
  const TestLedger empty;
  Auditor auditor =
      Get(Auditor::Start(empty.network().genesis(), {{0, TestLedger().state().LedgerRoot(), "c"}}));
  EXPECT_FALSE(auditor.Finish().finding.has_value());
}

TEST_F(AuditorTest, NamesTheEntryTheAgencyAndTheCheckOfAChangedLeaf) {
  auto entries = ledger_.entries();
  entries[2].header.back() ^= 1;  // in the signature of BBB-REG's batch
  const AuditFinding finding = Finding(Audit(entries, {End()}));
  EXPECT_EQ(finding.entry_index, 3u);
  EXPECT_EQ(finding.agency, "BBB-REG");
  EXPECT_EQ(finding.check, AuditCheck::kLeaf);
}

TEST_F(AuditorTest, WithoutClaimedLeavesTheNearestCheckpointTells) {
  auto entries = ledger_.entries();
  entries[2].header.back() ^= 1;
  const AuditFinding finding = Finding(Audit(entries, {End(), earlier_}, false));
  EXPECT_EQ(finding.entry_index, 3u);
  EXPECT_EQ(finding.check, AuditCheck::kCheckpoint);
  EXPECT_NE(finding.detail.find("the earlier checkpoint"), std::string::npos);
}

TEST_F(AuditorTest, FindsAChangedBody) {
  auto entries = ledger_.entries();
  entries[1].body[0] ^= 1;
  AuditFinding finding = Finding(Audit(entries, {End()}));
  EXPECT_EQ(finding.entry_index, 2u);
  EXPECT_EQ(finding.agency, "AAA-REG");
  EXPECT_EQ(finding.check, AuditCheck::kBody);
  EXPECT_EQ(finding.verdict, Verdict::kCommitmentRootMismatch);
  entries = ledger_.entries();
  entries[1].body.back() ^= 1;
  EXPECT_EQ(Finding(Audit(entries, {End()})).verdict, Verdict::kTagRootMismatch);
  entries = ledger_.entries();
  entries[0].body = "x";
  EXPECT_EQ(Finding(Audit(entries, {End()})).verdict, Verdict::kUnexpectedBody);
}

TEST_F(AuditorTest, FindsAVerdictThatTheRulesDoNotGive) {
  auto entries = ledger_.entries();
  entries[3].outcome.verdict = Verdict::kAccepted;
  AuditFinding finding = Finding(Audit(entries, {End()}));
  EXPECT_EQ(finding.entry_index, 4u);
  EXPECT_EQ(finding.check, AuditCheck::kVerdict);
  EXPECT_EQ(finding.verdict, Verdict::kRecordTypeNotAllowed);
  entries = ledger_.entries();
  entries[1].outcome.verdict = Verdict::kBadSignature;
  EXPECT_EQ(Finding(Audit(entries, {End()})).entry_index, 2u);
}

TEST_F(AuditorTest, FindsEntriesLeftOutSwappedAndAdded) {
  auto entries = ledger_.entries();
  entries.erase(entries.begin() + 2);
  EXPECT_EQ(Finding(Audit(entries, {End()})).entry_index, 3u);
  entries = ledger_.entries();
  std::swap(entries[1], entries[2]);
  EXPECT_EQ(Finding(Audit(entries, {End()})).entry_index, 2u);
  entries = ledger_.entries();
  entries.push_back(entries.back());
  EXPECT_EQ(Finding(Audit(entries, {End()})).check, AuditCheck::kTooLong);
  entries = ledger_.entries();
  entries.pop_back();
  const AuditFinding finding = Finding(Audit(entries, {End()}));
  EXPECT_EQ(finding.check, AuditCheck::kTooShort);
  EXPECT_EQ(finding.entry_index, 6u);
}

TEST_F(AuditorTest, FindsARewrittenHistory) {
  // Another ledger, sound in itself, whose past differs from a checkpoint shown before.
  TestLedger other;
  other.AppendNoOp();
  other.AppendBatch(0, 29, true);
  other.AppendBatch(1, 5);
  other.AppendNoOp();
  const Waypoint end{other.state().applied_index(), other.state().LedgerRoot(), "the checkpoint"};
  EXPECT_FALSE(Audit(other.entries(), {end}).finding.has_value());
  const AuditFinding finding = Finding(Audit(other.entries(), {end, earlier_}));
  EXPECT_EQ(finding.check, AuditCheck::kCheckpoint);
  EXPECT_EQ(finding.entry_index, 3u);
}

TEST_F(AuditorTest, FindsALyingSeal) {
  Seal lie = ledger_.state().MakeSeal();
  lie.status_root[0] ^= 1;
  ledger_.Append({Kind::kSeal, EncodeSeal(lie), "", 0});
  const AuditFinding finding = Finding(Audit(ledger_.entries(), {End()}));
  EXPECT_EQ(finding.entry_index, 8u);
  EXPECT_EQ(finding.check, AuditCheck::kSeal);
  EXPECT_EQ(finding.verdict, Verdict::kSealStatusDiffers);
}

TEST_F(AuditorTest, FindsALyingLeader) {
  EntryHeader header = ledger_.Next({Kind::kNoOp, "", "", 0});
  header.first_attestation_number = 3;
  ledger_.AppendBytes(EncodeEntryHeader(header), "");
  const AuditFinding finding = Finding(Audit(ledger_.entries(), {End()}));
  EXPECT_EQ(finding.check, AuditCheck::kLeader);
  EXPECT_EQ(finding.verdict, Verdict::kWrongFirstAttestationNumber);
}

TEST_F(AuditorTest, ARepeatedSealIsHarmless) {
  const Seal last = ledger_.state().last_seal()->seal;
  ASSERT_EQ(ledger_.Append({Kind::kSeal, EncodeSeal(last), "", 0}).verdict, Verdict::kSealRepeated);
  EXPECT_FALSE(Audit(ledger_.entries(), {End()}).finding.has_value());
}

TEST_F(AuditorTest, NothingIsLookedAtAfterTheFirstFinding) {
  auto entries = ledger_.entries();
  entries[1].body[0] ^= 1;
  Auditor auditor = Get(Auditor::Start(ledger_.network().genesis(), {End()}));
  EXPECT_TRUE(auditor.Add(entries[0].header, entries[0].body));
  EXPECT_FALSE(auditor.Add(entries[1].header, entries[1].body));
  EXPECT_FALSE(auditor.Add(entries[2].header, entries[2].body));
  EXPECT_EQ(auditor.Finish().finding->entry_index, 2u);
}

}  // namespace
}  // namespace symbolon::ledger
