#include "consensus/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consensus/persistence.h"
#include "tests/consensus/memory_log.h"

namespace symbolon::consensus {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr size_t kPlenty = size_t{1} << 30;

Log Open(const MemoryLog& disk, size_t cache = kPlenty) {
  absl::StatusOr<Log> log = Log::Open(&disk, cache);
  EXPECT_TRUE(log.ok()) << log.status();
  return *std::move(log);
}

TEST(TermMap, LearnsTheTermsOfAStoredLogAndAnswersLikeTheLog) {
  for (const std::vector<uint64_t>& terms : std::vector<std::vector<uint64_t>>{
           {}, {1}, {1, 1, 1}, {1, 2, 3}, {2, 2, 5, 5, 5, 9}, {1, 1, 1, 1, 1, 1, 1, 1, 4}}) {
    const MemoryLog disk(terms);
    absl::StatusOr<TermMap> map = TermMap::Load(disk);
    ASSERT_TRUE(map.ok()) << map.status();
    EXPECT_EQ(map->last().index, Index(terms.size()));
    for (uint64_t i = 1; i <= terms.size(); ++i) EXPECT_EQ(map->At(Index(i)), Term(terms[i - 1]));
    EXPECT_EQ(map->At(Index(0)), Term(0));
    EXPECT_EQ(map->At(Index(terms.size() + 1)), std::nullopt);
    for (uint64_t from = 0; from <= terms.size() + 1; ++from) {
      for (uint64_t term = 0; term <= 10; ++term) {
        uint64_t expected = std::min<uint64_t>(from, terms.size());
        while (expected > 0 && terms[expected - 1] > term) --expected;
        EXPECT_EQ(map->LastAtMost(Index(from), Term(term)).index, Index(expected));
      }
    }
  }
}

TEST(TermMap, RefusesAStoredLogWhoseTermsFall) {
  const MemoryLog disk({1, 3, 2});
  EXPECT_EQ(TermMap::Load(disk).status().code(), absl::StatusCode::kDataLoss);
}

TEST(TermMap, RefusesAStoredEntryOfTermZero) {
  const MemoryLog disk({0, 1});
  EXPECT_EQ(TermMap::Load(disk).status().code(), absl::StatusCode::kDataLoss);
}

TEST(TermMap, AReadErrorAtStartNamesTheEntry) {
  MemoryLog disk({1, 1});
  disk.set_read_error(absl::InternalError("disk on fire"));
  EXPECT_THAT(std::string(TermMap::Load(disk).status().message()), HasSubstr("log entry 2: disk on fire"));
}

TEST(TermMap, TruncationForgetsRuns) {
  const MemoryLog disk({1, 2, 2, 3});
  TermMap map = *TermMap::Load(disk);
  map.TruncateFrom(Index(3));
  EXPECT_EQ(map.last(), (LogPosition{Index(2), Term(2)}));
  map.TruncateFrom(Index(1));
  EXPECT_EQ(map.last(), LogPosition{});
  map.Append(Term(7));
  EXPECT_EQ(map.last(), (LogPosition{Index(1), Term(7)}));
}

TEST(Log, HandsOutOnceAndAgainAfterACut) {
  MemoryLog disk({1, 1});
  Log log = Open(disk);
  log.Append(MakeEntry(3, 1));
  log.Append(MakeEntry(4, 1));
  EXPECT_THAT(Terms(log.HandOut()), ElementsAre(1, 1));
  EXPECT_FALSE(log.HasUnhanded());
  log.TruncateFrom(Index(2));
  log.Append(MakeEntry(2, 2));
  std::vector<Entry> out = log.HandOut();
  EXPECT_THAT(Terms(out), ElementsAre(2));
  EXPECT_EQ(out.front().index, Index(2));
}

TEST(Log, RB19_TruncationLowersTheDurableMarkAtOnce) {
  MemoryLog disk({1, 1, 1});
  Log log = Open(disk);
  EXPECT_EQ(log.durable(), Index(3));
  log.TruncateFrom(Index(2));
  EXPECT_EQ(log.durable(), Index(1));
  log.Append(MakeEntry(2, 2));
  EXPECT_EQ(log.durable(), Index(1));
  EXPECT_EQ(log.unpersisted_bytes(), MakeEntry(2, 2).bytes());
  log.HandOut();
  log.MarkDurable(Index(2));
  EXPECT_EQ(log.durable(), Index(2));
  EXPECT_EQ(log.unpersisted_bytes(), 0u);
}

TEST(Log, RB22_TheCacheServesNoEntryThatTheLogNoLongerHolds) {
  MemoryLog disk;
  Log log = Open(disk, MakeEntry(1, 1).bytes());  // room for one entry
  for (uint64_t i = 1; i <= 4; ++i) log.Append(MakeEntry(i, 1));
  disk.Write(log.HandOut());
  log.MarkDurable(Index(4));
  ASSERT_NE(log.InTail(Index(4)), nullptr);
  EXPECT_EQ(log.InTail(Index(3)), nullptr);

  log.TruncateFrom(Index(2));  // below the cache
  const Entry big = MakeEntry(2, 2, std::string(1000, 'b'));
  log.Append(big);
  EXPECT_EQ(log.InTail(Index(4)), nullptr);
  absl::StatusOr<std::vector<Entry>> read = log.Read(Index(1), Index(2), kPlenty);
  ASSERT_TRUE(read.ok());
  EXPECT_THAT(Terms(*read), ElementsAre(1, 2));
  disk.Write(log.HandOut());
  log.MarkDurable(Index(2));
  read = log.Read(Index(2), Index(2), kPlenty);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read->front().data, *big.data);
}

TEST(Log, ReadJoinsDiskAndMemoryWithinItsLimit) {
  MemoryLog disk({1, 1, 1});
  Log log = Open(disk);
  log.Append(MakeEntry(4, 2));
  log.Append(MakeEntry(5, 2));
  const size_t one = MakeEntry(1, 1).bytes();
  EXPECT_THAT(Terms(*log.Read(Index(2), Index(5), kPlenty)), ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(Terms(*log.Read(Index(2), Index(4), kPlenty)), ElementsAre(1, 1, 2));
  EXPECT_THAT(Terms(*log.Read(Index(2), Index(5), 2 * one)), ElementsAre(1, 1));
  EXPECT_THAT(Terms(*log.Read(Index(2), Index(5), 3 * one)), ElementsAre(1, 1, 2));
  EXPECT_THAT(Terms(*log.Read(Index(4), Index(5), 0)), ElementsAre(2));
  EXPECT_THAT(Terms(*log.Read(Index(1), Index(5), 0)), ElementsAre(1));
}

TEST(Log, RB25_AnEntryThatIsNotWhatItMustBeIsDamageNotTheEnd) {
  MemoryLog disk({1, 1, 2});
  Log log = Open(disk);
  disk.mutable_entries()[1].term = Term(2);
  EXPECT_EQ(log.Read(Index(1), Index(3), kPlenty).status().code(), absl::StatusCode::kDataLoss);
  disk.set_read_error(absl::InternalError("bad sector"));
  EXPECT_THAT(std::string(log.Read(Index(1), Index(3), kPlenty).status().message()),
              HasSubstr("entries 1 to 3"));
}

TEST(WritesInFlight, RB21_ALateCompletionDoesNotVouchForWhatWasWrittenSince) {
  WritesInFlight writes;
  const PersistToken first = writes.Begin(Index(5), false, 0);  // entry 5 in term 1
  writes.TruncateFrom(Index(5));
  const PersistToken second = writes.Begin(Index(5), false, 0);  // overwritten in term 2
  writes.TruncateFrom(Index(5));
  const PersistToken third = writes.Begin(Index(5), false, 0);  // in term 3 again, with the bytes of term 1
  EXPECT_EQ(writes.Complete(first), Index(4));
  EXPECT_EQ(writes.Complete(second), Index(4));
  EXPECT_EQ(writes.Complete(third), Index(5));
  EXPECT_TRUE(writes.empty());
}

TEST(WritesInFlight, OneCompletionMayConfirmSeveral) {
  WritesInFlight writes;
  writes.Begin(Index(5), false, 0);
  writes.Begin(Index(0), true, 0);
  const PersistToken last = writes.Begin(Index(0), false, 3);
  EXPECT_TRUE(writes.HardStateInFlight());
  EXPECT_EQ(writes.Complete(last), Index(5));
  EXPECT_FALSE(writes.HardStateInFlight());
  EXPECT_EQ(writes.Complete(last), Index(0));
  EXPECT_EQ(writes.Complete(PersistToken(last.value() + 1)), std::nullopt);
}

}  // namespace
}  // namespace symbolon::consensus
