// The configuration is a function of the log: thesis 4.1.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consensus/members.h"

namespace symbolon::consensus {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// --- M1, M3, M4: the configuration is a function of the log ---

TEST(Membership, M04_IsInForceOnTheLeaderAsSoonAsItIsAppended) {
  TestNode leader = SettledLeader();
  leader.persist_at_once = false;
  ASSERT_TRUE(leader.Change(Members({1, 2, 3}, {4})).ok());
  EXPECT_EQ(leader.raft().configuration(), Members({1, 2, 3}, {4}));
  EXPECT_EQ(leader.raft().configuration_index(), I(2));
  EXPECT_EQ(leader.raft().commit(), I(1));
}

TEST(Membership, M04_IsInForceOnTheFollowerAsSoonAsItIsAppended) {
  TestNode node;
  ASSERT_TRUE(
      node.Step(AppendFrom(2, 1, At(0, 0), {MakeEntry(1, 1), MakeChange(2, 1, Members({1, 2}))})).ok());
  EXPECT_EQ(node.raft().configuration(), Members({1, 2}));
  EXPECT_EQ(node.raft().commit(), I(0));
}

// The whole set stands in the entry: what was in force before does not matter.
TEST(Membership, M03_TheEntrySaysTheWholeSet) {
  TestNode node({.configuration = Members({1, 2})});
  ASSERT_TRUE(node.Step(AppendFrom(2, 1, At(0, 0), {MakeChange(1, 1, Members({1, 2, 3}, {7, 8}))})).ok());
  EXPECT_EQ(node.raft().configuration(), Members({1, 2, 3}, {7, 8}));
}

// M-36: below none, one and two configuration entries; also right after a restart, when only the log is
// known.
TEST(Membership, RB38_TruncationBringsBackTheConfigurationBefore) {
  for (const bool restart : {false, true}) {
    for (uint64_t keep = 0; keep <= 3; ++keep) {
      TestNode node;
      ASSERT_TRUE(node.Step(AppendFrom(2, 1, At(0, 0),
                                       {MakeEntry(1, 1), MakeChange(2, 1, Members({1, 2, 3, 4})),
                                        MakeChange(3, 1, Members({1, 2, 3, 4, 5}))}))
                      .ok());
      if (restart) node.Restart();
      EXPECT_EQ(node.raft().configuration(), Members({1, 2, 3, 4, 5}));
      // A leader of term 2 that has `keep` of these entries, and a no-op.
      const LogPosition prev = keep == 0 ? At(0, 0) : At(keep, 1);
      ASSERT_TRUE(node.Step(AppendFrom(3, 2, prev, {MakeEntry(keep + 1, 2)})).ok());
      const std::vector<Configuration> expected = {Voters(3), Voters(3), Voters(4), Voters(5)};
      EXPECT_EQ(node.raft().configuration(), expected[keep]) << keep;
      node.Restart();
      EXPECT_EQ(node.raft().configuration(), expected[keep]) << keep << ", rebuilt from the log";
    }
  }
}

// RB-45: one source. What runs and what a start makes of the log are the same.
TEST(Membership, RB45_ARestartReadsFromTheLogWhatWasInForce) {
  TestNode leader = SettledLeader();
  const std::vector<Configuration> steps = {Members({1, 2, 3}, {4}), Members({1, 2, 3, 4}),
                                            Members({1, 2, 4}), Members({1, 2}, {4, 6})};
  for (const Configuration& next : steps) {
    CatchUpWith(leader, 4);
    ASSERT_TRUE(leader.Change(next).ok()) << next.ToString();
    leader.Settle();
    CatchUpWith(leader, 4);
    TestNode copy({.term = 1, .entries = leader.disk().entries()});
    EXPECT_EQ(copy.raft().configuration(), next);
    EXPECT_EQ(copy.raft().configuration_index(), leader.raft().configuration_index());
  }
}

TEST(Membership, RB45_AListOfConfigurationEntriesThatDoesNotFitTheLogIsRefusedAtStart) {
  struct WrongList : MemoryLog {
    absl::StatusOr<std::vector<Index>> ConfigurationIndexes() const override { return list; }
    std::vector<Index> list;
  };
  auto start = [](const WrongList& log) {
    Options options;
    options.id = N(1);
    options.genesis = Voters(3);
    options.read_configuration = ReadConfigurationData;
    options.no_op = NoOpData;
    options.random = [] { return 0; };
    return Raft::Create(options, HardState{T(5), std::nullopt}, &log).status();
  };
  WrongList log;
  log.Write({MakeEntry(1, 1), MakeChange(2, 1, Voters(4)), MakeChange(3, 1, Voters(6))});
  log.list = {I(2)};
  EXPECT_TRUE(start(log).ok());
  for (const std::vector<Index>& list :
       std::vector<std::vector<Index>>{{I(1)}, {I(4)}, {I(2), I(2)}, {I(0)}}) {
    log.list = list;
    EXPECT_TRUE(absl::IsDataLoss(start(log))) << list.front();
  }
  log.list = {I(2), I(3)};
  EXPECT_THAT(std::string(start(log).message()), HasSubstr("more than one voter"));
}

// --- what is refused on arrival ---

TEST(Membership, AConfigurationThatCannotBeReadOrIsNoneIsRefusedAndChangesNothing) {
  Entry unreadable = MakeEntry(2, 3, "gibberish");
  unreadable.kind = EntryKind::kConfiguration;
  const std::vector<Entry> bad = {unreadable, MakeChange(2, 3, Members({})),
                                  MakeChange(2, 3, Members({1, 1})), MakeChange(2, 3, Members({1, 2}, {2})),
                                  MakeChange(2, 3, Members({0, 1}))};
  for (const Entry& entry : bad) {
    TestNode node;
    EXPECT_TRUE(absl::IsInvalidArgument(node.Step(AppendFrom(2, 3, At(0, 0), {MakeEntry(1, 3), entry}))));
    EXPECT_EQ(node.raft().term(), T(0)) << "not even the term";
    EXPECT_EQ(node.raft().last(), At(0, 0));
    EXPECT_EQ(node.raft().configuration(), Voters(3));
    EXPECT_THAT(node.Sent(), IsEmpty());
  }
}

TEST(Membership, ANodeWithoutAReaderRefusesConfigurationEntries) {
  TestNode node({.tune = [](Options& options) { options.read_configuration = nullptr; }});
  EXPECT_FALSE(node.Step(AppendFrom(2, 3, At(0, 0), {MakeChange(1, 3, Voters(4))})).ok());
  EXPECT_EQ(node.raft().term(), T(0));
}

TEST(Membership, I11_AFollowerRefusesAChangeOfTwoVotersAtOnce) {
  TestNode node;
  ASSERT_TRUE(node.Step(AppendFrom(2, 1, At(0, 0), {MakeEntry(1, 1)})).ok());
  EXPECT_FALSE(node.Step(AppendFrom(2, 1, At(1, 1), {MakeChange(2, 1, Members({1}))})).ok());
  EXPECT_FALSE(node.Step(AppendFrom(2, 1, At(1, 1), {MakeChange(2, 1, Members({1, 2, 4}))})).ok());
  EXPECT_FALSE(
      node.Step(AppendFrom(2, 1, At(1, 1),
                           {MakeChange(2, 1, Voters(4)), MakeEntry(3, 1), MakeChange(4, 1, Voters(6))}))
          .ok());
  EXPECT_EQ(node.raft().last(), At(1, 1));
  EXPECT_TRUE(
      node.Step(AppendFrom(2, 1, At(1, 1), {MakeChange(2, 1, Voters(4)), MakeChange(3, 1, Voters(5))})).ok());
}

}  // namespace
}  // namespace symbolon::consensus
