#include "node/entry_buffer.h"

#include <gmock/gmock.h>

#include "node/decoded_cache.h"

namespace symbolon::node {
namespace {

using consensus::Entry;
using consensus::Index;

Entry MakeEntry(uint64_t index, uint64_t term, size_t size = 100) {
  auto data = std::make_shared<consensus::EntryData>();
  data->body.assign(size, static_cast<char>(index));
  return {Index(index), consensus::Term(term), consensus::EntryKind::kNormal, std::move(data)};
}

std::vector<uint64_t> Terms(const std::vector<Entry>& entries) {
  std::vector<uint64_t> out;
  for (const Entry& entry : entries) out.push_back(entry.term.value());
  return out;
}

TEST(EntryBuffer, GivesBackWhatTheLogHolds) {
  EntryBuffer buffer(1 << 20);
  buffer.Append({MakeEntry(5, 1), MakeEntry(6, 1), MakeEntry(7, 1)});
  EXPECT_EQ(buffer.Read(Index(5), Index(9), 1 << 20, 10).size(), 3u);
  EXPECT_EQ(buffer.Read(Index(6), Index(6), 1 << 20, 10).size(), 1u);
  EXPECT_EQ(buffer.Read(Index(5), Index(7), 1 << 20, 2).size(), 2u);
  EXPECT_EQ(buffer.Read(Index(5), Index(7), 1, 10).size(), 1u) << "one entry in any case";
  EXPECT_TRUE(buffer.Read(Index(4), Index(7), 1 << 20, 10).empty());
  EXPECT_TRUE(buffer.Read(Index(8), Index(9), 1 << 20, 10).empty());
}

// RB-22: a cache of the log is cut first, then filled, however small it is.
TEST(EntryBuffer, CutWithTheLogEvenWhenTheNewEntriesDoNotFit) {
  EntryBuffer buffer(3 * MakeEntry(1, 1).bytes());
  buffer.Append({MakeEntry(1, 1), MakeEntry(2, 1), MakeEntry(3, 1)});
  buffer.Append({MakeEntry(2, 2, 10'000)});
  EXPECT_EQ(Terms(buffer.Read(Index(1), Index(3), 1 << 20, 10)), (std::vector<uint64_t>{1}));
  EXPECT_TRUE(buffer.Read(Index(2), Index(3), 1 << 20, 10).empty());
}

TEST(EntryBuffer, NeverHasAGap) {
  EntryBuffer buffer(2 * MakeEntry(1, 1).bytes());
  buffer.Append({MakeEntry(1, 1), MakeEntry(2, 1), MakeEntry(3, 1)});  // 3 does not fit
  buffer.Append({MakeEntry(4, 1)});
  EXPECT_EQ(buffer.Read(Index(1), Index(4), 1 << 20, 10).size(), 2u);
  buffer.DropThrough(Index(2));
  buffer.Append({MakeEntry(5, 1)});
  EXPECT_EQ(buffer.Read(Index(5), Index(5), 1 << 20, 10).size(), 1u);
  EXPECT_TRUE(buffer.Read(Index(3), Index(5), 1 << 20, 10).empty());
}

TEST(DecodedCache, GivesEachOnceAndForgetsTheOldestWhenFull) {
  const Entry one = MakeEntry(1, 1, 1000), two = MakeEntry(2, 1, 1000), three = MakeEntry(3, 1, 1000);
  auto decoded = [] { return std::make_shared<const ledger::DecodedEntry>(); };
  DecodedCache cache(2 * (2000 + sizeof(ledger::DecodedEntry) + 256));
  cache.Put(one.data, decoded());
  cache.Put(two.data, decoded());
  EXPECT_NE(cache.Take(two.data), nullptr);
  EXPECT_EQ(cache.Take(two.data), nullptr);
  cache.Put(two.data, decoded());
  cache.Put(three.data, decoded());
  EXPECT_EQ(cache.Take(one.data), nullptr);
  EXPECT_NE(cache.Take(three.data), nullptr);
}

}  // namespace
}  // namespace symbolon::node
