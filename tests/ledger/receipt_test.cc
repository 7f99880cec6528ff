#include "ledger/receipt.h"

#include <gtest/gtest.h>

#include "tests/ledger/fixtures.h"
#include "tests/ledger/mutations.h"

namespace symbolon::ledger {
namespace {

using fixtures::Get;
using fixtures::TestLedger;
using fixtures::TestNetwork;

class ReceiptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.AppendNoOp();
    ledger_.AppendBatch(0, 3, true);
    ledger_.AppendBatch(1, 2);
    ledger_.AppendStatus(0, {{1, Status::kRevoked, std::nullopt}});
    ledger_.AppendNoOp();
  }
  ProofFailure Failure(const Receipt& receipt) {
    const auto facts = VerifyReceipt(receipt, trust_);
    EXPECT_FALSE(facts.ok());
    return facts.ok() ? ProofFailure::kMalformed : facts.failure();
  }
  // A receipt of a transaction that the nodes would reject, in a ledger that holds it all the same.
  ProofFailure FailureOf(const fixtures::TestTransaction& transaction) {
    ledger_.Append(transaction);
    return Failure(ledger_.MakeReceipt(ledger_.state().applied_index()));
  }

  TestLedger ledger_;
  Trust trust_ = Get(Trust::FromGenesis(ledger_.network().genesis_bytes()));
};

TEST_F(ReceiptTest, VerifiesOfflineAndSaysWhatItProves) {
  const auto facts = VerifyReceipt(ledger_.MakeReceipt(2), trust_, {.require_final = true});
  ASSERT_TRUE(facts.ok()) << facts.message();
  EXPECT_EQ(facts->entry.index, 2u);
  EXPECT_EQ(facts->entry.first_attestation_number, 0u);
  ASSERT_TRUE(facts->batch.has_value());
  EXPECT_EQ(facts->batch->header.issuer, "AAA-REG");
  EXPECT_FALSE(facts->status.has_value());
  EXPECT_EQ(facts->checkpoint.size, 5u);
}

TEST_F(ReceiptTest, CommitmentsOfTheBatchVerify) {
  const DecodedEntry entry = DecodeEntry(ledger_.entries()[1].header, ledger_.entries()[1].body);
  const BatchHeader& batch = entry.payload.batch()->header;
  const MemoryTree tree(CommitmentLeafHashes(*entry.payload.body));
  for (uint32_t i = 0; i < 3; ++i) {
    const Digest& commitment = entry.payload.body->commitments()[i];
    EXPECT_TRUE(VerifyCommitment(batch, i, commitment, tree.Inclusion(i)).ok());
    EXPECT_FALSE(VerifyCommitment(batch, (i + 1) % 3, commitment, tree.Inclusion(i)).ok());
  }
  EXPECT_EQ(VerifyCommitment(batch, 3, Digest{}, {}).failure(), ProofFailure::kIndexPastSize);
}

TEST_F(ReceiptTest, OfAStatusTransaction) {
  const auto facts = VerifyReceipt(ledger_.MakeReceipt(4), trust_);
  ASSERT_TRUE(facts.ok()) << facts.message();
  EXPECT_FALSE(facts->batch.has_value());
  EXPECT_EQ(facts->status->transaction.changes[0].attestation_number, 1u);
}

TEST_F(ReceiptTest, OfANoOpIsNone) {
  EXPECT_EQ(Failure(ledger_.MakeReceipt(1)), ProofFailure::kWrongKind);
}

TEST_F(ReceiptTest, VerifiesAtEveryLaterSize) {
  for (int i = 0; i < 20; ++i) {
    ledger_.AppendNoOp();
    EXPECT_TRUE(VerifyReceipt(ledger_.MakeReceipt(2), trust_).ok());
  }
}

TEST_F(ReceiptTest, EncodingIsOneAndOnly) {
  const Receipt receipt = ledger_.MakeReceipt(2);
  const Bytes bytes = EncodeReceipt(receipt);
  EXPECT_EQ(Get(DecodeReceipt(bytes)), receipt);
  fixtures::ForEachMutation(
      bytes,
      [&](const Bytes& changed, const std::string& how) {
        const auto decoded = DecodeReceipt(changed);
        if (!decoded.ok()) return;
        EXPECT_EQ(EncodeReceipt(*decoded), changed) << how;
        const auto facts = VerifyReceipt(*decoded, trust_);
        if (!facts.ok()) return;
        // Only a signature that became a stranger's can go unnoticed: what is proved stays the same.
        EXPECT_EQ(decoded->entry_header, receipt.entry_header) << how;
        EXPECT_EQ(decoded->ledger_path, receipt.ledger_path) << how;
      },
      fixtures::Flip::kOneBitOfEachByte);
}

TEST_F(ReceiptTest, HostilePathsAreRefused) {
  Receipt receipt = ledger_.MakeReceipt(2);
  receipt.ledger_path.push_back(Digest{});
  EXPECT_EQ(Failure(receipt), ProofFailure::kExtraHash);
  receipt.ledger_path.resize(receipt.ledger_path.size() - 2);
  EXPECT_EQ(Failure(receipt), ProofFailure::kMissingHash);
  receipt = ledger_.MakeReceipt(2);
  std::swap(receipt.ledger_path[0], receipt.ledger_path[1]);
  EXPECT_EQ(Failure(receipt), ProofFailure::kWrongRoot);
  receipt = ledger_.MakeReceipt(2);
  receipt.entry_header = ledger_.entries()[2].header;  // another entry's header on this path
  EXPECT_EQ(Failure(receipt), ProofFailure::kWrongRoot);
}

TEST_F(ReceiptTest, AnEntryPastTheCheckpointIsRefused) {
  Receipt receipt = ledger_.MakeReceipt(2);
  ledger_.AppendBatch(0, 1);
  receipt.entry_header = ledger_.entries().back().header;
  EXPECT_EQ(Failure(receipt), ProofFailure::kIndexPastSize);
}

TEST_F(ReceiptTest, TheCheckpointOfAnotherSizeIsRefused) {
  Receipt receipt = ledger_.MakeReceipt(5 - 1);
  ledger_.AppendNoOp();
  receipt.checkpoint = ledger_.Note();
  EXPECT_FALSE(VerifyReceipt(receipt, trust_).ok());
}

TEST_F(ReceiptTest, AnotherNetworksVerifierRefusesIt) {
  const TestNetwork other(4);  // the same nodes and origin, and one agency more
  const Trust stranger = Get(Trust::FromGenesis(other.genesis_bytes()));
  const auto facts = VerifyReceipt(ledger_.MakeReceipt(2), stranger);
  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.failure(), ProofFailure::kWrongNetwork);
}

// The ledger keeps what it rejects. A receipt must not make it look accepted.
TEST_F(ReceiptTest, RejectedTransactionsGetNoReceiptThatVerifies) {
  fixtures::BatchOptions options;
  options.sequence = ledger_.state().ExpectedSequence("AAA-REG", 1);
  options.record_type = 2;
  EXPECT_EQ(FailureOf(fixtures::MakeBatch(ledger_.network(), options)), ProofFailure::kRecordTypeNotAllowed);
  options.record_type = 1;
  options.issue_time_s = fixtures::kStartTime + 1;
  EXPECT_EQ(FailureOf(fixtures::MakeBatch(ledger_.network(), options)), ProofFailure::kBadIssueTime);
  options.issue_time_s = fixtures::kStartTime + fixtures::kDay;
  EXPECT_EQ(FailureOf(fixtures::MakeBatch(ledger_.network(), options)), ProofFailure::kBadIssueTime);
  options.issue_time_s = fixtures::kStartTime;
  options.key_id = 2;
  EXPECT_EQ(FailureOf(fixtures::MakeBatch(ledger_.network(), options)), ProofFailure::kKeyNotValid);
  options.key_id = 3;
  EXPECT_EQ(FailureOf(fixtures::MakeBatch(ledger_.network(), options)), ProofFailure::kUnknownKey);
  options.key_id = 1;
  options.agency = 9;
  EXPECT_EQ(FailureOf(fixtures::MakeBatch(ledger_.network(), options)), ProofFailure::kUnknownIssuer);
  options.agency = 0;
  auto batch = fixtures::MakeBatch(ledger_.network(), options);
  batch.payload.back() ^= 1;
  EXPECT_EQ(FailureOf(batch), ProofFailure::kBadIssuerSignature);
  batch = fixtures::MakeBatch(ledger_.network(), options);
  batch.count = 2;
  EXPECT_EQ(FailureOf(batch), ProofFailure::kCountMismatch);
  EXPECT_EQ(FailureOf({Kind::kBatch, "rubbish", "", 1}), ProofFailure::kMalformedEntry);
  EXPECT_EQ(FailureOf({Kind::kStatus, "rubbish", "", 0}), ProofFailure::kMalformedEntry);
}

}  // namespace
}  // namespace symbolon::ledger
