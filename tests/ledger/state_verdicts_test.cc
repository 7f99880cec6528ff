// Every verdict, brought about at least once by an entry (or, for bodies, a proposal), and what it leaves
// behind: nothing but the leaf and the running count.

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/ledger/fixtures.h"

namespace symbolon::ledger {
namespace {

using fixtures::BatchOptions;
using fixtures::kDay;
using fixtures::kStartTime;
using fixtures::MakeBatch;
using fixtures::MakeStatus;
using fixtures::TestLedger;
using fixtures::TestNetwork;
using fixtures::TestTransaction;

// A ledger with a little history: attestations 0-4 of AAA-REG, 5-7 of BBB-REG, 8 void; 1 is revoked, 2 is
// suspended.
class Verdicts : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.AppendNoOp();
    ledger_.AppendBatch(0, 5);
    ledger_.AppendBatch(1, 3);
    ledger_.AppendRejectedBatch(1);
    const Outcome outcome =
        ledger_.AppendStatus(0, {{1, Status::kRevoked, std::nullopt}, {2, Status::kSuspended, std::nullopt}});
    ASSERT_EQ(outcome.verdict, Verdict::kAccepted);
    ledger_.AppendSeal();
  }

  // The entry must get this verdict, and have no effect.
  void Expect(Verdict expected, const Bytes& header, const Bytes& body = "") {
    const uint64_t applied = ledger_.state().applied_index();
    const uint64_t count = ledger_.state().attestation_count();
    const uint64_t sequence_0 = ledger_.state().ExpectedSequence("AAA-REG", 1);
    const uint64_t sequence_1 = ledger_.state().ExpectedSequence("BBB-REG", 1);
    const StateRoots captured = ledger_.state().captured();
    const Outcome outcome = ledger_.AppendBytes(header, body);
    EXPECT_EQ(outcome.verdict, expected) << VerdictName(outcome.verdict) << ", not " << VerdictName(expected);
    EXPECT_EQ(ledger_.state().applied_index(), applied + 1);
    EXPECT_EQ(outcome.leaf_hash, EntryLeafHash(header));
    EXPECT_EQ(ledger_.state().attestation_count(), count + AttestationsConsumedBy(header));
    for (uint64_t n = count; n < ledger_.state().attestation_count(); ++n) {
      EXPECT_EQ(ledger_.state().StatusOf(n), Status::kVoid);
    }
    EXPECT_FALSE(outcome.sequence.has_value());
    EXPECT_FALSE(outcome.seal.has_value());
    EXPECT_EQ(ledger_.state().ExpectedSequence("AAA-REG", 1), sequence_0);
    EXPECT_EQ(ledger_.state().ExpectedSequence("BBB-REG", 1), sequence_1);
    EXPECT_EQ(ledger_.state().captured(), captured);
    // The ledger goes on.
    EXPECT_EQ(ledger_.AppendBatch(0, 2).verdict, Verdict::kAccepted);
  }
  void Expect(Verdict expected, const TestTransaction& transaction) {
    Expect(expected, EncodeEntryHeader(ledger_.Next(transaction)), transaction.body);
  }
  void ExpectHeader(Verdict expected, const std::function<void(EntryHeader&)>& change) {
    const TestTransaction batch = NextBatch();
    EntryHeader header = ledger_.Next(batch);
    change(header);
    Expect(expected, EncodeEntryHeader(header), batch.body);
  }

  BatchOptions NextOptions() {
    BatchOptions options;
    options.sequence = ledger_.state().ExpectedSequence("AAA-REG", 1);
    options.count = 2;
    return options;
  }
  TestTransaction NextBatch() { return MakeBatch(ledger_.network(), NextOptions()); }
  // The next batch of AAA-REG with a header changed before it is signed.
  TestTransaction BatchWith(const std::function<void(BatchHeader&)>& change,
                            const SigningKey* key = nullptr) {
    const BatchBody body = fixtures::MakeBody(NextOptions());
    BatchHeader header = fixtures::MakeBatchHeader(ledger_.network(), NextOptions(), body);
    change(header);
    const SigningKey own = TestNetwork::BatchKeyOf(0);
    return {Kind::kBatch, SignBatch(header, key == nullptr ? own : *key), EncodeBatchBody(body),
            header.count};
  }
  TestTransaction NextStatus(std::vector<StatusChange> changes) {
    return MakeStatus(ledger_.network(), 0, ledger_.state().ExpectedSequence("AAA-REG", 1),
                      std::move(changes));
  }
  TestTransaction SealWith(const std::function<void(Seal&)>& change) {
    Seal seal = ledger_.state().MakeSeal();
    change(seal);
    return {Kind::kSeal, EncodeSeal(seal), "", 0};
  }

  TestLedger ledger_;
};

TEST_F(Verdicts, Accepted) {
  EXPECT_EQ(ledger_.Append(NextBatch()).verdict, Verdict::kAccepted);
  EXPECT_EQ(ledger_.AppendSeal().verdict, Verdict::kAccepted);
}

TEST_F(Verdicts, MalformedHeader) {
  Expect(Verdict::kMalformedHeader, "no header at all");
  const Bytes header = EncodeEntryHeader(ledger_.Next({Kind::kNoOp, "", "", 0}));
  Expect(Verdict::kMalformedHeader, header + "x");
}

TEST_F(Verdicts, WrongIndex) {
  ExpectHeader(Verdict::kWrongIndex, [](EntryHeader& h) { --h.index; });
  ExpectHeader(Verdict::kWrongIndex, [](EntryHeader& h) { ++h.index; });
}

TEST_F(Verdicts, TermDecreased) {
  ExpectHeader(Verdict::kTermDecreased, [](EntryHeader& h) { h.term = 0; });
}

TEST_F(Verdicts, TimeDecreased) {
  ExpectHeader(Verdict::kTimeDecreased, [](EntryHeader& h) { h.time_ms = kStartTime * 1000; });
}

TEST_F(Verdicts, WrongFirstAttestationNumber) {
  ExpectHeader(Verdict::kWrongFirstAttestationNumber, [](EntryHeader& h) { h.first_attestation_number = 0; });
  // Also where no number is consumed.
  EntryHeader header = ledger_.Next({Kind::kNoOp, "", "", 0});
  ++header.first_attestation_number;
  Expect(Verdict::kWrongFirstAttestationNumber, EncodeEntryHeader(header));
}

TEST_F(Verdicts, UnknownKind) {
  Expect(Verdict::kUnknownKind, {static_cast<Kind>(6), "anything", "", 0});
}

TEST_F(Verdicts, GovernanceNotSupported) {
  // Action 6 is reserved; whoever knows it will judge otherwise, and the seals will tell the two apart.
  Bytes proposal = EncodeProposal({ledger_.network().id(), 0, WithdrawChange{}});
  proposal.back() = 6;
  const Steward steward = TestNetwork::StewardOf(0);
  const auto signature = SignProposal(proposal, steward, TestNetwork::StewardKey(0));
  Expect(Verdict::kGovernanceNotSupported, {Kind::kGovernance, EncodeDecision(proposal, {signature}), "", 0});
}

TEST_F(Verdicts, MalformedPayload) {
  Expect(Verdict::kMalformedPayload, {Kind::kNoOp, "x", "", 0});
  Expect(Verdict::kMalformedPayload, {Kind::kBatch, "x", "", 3});
  Expect(Verdict::kMalformedPayload, {Kind::kStatus, "x", "", 0});
  Expect(Verdict::kMalformedPayload, {Kind::kSeal, "x", "", 0});
  Expect(Verdict::kMalformedPayload, {Kind::kGovernance, "x", "", 0});
  // A signed batch with a byte more, which a lax decoder would ignore.
  TestTransaction batch = NextBatch();
  batch.payload += '\0';
  batch.body = "";
  Expect(Verdict::kMalformedPayload, batch);
}

TEST_F(Verdicts, WrongNetwork) {
  Expect(Verdict::kWrongNetwork, BatchWith([](BatchHeader& h) { h.network[0] ^= 1; }));
  Expect(Verdict::kWrongNetwork, SealWith([](Seal& s) { s.network[0] ^= 1; }));
}

TEST_F(Verdicts, UnknownIssuer) {
  Expect(Verdict::kUnknownIssuer, BatchWith([](BatchHeader& h) { h.issuer = "ZZZ-REG"; }));
}

TEST_F(Verdicts, UnknownKey) {
  Expect(Verdict::kUnknownKey, BatchWith([](BatchHeader& h) { h.key_id = 9; }));
}

TEST_F(Verdicts, KeyNotValid) {
  const SigningKey second = TestNetwork::BatchKeyOf(0, 2);
  const auto with_second = [](BatchHeader& h) {
    h.key_id = 2;
    h.sequence = 1;
  };
  Expect(Verdict::kKeyNotValid, BatchWith(with_second, &second));
  // From entry 100 it is.
  while (ledger_.state().applied_index() < 99) ledger_.AppendNoOp();
  EXPECT_EQ(ledger_.Append(BatchWith(with_second, &second)).verdict, Verdict::kAccepted);
  while (ledger_.state().applied_index() < 199) ledger_.AppendNoOp();
  const auto again = [](BatchHeader& h) {
    h.key_id = 2;
    h.sequence = 2;
  };
  Expect(Verdict::kKeyNotValid, BatchWith(again, &second));  // and from 200 no more
}

TEST_F(Verdicts, BadSignature) {
  const SigningKey other = TestNetwork::BatchKeyOf(1);
  Expect(Verdict::kBadSignature, BatchWith([](BatchHeader&) {}, &other));
  TestTransaction flipped = NextBatch();
  flipped.payload.back() ^= 1;
  Expect(Verdict::kBadSignature, flipped);
}

TEST_F(Verdicts, OutOfSequence) {
  Expect(Verdict::kOutOfSequence, BatchWith([](BatchHeader& h) { h.sequence += 1; }));
  Expect(Verdict::kOutOfSequence, BatchWith([](BatchHeader& h) { h.sequence -= 1; }));
  // The same bytes once more.
  const TestTransaction batch = NextBatch();
  EXPECT_EQ(ledger_.Append(batch).verdict, Verdict::kAccepted);
  Expect(Verdict::kOutOfSequence, batch);
  // Batches and status transactions of a key share one sequence.
  Expect(Verdict::kOutOfSequence, MakeStatus(ledger_.network(), 0, 1, {{0, Status::kRevoked, std::nullopt}}));
}

TEST_F(Verdicts, CountMismatch) {
  TestTransaction batch = NextBatch();
  batch.count = 3;
  Expect(Verdict::kCountMismatch, batch);
}

TEST_F(Verdicts, UnknownRecordType) {
  Expect(Verdict::kUnknownRecordType, BatchWith([](BatchHeader& h) { h.record_type = 7; }));
  Expect(Verdict::kUnknownRecordType, BatchWith([](BatchHeader& h) { h.version = 2; }));
}

TEST_F(Verdicts, RecordTypeNotAllowed) {
  Expect(Verdict::kRecordTypeNotAllowed, BatchWith([](BatchHeader& h) { h.record_type = 2; }));
}

TEST_F(Verdicts, IssueTimeNotOnGrid) {
  Expect(Verdict::kIssueTimeNotOnGrid, BatchWith([](BatchHeader& h) { h.issue_time_s = kStartTime - 1; }));
}

TEST_F(Verdicts, IssueTimeInFuture) {
  Expect(Verdict::kIssueTimeInFuture, BatchWith([](BatchHeader& h) { h.issue_time_s = kStartTime + kDay; }));
  Expect(Verdict::kIssueTimeInFuture,
         BatchWith([](BatchHeader& h) { h.issue_time_s = ~uint64_t{0} / kDay * kDay; }));
}

TEST_F(Verdicts, BodiesAreJudgedBeforeAnEntryExists) {
  const auto precheck = [&](const TestTransaction& t, const Bytes& body) {
    const auto verdict = ledger_.state().Precheck(
        DecodePayload(t.kind, t.payload, body),
        {ledger_.state().applied_index() + 1, ledger_.now_ms(), std::nullopt}, ledger_.attestations());
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    return *verdict;
  };
  BatchOptions options = NextOptions();
  options.tags = true;
  const TestTransaction batch = MakeBatch(ledger_.network(), options);
  EXPECT_EQ(precheck(batch, batch.body), Verdict::kAccepted);
  EXPECT_EQ(precheck(batch, ""), Verdict::kMalformedBody);
  EXPECT_EQ(precheck(batch, batch.body + "x"), Verdict::kMalformedBody);
  Bytes changed = batch.body;
  changed[3] ^= 1;
  EXPECT_EQ(precheck(batch, changed), Verdict::kCommitmentRootMismatch);
  changed = batch.body;
  changed.back() ^= 1;
  EXPECT_EQ(precheck(batch, changed), Verdict::kTagRootMismatch);
  EXPECT_EQ(precheck(NextStatus({{0, Status::kRevoked, std::nullopt}}), "x"), Verdict::kUnexpectedBody);
}

TEST_F(Verdicts, ADamagedBodyIsNeverAVerdictOfAnEntry) {
  const TestTransaction batch = NextBatch();
  const Bytes header = EncodeEntryHeader(ledger_.Next(batch));
  const Digest before = ledger_.state().Fingerprint();
  Bytes changed = batch.body;
  changed[0] ^= 1;
  for (const Bytes& body : {Bytes(), changed, batch.body + "x"}) {
    const auto outcome = ledger_.state().Apply(DecodeEntry(header, body), ledger_.attestations());
    EXPECT_EQ(outcome.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(ledger_.state().Fingerprint(), before);
  }
  const Bytes no_op = EncodeEntryHeader(ledger_.Next({Kind::kNoOp, "", "", 0}));
  EXPECT_FALSE(ledger_.state().Apply(DecodeEntry(no_op, "x"), ledger_.attestations()).ok());
  EXPECT_FALSE(ledger_.state().Apply(DecodeEntry("no header", "x"), ledger_.attestations()).ok());
  EXPECT_EQ(ledger_.AppendBytes(header, batch.body).verdict, Verdict::kAccepted);
}

TEST_F(Verdicts, UnknownAttestation) {
  const uint64_t count = ledger_.state().attestation_count();
  Expect(Verdict::kUnknownAttestation, NextStatus({{count, Status::kRevoked, std::nullopt}}));
  Expect(Verdict::kUnknownAttestation, NextStatus({{~uint64_t{0}, Status::kRevoked, std::nullopt}}));
}

TEST_F(Verdicts, AttestationVoid) {
  Expect(Verdict::kAttestationVoid, NextStatus({{8, Status::kRevoked, std::nullopt}}));
}

TEST_F(Verdicts, NotIssuersAttestation) {
  Expect(Verdict::kNotIssuersAttestation, NextStatus({{5, Status::kRevoked, std::nullopt}}));
}

TEST_F(Verdicts, RevokedIsFinal) {
  for (Status status : {Status::kValid, Status::kRevoked, Status::kSuspended}) {
    Expect(Verdict::kRevokedIsFinal, NextStatus({{1, status, std::nullopt}}));
  }
}

TEST_F(Verdicts, NoChange) {
  Expect(Verdict::kNoChange, NextStatus({{0, Status::kValid, std::nullopt}}));
  Expect(Verdict::kNoChange, NextStatus({{2, Status::kSuspended, std::nullopt}}));
}

TEST_F(Verdicts, ChangesAreAllMadeOrNone) {
  Expect(Verdict::kNoChange,
         NextStatus({{0, Status::kRevoked, std::nullopt}, {3, Status::kValid, std::nullopt}}));
  EXPECT_EQ(ledger_.state().StatusOf(0), Status::kValid);
}

TEST_F(Verdicts, SuccessorNotAllowed) {
  Expect(Verdict::kSuccessorNotAllowed, NextStatus({{0, Status::kSuspended, 3}}));
  Expect(Verdict::kSuccessorNotAllowed, NextStatus({{2, Status::kValid, 3}}));
  Expect(Verdict::kSuccessorNotAllowed, NextStatus({{0, Status::kRevoked, 0}}));
}

TEST_F(Verdicts, UnknownSuccessor) {
  Expect(Verdict::kUnknownSuccessor, NextStatus({{0, Status::kRevoked, 1000}}));
}

TEST_F(Verdicts, SuccessorNotUsable) {
  Expect(Verdict::kSuccessorNotUsable, NextStatus({{0, Status::kRevoked, 1}}));  // revoked
  Expect(Verdict::kSuccessorNotUsable, NextStatus({{0, Status::kRevoked, 8}}));  // void
  // No circles, not even within one transaction.
  Expect(Verdict::kSuccessorNotUsable, NextStatus({{0, Status::kRevoked, 3}, {3, Status::kRevoked, 0}}));
}

TEST_F(Verdicts, NotIssuersSuccessor) {
  Expect(Verdict::kNotIssuersSuccessor, NextStatus({{0, Status::kRevoked, 5}}));
}

TEST_F(Verdicts, SupersededBySuspendedOrValidIsAccepted) {
  EXPECT_EQ(ledger_.Append(NextStatus({{0, Status::kRevoked, 2}, {3, Status::kRevoked, 4}})).verdict,
            Verdict::kAccepted);
  EXPECT_EQ(ledger_.state().StatusOf(0), Status::kRevoked);
  EXPECT_EQ(ledger_.state().StatusOf(2), Status::kSuspended);
}

TEST_F(Verdicts, SuspendedIsReinstated) {
  EXPECT_EQ(ledger_.Append(NextStatus({{2, Status::kValid, std::nullopt}})).verdict, Verdict::kAccepted);
  EXPECT_EQ(ledger_.state().StatusOf(2), Status::kValid);
}

TEST_F(Verdicts, SealRepeated) {
  const Seal last = ledger_.state().last_seal()->seal;
  Expect(Verdict::kSealRepeated, SealWith([&](Seal& s) { s = last; }));
}

TEST_F(Verdicts, SealNotAfterPrevious) {
  Expect(Verdict::kSealNotAfterPrevious, SealWith([](Seal& s) { s.previous_index = 0; }));
  Expect(Verdict::kSealNotAfterPrevious, SealWith([](Seal& s) { s.previous_index = 1000; }));
}

TEST_F(Verdicts, SealStatusDiffers) {
  Expect(Verdict::kSealStatusDiffers, SealWith([](Seal& s) { s.status_root[5] ^= 1; }));
  Expect(Verdict::kSealStatusDiffers, SealWith([](Seal& s) { s.status_count += 1; }));
}

TEST_F(Verdicts, SealRegistryDiffers) {
  Expect(Verdict::kSealRegistryDiffers, SealWith([](Seal& s) { s.registry_version += 1; }));
  Expect(Verdict::kSealRegistryDiffers, SealWith([](Seal& s) { s.registry_digest[0] ^= 1; }));
}

TEST_F(Verdicts, SealUnknownRoot) {
  Expect(Verdict::kSealUnknownRoot, SealWith([](Seal& s) { s.further_roots = {{"tags", s.status_root}}; }));
}

// "bad_signature" -> "BadSignature".
std::string TestNameOf(std::string_view verdict) {
  std::string name;
  bool upper = true;
  for (char c : verdict) {
    if (c != '_') name += upper ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '_';
  }
  return name;
}

TEST(AllVerdicts, HaveATestOfTheirName) {
  std::set<std::string> tests;
  const ::testing::UnitTest& program = *::testing::UnitTest::GetInstance();
  for (int s = 0; s < program.total_test_suite_count(); ++s) {
    const ::testing::TestSuite& suite = *program.GetTestSuite(s);
    const std::string_view name = suite.name();
    if (name != "Verdicts" && name != "MembershipVerdicts") continue;
    for (int t = 0; t < suite.total_test_count(); ++t) tests.insert(suite.GetTestInfo(t)->name());
  }
  for (const VerdictInfo& info : AllVerdicts()) {
    if (IsBodyFault(info.verdict)) continue;  // all in BodiesAreJudgedBeforeAnEntryExists
    EXPECT_TRUE(tests.contains(TestNameOf(info.name))) << info.name << " has no test";
  }
}

}  // namespace
}  // namespace symbolon::ledger
