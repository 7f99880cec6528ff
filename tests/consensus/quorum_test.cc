#include "consensus/quorum.h"

#include "consensus/configuration.h"
#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

TEST(Configuration, ValidateNamesTheFault) {
  EXPECT_TRUE(Voters(3).Validate().ok());
  EXPECT_FALSE(Configuration({}, {N(1)}).Validate().ok());
  EXPECT_FALSE(Configuration({N(1), N(1)}, {}).Validate().ok());
  EXPECT_FALSE(Configuration({N(1)}, {N(1)}).Validate().ok());
  EXPECT_FALSE(Configuration({N(0)}, {}).Validate().ok());
}

TEST(ConfigurationHistory, RB38_TruncationRestoresTheConfigurationBefore) {
  ConfigurationHistory history(Voters(3));
  history.Append(I(5), Voters(4));
  history.Append(I(9), Voters(5));
  EXPECT_EQ(history.newest(), Voters(5));
  EXPECT_EQ(history.At(I(8)), Voters(4));
  EXPECT_EQ(history.At(I(4)), Voters(3));
  history.TruncateFrom(I(10));
  EXPECT_EQ(history.newest(), Voters(5));
  history.TruncateFrom(I(9));
  EXPECT_EQ(history.newest(), Voters(4));
  history.TruncateFrom(I(1));
  EXPECT_EQ(history.newest(), Voters(3));
  EXPECT_EQ(history.newest_index(), I(0));
}

TEST(MajorityIndex, IsTheIndexThatMoreThanHalfHaveReached) {
  auto index = [](uint64_t voters, std::vector<uint64_t> matches) {
    return MajorityIndex(Voters(voters), [&](NodeId node) { return I(matches[node.value() - 1]); }).value();
  };
  EXPECT_EQ(index(1, {7}), 7u);
  EXPECT_EQ(index(2, {7, 3}), 3u);
  EXPECT_EQ(index(3, {7, 3, 5}), 5u);
  EXPECT_EQ(index(4, {7, 3, 5, 9}), 5u);
  EXPECT_EQ(index(5, {0, 0, 4, 4, 4}), 4u);
  EXPECT_EQ(index(5, {0, 0, 3, 4, 4}), 3u);
}

TEST(Votes, AreWonByAMajorityOfVoters) {
  Votes votes;
  votes.Record(N(1), true);
  EXPECT_FALSE(votes.Won(Voters(3)));
  EXPECT_TRUE(votes.Won(Voters(1)));
  votes.Record(N(2), false);
  EXPECT_FALSE(votes.Won(Voters(3)));
  votes.Record(N(3), true);
  EXPECT_TRUE(votes.Won(Voters(3)));
  EXPECT_FALSE(votes.Lost(Voters(3)));
}

TEST(Votes, AGrantStandsWhateverElseTheNodeHasAnswered) {
  Votes votes;
  votes.Record(N(1), true);
  votes.Record(N(2), false);  // the answer to an older request, on a link that reorders
  votes.Record(N(2), true);
  votes.Record(N(2), false);
  EXPECT_TRUE(votes.Won(Voters(3)));
}

TEST(Votes, AreLostWhenNoMajorityIsLeft) {
  Votes votes;
  votes.Record(N(2), false);
  EXPECT_FALSE(votes.Lost(Voters(3)));
  votes.Record(N(3), false);
  EXPECT_TRUE(votes.Lost(Voters(3)));
}

TEST(Votes, RB11_GrantsFromOutsideTheConfigurationDoNotCount) {
  const Configuration configuration({N(1), N(2), N(3)}, {N(4)});
  Votes votes;
  votes.Record(N(1), true);
  votes.Record(N(4), true);  // a learner
  votes.Record(N(9), true);  // nobody
  EXPECT_FALSE(votes.Won(configuration));
  votes.Record(N(2), true);
  EXPECT_TRUE(votes.Won(configuration));
}

}  // namespace
}  // namespace symbolon::consensus
