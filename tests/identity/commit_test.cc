#include "identity/commit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "identity/record_tree.h"
#include "ledger/entries/batch.h"
#include "ledger/merkle/proof.h"

namespace symbolon::identity {
namespace {

using ::testing::HasSubstr;

RandomWord Seeded(uint32_t seed) {
  return [engine = std::mt19937(seed)]() mutable { return static_cast<uint32_t>(engine()); };
}

std::vector<Record> Records(size_t count) {
  std::vector<Record> records;
  for (size_t i = 0; i < count; ++i) {
    records.emplace_back(*FindRecordType("birth"));
    records.back().values[12] = std::to_string(i);
  }
  return records;
}

std::vector<RecordSecret> Secrets(size_t count) {
  std::vector<RecordSecret> secrets;
  for (size_t i = 0; i < count; ++i) secrets.push_back(RecordSecret::Random());
  return secrets;
}

TEST(UniformBelow, ThrowsAwayTheWordsThatWouldMakeABias) {
  // 2^32 mod 3 = 1: one word too many.
  std::vector<uint32_t> words = {0, 0, 4};
  EXPECT_EQ(UniformBelow(3, [&, i = 0u]() mutable { return words[i++]; }), 1u);
  EXPECT_EQ(UniformBelow(1, [] { return 0u; }), 0u);
  EXPECT_EQ(UniformBelow(4, [] { return 7u; }), 3u);
}

TEST(RandomPermutation, EveryOrderIsEquallyLikely) {
  const RandomWord random = Seeded(1);
  std::map<std::vector<uint32_t>, int> counts;
  constexpr int kRounds = 24000;
  for (int i = 0; i < kRounds; ++i) ++counts[RandomPermutation(4, random)];
  ASSERT_EQ(counts.size(), 24u);
  double chi_square = 0;
  for (const auto& [order, n] : counts) chi_square += (n - 1000.0) * (n - 1000.0) / 1000.0;
  EXPECT_LT(chi_square, 49.7);  // 23 degrees of freedom, p = 0.001
}

TEST(CommitRecords, EveryRecordLeadsToTheRootFromItsPlace) {
  for (const size_t count : {1u, 2u, 3u, 7u, 64u, 100u}) {
    const std::vector<Record> records = Records(count);
    const std::vector<RecordSecret> secrets = Secrets(count);
    const CommittedBatch batch = *CommitRecords(records, secrets, Seeded(7));
    std::set<uint32_t> positions;
    for (size_t i = 0; i < count; ++i) {
      const CommittedRecord& r = batch.records[i];
      positions.insert(r.position);
      EXPECT_EQ(r.commitment, RecordTree::Build(records[i], secrets[i])->commitment());
      EXPECT_EQ(batch.commitments[r.position], r.commitment);
      EXPECT_TRUE(ledger::VerifyInclusion(ledger::CommitmentLeafHash(r.position, r.commitment), r.position,
                                          count, r.path, batch.commitment_root)
                      .ok());
    }
    EXPECT_EQ(positions.size(), count);
    EXPECT_EQ(*positions.rbegin(), count - 1);
    EXPECT_EQ(batch.commitment_root, ledger::CommitmentRoot(ledger::BatchBody(batch.commitments)));
  }
}

TEST(CommitRecords, PositionsTellNothingOfTheOrderGiven) {
  const std::vector<Record> records = Records(50);
  const std::vector<RecordSecret> secrets = Secrets(50);
  const CommittedBatch first = *CommitRecords(records, secrets, Seeded(1));
  const CommittedBatch second = *CommitRecords(records, secrets, Seeded(2));
  std::vector<uint32_t> a, b, same;
  for (const CommittedRecord& r : first.records) a.push_back(r.position);
  for (const CommittedRecord& r : second.records) b.push_back(r.position);
  for (uint32_t i = 0; i < 50; ++i) same.push_back(i);
  EXPECT_NE(a, b);
  EXPECT_NE(a, same);
}

TEST(CommitRecords, WhatMakesNoBatchIsRefusedByIndex) {
  const RandomWord random = Seeded(1);
  EXPECT_FALSE(CommitRecords({}, {}, random).ok());
  EXPECT_FALSE(CommitRecords(Records(2), Secrets(1), random).ok());
  EXPECT_FALSE(CommitRecords(Records(4097), Secrets(4097), random).ok());

  std::vector<Record> mixed = Records(2);
  mixed.emplace_back(*FindRecordType("death"));
  EXPECT_THAT(std::string(CommitRecords(mixed, Secrets(3), random).status().message()),
              HasSubstr("record 2"));

  std::vector<RecordSecret> shared = Secrets(2);
  shared.push_back(shared[0].Clone());
  EXPECT_THAT(std::string(CommitRecords(Records(3), shared, random).status().message()), HasSubstr("secret"));

  std::vector<Record> bad = Records(2);
  bad[1].values[5] = "";
  EXPECT_THAT(std::string(CommitRecords(bad, Secrets(2), random).status().message()),
              testing::AllOf(HasSubstr("record 1"), HasSubstr("sex")));
}

}  // namespace
}  // namespace symbolon::identity
