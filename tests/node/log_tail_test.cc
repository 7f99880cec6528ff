#include "node/log_tail.h"

#include <gmock/gmock.h>

#include "base/sha256.h"
#include "ledger/entries/batch.h"
#include "node/entry_kind.h"

namespace symbolon::node {
namespace {

// An entry with a batch of `count` attestations; the signature is none, as the tail judges nothing.
consensus::Entry BatchEntry(uint64_t index, uint64_t term, uint64_t first, uint32_t count, uint64_t sequence,
                            uint64_t time_ms = 1000, const std::string& issuer = "TST-A") {
  ledger::BatchHeader batch;
  batch.issuer = issuer;
  batch.key_id = 1;
  batch.sequence = sequence;
  batch.record_type = 1;
  batch.version = 1;
  batch.count = count;
  batch.commitment_root[0] = static_cast<uint8_t>(sequence + 16 * term);
  ledger::EntryHeader header{.index = index,
                             .term = term,
                             .time_ms = time_ms,
                             .kind = ledger::Kind::kBatch,
                             .first_attestation_number = first,
                             .attestation_count = count,
                             .payload = ledger::EncodeSignedBatch(ledger::EncodeBatchHeader(batch), {})};
  auto data = std::make_shared<consensus::EntryData>();
  data->header = ledger::EncodeEntryHeader(header);
  return {consensus::Index(index), consensus::Term(term), consensus::EntryKind::kNormal, std::move(data)};
}

consensus::Entry SealEntry(uint64_t index, uint64_t term, uint64_t first) {
  ledger::EntryHeader header{.index = index,
                             .term = term,
                             .time_ms = 1000,
                             .kind = ledger::Kind::kSeal,
                             .first_attestation_number = first,
                             .attestation_count = 0,
                             .payload = ledger::EncodeSeal({})};
  auto data = std::make_shared<consensus::EntryData>();
  data->header = ledger::EncodeEntryHeader(header);
  return {consensus::Index(index), consensus::Term(term), consensus::EntryKind::kNormal, std::move(data)};
}

consensus::Entry MembershipEntry(uint64_t index, uint64_t term, ledger::Kind kind, Bytes payload) {
  const ledger::EntryHeader header{.index = index,
                                   .term = term,
                                   .time_ms = 1000,
                                   .kind = kind,
                                   .first_attestation_number = 0,
                                   .attestation_count = 0,
                                   .payload = std::move(payload)};
  auto data = std::make_shared<consensus::EntryData>();
  data->header = ledger::EncodeEntryHeader(header);
  return {consensus::Index(index), consensus::Term(term), EntryKindOf(kind), std::move(data)};
}

consensus::Entry ConfigurationEntry(uint64_t index, uint64_t term, uint64_t decision) {
  const ledger::Member member{1, ledger::NodeKind::kVoter, "AAA-REG", "NODE-1", "a:1", {}};
  return MembershipEntry(index, term, ledger::Kind::kConfiguration,
                         ledger::EncodeConfiguration({{}, decision, {member}}));
}

// RB-38: the configuration is a function of the log; what is cut never was.
TEST(LogTail, RB38KnowsTheNewestConfigurationAndForgetsWhatIsCut) {
  LogTail tail({});
  EXPECT_EQ(tail.NewestConfiguration(), nullptr);
  EXPECT_FALSE(tail.HasMembershipEntry());
  tail.Append(ConfigurationEntry(1, 1, 7));
  tail.Append(BatchEntry(2, 1, 0, 1, 1));
  tail.Append(ConfigurationEntry(3, 1, 8));
  tail.Append(BatchEntry(4, 1, 1, 1, 2));
  EXPECT_EQ(tail.NewestConfiguration()->decision_index, 8u);
  tail.Append(BatchEntry(3, 2, 1, 1, 2));
  EXPECT_EQ(tail.NewestConfiguration()->decision_index, 7u);
  EXPECT_TRUE(tail.HasMembershipEntry());
  tail.DropThrough(1);  // the state knows it now
  EXPECT_EQ(tail.NewestConfiguration(), nullptr);
  EXPECT_FALSE(tail.HasMembershipEntry());
}

TEST(LogTail, ADecisionTakesARegistryVersion) {
  LogTail tail({});
  const Bytes proposal = ledger::EncodeProposal({{}, 4, ledger::WithdrawChange{}});
  const ledger::StewardSignature signature{"AAA-REG", 1, {}};
  tail.Append(
      MembershipEntry(1, 1, ledger::Kind::kGovernance, ledger::EncodeDecision(proposal, {signature})));
  EXPECT_TRUE(tail.HasMembershipEntry());
  EXPECT_EQ(tail.NewestConfiguration(), nullptr);
  EXPECT_EQ(tail.LastSequence("", 0), 5u);
  EXPECT_TRUE(tail.Find(Sha256(proposal)).has_value());
}

TEST(LogTail, PredictsFromTheLogAndNotFromWhatIsApplied) {
  LogTail tail({.index = 10, .time_ms = 500, .attestation_count = 100});
  EXPECT_EQ(tail.next_attestation_number(), 100u);
  tail.Append(BatchEntry(11, 2, 100, 7, 4, 900));
  tail.Append(BatchEntry(12, 2, 107, 5, 5, 800));  // its leader's clock went back
  EXPECT_EQ(tail.last_index(), 12u);
  EXPECT_EQ(tail.next_attestation_number(), 112u);
  EXPECT_EQ(tail.last_time_ms(), 900u);
  EXPECT_EQ(tail.LastSequence("TST-A", 1), 5u);
  EXPECT_EQ(tail.LastSequence("TST-A", 2), std::nullopt);
}

TEST(LogTail, ConflictingAppendCutsTheTailAndAllThatWasPredictedFromIt) {
  LogTail tail({.index = 10, .time_ms = 0, .attestation_count = 0});
  tail.Append(BatchEntry(11, 2, 0, 7, 1));
  tail.Append(BatchEntry(12, 2, 7, 5, 2));
  tail.Append(SealEntry(13, 2, 12));
  EXPECT_TRUE(tail.HasSeal());
  tail.Append(BatchEntry(12, 3, 7, 9, 2, 1000, "TST-B"));
  EXPECT_FALSE(tail.HasSeal());
  EXPECT_EQ(tail.last_index(), 12u);
  EXPECT_EQ(tail.next_attestation_number(), 16u);
  EXPECT_EQ(tail.LastSequence("TST-A", 1), 1u);
  EXPECT_EQ(tail.LastSequence("TST-B", 1), 2u);
}

TEST(LogTail, FindsATransactionInFlightByItsSignedBytes) {
  LogTail tail({});
  const consensus::Entry entry = BatchEntry(1, 1, 0, 3, 1);
  const auto header = ledger::DecodeEntryHeader(entry.data->header);
  ASSERT_TRUE(header.ok());
  const auto payload = ledger::DecodePayload(ledger::Kind::kBatch, header->payload, {});
  const Digest digest = ledger::SignedPartOf(payload)->SignedDigest();
  EXPECT_EQ(tail.Find(digest), std::nullopt);
  tail.Append(entry);
  ASSERT_TRUE(tail.Find(digest).has_value());
  EXPECT_EQ(tail.Find(digest)->index.value(), 1u);
  tail.DropThrough(1);
  EXPECT_EQ(tail.Find(digest), std::nullopt);
}

TEST(LogTail, AppliedEntriesLeaveTheirCountAndTime) {
  LogTail tail({.index = 0, .time_ms = 0, .attestation_count = 0});
  for (uint64_t i = 0; i < 10; ++i) tail.Append(BatchEntry(i + 1, 1, i * 4, 4, i + 1, 1000 + i));
  tail.DropThrough(10);
  EXPECT_TRUE(tail.empty());
  EXPECT_EQ(tail.applied_index(), 10u);
  EXPECT_EQ(tail.next_attestation_number(), 40u);
  EXPECT_EQ(tail.last_time_ms(), 1009u);
  EXPECT_EQ(tail.LastSequence("TST-A", 1), std::nullopt);
  tail.Append(BatchEntry(10, 1, 36, 4, 10));  // sent once more
  EXPECT_TRUE(tail.empty());
}

}  // namespace
}  // namespace symbolon::node
