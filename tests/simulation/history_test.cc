// The judge of histories is judged: each way in which answers can be wrong is seen.
#include "tests/simulation/history.h"

#include <gmock/gmock.h>

#include "base/sha256.h"
#include "ledger/entries/batch.h"
#include "tests/simulation/founders.h"

namespace symbolon::simulation {
namespace {

using api::AttestationStatus;
using api::Freshness;
using testing::HasSubstr;

// A ledger of a batch of two attestations (entry 1) and a revocation of the first (entry 2), as two
// transactions that a registrar sent.
class HistoryTest : public testing::Test {
 protected:
  HistoryTest() {
    const Founders& founders = Founders::Of(3, 0);
    const SigningKey key = Founders::BatchKeyOf(1);
    const ledger::BatchBody body({Digest{1}, Digest{2}});
    ledger::BatchHeader batch;
    batch.network = founders.network();
    batch.issuer = Founders::AgencyName(1);
    batch.key_id = 1;
    batch.sequence = 1;
    batch.record_type = batch.version = 1;
    batch.count = 2;
    batch.commitment_root = ledger::CommitmentRoot(body);
    Append(ledger::Kind::kBatch, ledger::SignBatch(batch, key), ledger::EncodeBatchBody(body), 0, 2);
    ledger::StatusTransaction status;
    status.network = founders.network();
    status.issuer = Founders::AgencyName(1);
    status.key_id = 1;
    status.sequence = 2;
    status.changes = {{0, ledger::Status::kRevoked, {}}};
    Append(ledger::Kind::kStatus, ledger::SignStatusTransaction(status, key), {}, 2, 0);
  }

  void Append(ledger::Kind kind, const Bytes& payload, const Bytes& body, uint64_t first, uint32_t count) {
    const ledger::EntryHeader header{.index = ledger_.size() + 1,
                                     .term = 1,
                                     .time_ms = 1,
                                     .kind = kind,
                                     .first_attestation_number = first,
                                     .attestation_count = count,
                                     .payload = payload};
    ledger_.push_back(
        {ledger::DecodeEntry(ledger::EncodeEntryHeader(header), body), ledger::Verdict::kAccepted});
  }

  // The transaction of entry `index`, begun at a time, and acknowledged later if a time is given.
  void Sent(uint64_t index, Time begun, std::optional<Time> acknowledged) {
    const auto part = ledger::SignedPartOf(ledger_[index - 1].entry.payload);
    const size_t write = history_.Begin({.agency = part->issuer,
                                         .sequence = part->sequence,
                                         .signed_digest = part->SignedDigest(),
                                         .invoked = begun,
                                         .acknowledged = {}});
    if (acknowledged) history_.Acknowledge(write, *acknowledged, index, 0);
  }
  void Said(AttestationStatus status, uint64_t as_of, Time invoked, Time returned,
            Freshness freshness = {.mode = Freshness::Mode::kLinearizable}) {
    history_.Add({.node = 1,
                  .freshness = freshness,
                  .attestation = 0,
                  .status = status,
                  .as_of = as_of,
                  .invoked = invoked,
                  .returned = returned});
  }
  std::string Judge() {
    Coverage coverage;
    return history_.Check(ledger_, &coverage);
  }

  std::vector<FinalEntry> ledger_;
  History history_;
};

TEST_F(HistoryTest, WhatIsTrueIsAccepted) {
  Sent(1, 10, 20);
  Sent(2, 30, 40);
  Said(AttestationStatus::kUnknown, 0, 5, 6);
  Said(AttestationStatus::kUnknown, 0, 15, 16);
  Said(AttestationStatus::kValid, 1, 25, 26);
  Said(AttestationStatus::kRevoked, 2, 35, 36);
  Said(AttestationStatus::kRevoked, 2, 45, 46);
  Said(AttestationStatus::kValid, 1, 50, 51, {});  // of any freshness
  EXPECT_EQ(Judge(), "");
}

TEST_F(HistoryTest, AcknowledgedAndLost) {
  Sent(1, 10, 20);
  Sent(2, 30, 40);
  ledger_.pop_back();
  EXPECT_THAT(Judge(), HasSubstr("acknowledged and lost"));
}

TEST_F(HistoryTest, NeitherAcknowledgedNorInTheLedgerIsFine) {
  Sent(1, 10, 20);
  Sent(2, 30, std::nullopt);
  ledger_.pop_back();
  EXPECT_EQ(Judge(), "");
}

TEST_F(HistoryTest, TwiceInTheLedger) {
  Sent(1, 10, 20);
  Sent(2, 30, 40);
  FinalEntry again = ledger_[1];
  again.entry.header.index = 3;
  ledger_.push_back(again);
  EXPECT_THAT(Judge(), HasSubstr("the same transaction"));
}

TEST_F(HistoryTest, SentByNobody) {
  Sent(1, 10, 20);
  EXPECT_THAT(Judge(), HasSubstr("nobody sent"));
}

TEST_F(HistoryTest, AcknowledgedBeforeTheOtherWasBegunAndBehindIt) {
  Sent(2, 10, 20);
  Sent(1, 30, 40);
  EXPECT_THAT(Judge(), HasSubstr("I-10: entry 1 was begun"));
}

TEST_F(HistoryTest, StaleLinearizableRead) {
  Sent(1, 10, 20);
  Sent(2, 30, 40);
  Said(AttestationStatus::kValid, 1, 45, 46);
  EXPECT_THAT(Judge(), HasSubstr("2 was known before"));
}

TEST_F(HistoryTest, ReadsThatGoBackInTime) {
  Sent(1, 10, 20);
  Sent(2, 30, std::nullopt);
  Said(AttestationStatus::kRevoked, 2, 35, 36);
  Said(AttestationStatus::kValid, 1, 40, 41);
  EXPECT_THAT(Judge(), HasSubstr("2 was known before"));
}

TEST_F(HistoryTest, AnotherStatusThanTheLedgers) {
  Sent(1, 10, 20);
  Sent(2, 30, 40);
  Said(AttestationStatus::kSuspended, 2, 45, 46, {});
  EXPECT_THAT(Judge(), HasSubstr("the ledger of that size says revoked"));
}

TEST_F(HistoryTest, LessFreshThanAskedFor) {
  Sent(1, 10, 20);
  Sent(2, 30, 40);
  Said(AttestationStatus::kValid, 1, 45, 46, {.mode = Freshness::Mode::kAtLeast, .index = 2});
  EXPECT_THAT(Judge(), HasSubstr("R12"));
}

}  // namespace
}  // namespace symbolon::simulation
