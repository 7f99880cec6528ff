#include <gtest/gtest.h>

#include "tests/exploration/catalogue.h"
#include "tests/exploration/history.h"
#include "tests/exploration/renaming.h"
#include "tests/exploration/state_store.h"

namespace symbolon::consensus::exploration {
namespace {

TEST(StateStore, KeepsEachRecordOnceAlsoWhenItGrows) {
  StateStore store(sizeof(uint32_t));
  constexpr uint32_t kCount = 200'000;
  auto add = [&](uint32_t value, uint32_t parent) {
    return store.Add(reinterpret_cast<const uint8_t*>(&value), parent);
  };
  for (uint32_t i = 0; i < kCount; ++i) ASSERT_EQ(add(i * 7, i / 2), std::pair(i, true));
  for (uint32_t i = 0; i < kCount; ++i) ASSERT_EQ(add(i * 7, 0), std::pair(i, false));
  EXPECT_EQ(store.size(), kCount);
  EXPECT_EQ(store.parent(1001), 500u);
  uint32_t value = 0;
  std::memcpy(&value, store[1001], sizeof value);
  EXPECT_EQ(value, 7007u);
}

TEST(Logs, MatchWhenEntriesOfOnePlaceAreTheSameAndSoIsAllBeforeThem) {
  Logs logs;
  const LogId a = logs.IdOf({MakeEntry(1, 1), MakeEntry(2, 2), MakeEntry(3, 3)});
  const LogId shorter = logs.IdOf({MakeEntry(1, 1)});
  const LogId branch = logs.IdOf({MakeEntry(1, 1), MakeEntry(2, 1)});
  const LogId other_bytes = logs.IdOf({MakeEntry(1, 1), MakeEntry(2, 2, "other")});
  const LogId other_past = logs.IdOf({MakeEntry(1, 1), MakeEntry(2, 1), MakeEntry(3, 3)});
  EXPECT_TRUE(logs.Match(a, a));
  EXPECT_TRUE(logs.Match(a, shorter));
  EXPECT_TRUE(logs.Match(a, branch));
  EXPECT_FALSE(logs.Match(a, other_bytes));
  EXPECT_FALSE(logs.Match(a, other_past));
  EXPECT_EQ(logs.Common(a, branch), 1);
  EXPECT_EQ(logs.Common(a, other_past), 1);
  EXPECT_EQ(logs.IdOf({MakeEntry(1, 1)}), shorter);
}

TEST(Renaming, LeavesTheWorldTheSame) {
  EXPECT_EQ(Renaming::All({.voters = 3}).size(), 6u);
  EXPECT_EQ(Renaming::All({.voters = 3, .strangers = 1}).size(), 6u);
  EXPECT_EQ(Renaming::All({.voters = 3, .possible_changes = {"remove 2"}}).size(), 2u);
  EXPECT_EQ(Renaming::All({.voters = 3, .possible_changes = {"remove 2", "remove 3", "remove 1"}}).size(),
            6u);
}

TEST(Renaming, GoesIntoTheBytesOfEntries) {
  const World world{.voters = 3};
  const Renaming exchange = Renaming::All(world)[2];  // 1 2 3 -> 2 1 3
  ASSERT_EQ(exchange(NodeId(1)), NodeId(2));
  Entry entry = MakeEntry(1, 1, EntryText("no-op", NodeId(1)));
  EXPECT_EQ(exchange(entry).data->header, "no-op of node 2");
  entry.kind = EntryKind::kConfiguration;
  entry.data = MakeData(ConfigurationText(Configuration({NodeId(1), NodeId(3)}, {}), NodeId(2)));
  EXPECT_EQ(exchange(entry).data->header, "members of node 1: voters 2 3 learners ");
}

// Two nodes; node 1 leads term 2 with a log of two entries.
class Rules : public testing::Test {
 protected:
  Rules() {
    two_ = logs_.IdOf({MakeEntry(1, 1), MakeEntry(2, 2)});
    one_ = logs_.IdOf({MakeEntry(1, 1)});
    branch_ = logs_.IdOf({MakeEntry(1, 1), MakeEntry(2, 1)});
    leader_ = {.role = Role::kLeader,
               .term = 2,
               .disk_term = 2,
               .voters = 3,
               .log = two_,
               .disk = two_,
               .match = {0, 0}};
    follower_ = {.role = Role::kFollower, .term = 2, .disk_term = 2, .voters = 3, .log = two_, .disk = two_};
  }
  std::string Take(size_t n, const Output& output = {}, Step step = {}) {
    return Record(logs_, {&leader_, &follower_}, n, step, output, history_).substr(0, 4);
  }

  Logs logs_;
  LogId two_, one_, branch_;
  Facts leader_, follower_;
  History history_;
};

TEST_F(Rules, FineIsFine) {
  leader_.commit = 2;
  leader_.match = {0, 2};
  EXPECT_EQ(Take(0), "");
  EXPECT_EQ(history_.committed.size(), 2u);
  EXPECT_EQ(history_.leader[2], 1);
}

TEST_F(Rules, I01_TwoLeadersOfOneTermAlsoOneAfterTheOther) {
  ASSERT_EQ(Take(0), "");
  leader_.role = Role::kFollower;
  follower_.role = Role::kLeader;
  follower_.match = {0, 0};
  EXPECT_EQ(Take(1), "I-01");
}

TEST_F(Rules, I02_OneTermTwoEntries) {
  follower_.disk = logs_.IdOf({MakeEntry(1, 1, "other")});
  EXPECT_EQ(Take(1), "I-02");
}

TEST_F(Rules, I03_AnotherEntryIsCommitted) {
  leader_.commit = 2;
  ASSERT_EQ(Take(0), "");
  follower_.log = follower_.disk = branch_;
  follower_.commit = 2;
  EXPECT_EQ(Take(1), "I-03");
}

TEST_F(Rules, I04_ALeaderWithoutWhatIsCommitted) {
  leader_.commit = 2;
  ASSERT_EQ(Take(0), "");
  follower_ = {.role = Role::kLeader,
               .term = 3,
               .disk_term = 3,
               .voters = 3,
               .log = one_,
               .disk = one_,
               .match = {0, 0}};
  EXPECT_EQ(Take(1), "I-04");
}

TEST_F(Rules, I07_CommittedWithoutAMajorityOfDisks) {
  leader_.commit = 2;
  follower_.disk = one_;
  EXPECT_EQ(Take(0), "I-07");
}

TEST_F(Rules, I07_ALearnersDiskDoesNotCount) {
  leader_.commit = 2;
  leader_.voters = 1;
  leader_.disk = one_;
  EXPECT_EQ(Take(0), "I-07");
}

TEST_F(Rules, I08_MatchBeyondWhatIsDurableThere) {
  leader_.match = {0, 2};
  follower_.disk = one_;
  EXPECT_EQ(Take(0), "I-08");
  follower_.disk = two_;
  EXPECT_EQ(Take(0), "");
  follower_.disk_term = 1;  // it has acknowledged nothing in this term
  EXPECT_EQ(Take(0), "I-08");
}

TEST_F(Rules, I10_AReadThatMissesWhatWasCommittedWhenItBegan) {
  leader_.commit = 2;
  ASSERT_EQ(Take(0), "");
  ASSERT_EQ(Take(1, {}, {Kind::kRead, 1}), "");
  Output output;
  output.reads = {{ReadId(1), true, Index(1)}};
  EXPECT_EQ(Take(1, output), "I-10");
}

TEST_F(Rules, I13_AnswersAreTrueAndGivenOnce) {
  Output output;
  output.reads = {{ReadId(1), false, Index()}};
  EXPECT_EQ(Take(1, output), "I-13");
  output.reads.clear();
  output.proposals = {{{Index(2), Term(2)}, Outcome::kCommitted}};
  EXPECT_EQ(Take(0, output), "I-13");
  output.proposals = {{{Index(2), Term(2)}, Outcome::kDropped}};
  EXPECT_EQ(Take(0, output), "I-13");
  leader_.commit = 2;
  output.proposals = {{{Index(2), Term(2)}, Outcome::kCommitted}, {{Index(2), Term(1)}, Outcome::kDropped}};
  EXPECT_EQ(Take(0, output), "");
}

}  // namespace
}  // namespace symbolon::consensus::exploration
