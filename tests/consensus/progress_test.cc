#include "consensus/progress.h"

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

using State = Progress::State;

// In state replicate, with everything up to `match` acknowledged.
Progress Replicating(uint64_t match) {
  Progress progress(I(match + 1));
  EXPECT_TRUE(progress.Accepted(I(match)) || match == 0);
  EXPECT_EQ(progress.state(), State::kReplicate);
  return progress;
}

TEST(Progress, ProbesOneRequestAtATime) {
  Progress progress(I(5));
  EXPECT_TRUE(progress.MaySend(100, 100));
  progress.Sent(I(7), 10);
  EXPECT_FALSE(progress.MaySend(100, 100));
  EXPECT_EQ(progress.next(), I(5));
  progress.Accepted(I(7));
  EXPECT_EQ(progress.state(), State::kReplicate);
  EXPECT_EQ(progress.match(), I(7));
  EXPECT_EQ(progress.next(), I(8));
}

TEST(Progress, PipelinesWithinTheWindowOfBytesAndMessages) {
  Progress progress = Replicating(4);
  progress.Sent(I(6), 60);
  EXPECT_EQ(progress.next(), I(7));
  EXPECT_TRUE(progress.MaySend(100, 2));
  progress.Sent(I(8), 40);
  EXPECT_FALSE(progress.MaySend(100, 10));  // bytes
  EXPECT_FALSE(progress.MaySend(1000, 2));  // messages
  progress.Accepted(I(6));
  EXPECT_TRUE(progress.MaySend(100, 2));
}

TEST(Progress, RB42_ReorderedAcknowledgementsNeverLowerMatch) {
  Progress progress = Replicating(4);
  progress.Sent(I(9), 10);
  EXPECT_TRUE(progress.Accepted(I(9)));
  EXPECT_FALSE(progress.Accepted(I(6)));
  EXPECT_EQ(progress.match(), I(9));
  EXPECT_EQ(progress.next(), I(10));
}

TEST(Progress, RB04_AHintMovesNextAndNeverMatch) {
  Progress progress(I(10));
  progress.Sent(I(9), 0);
  EXPECT_TRUE(progress.Refused(I(9), I(8)));  // a hint above what is really shared
  EXPECT_EQ(progress.match(), I(0));
  EXPECT_EQ(progress.next(), I(9));
  EXPECT_TRUE(progress.Refused(I(8), I(2)));
  EXPECT_EQ(progress.next(), I(3));
  EXPECT_EQ(progress.match(), I(0));
}

TEST(Progress, RB05_AStaleRefusalDoesNotRewind) {
  Progress progress = Replicating(4);
  progress.Sent(I(9), 10);
  progress.Accepted(I(9));
  EXPECT_FALSE(progress.Refused(I(4), I(1)));
  EXPECT_EQ(progress.next(), I(10));
  EXPECT_EQ(progress.state(), State::kReplicate);

  Progress probing(I(10));
  EXPECT_TRUE(probing.Refused(I(9), I(5)));
  EXPECT_FALSE(probing.Refused(I(9), I(3)));  // the same refusal, delivered twice
  EXPECT_EQ(probing.next(), I(6));
}

TEST(Progress, ARefusalWhilePipeliningReturnsToProbing) {
  Progress progress = Replicating(4);
  progress.Sent(I(6), 10);
  progress.Sent(I(8), 10);
  EXPECT_TRUE(progress.Refused(I(6), I(4)));  // the first of the two was lost
  EXPECT_EQ(progress.state(), State::kProbe);
  EXPECT_EQ(progress.next(), I(5));
  EXPECT_TRUE(progress.MaySend(1, 1));
}

TEST(Progress, LV19_AFollowerWithoutRoomGetsOneRequestAtATime) {
  Progress progress = Replicating(4);
  progress.Sent(I(6), 10);
  progress.Sent(I(8), 10);
  EXPECT_TRUE(progress.AcceptedPart(I(5)));
  EXPECT_EQ(progress.match(), I(5));
  EXPECT_EQ(progress.next(), I(6));
  EXPECT_EQ(progress.state(), State::kProbe);
  EXPECT_TRUE(progress.MaySend(1, 1));
  progress.Sent(I(8), 10);
  EXPECT_FALSE(progress.MaySend(1000, 1000));
  EXPECT_FALSE(progress.AcceptedPart(I(4))) << "an old reply proves nothing and rewinds nothing";
  EXPECT_FALSE(progress.MaySend(1000, 1000));
  EXPECT_TRUE(progress.Accepted(I(8)));
  EXPECT_EQ(progress.state(), State::kReplicate);
}

TEST(Progress, NextNeverFallsBehindMatch) {
  Progress progress = Replicating(4);
  progress.Sent(I(8), 10);
  EXPECT_TRUE(progress.Refused(I(8), I(1)));
  EXPECT_EQ(progress.next(), I(5));
}

TEST(Progress, AStalledFollowerIsNudgedOncePerHeartbeat) {
  Progress progress = Replicating(4);
  progress.Sent(I(8), 10);
  progress.HeartbeatTick();
  EXPECT_FALSE(progress.NeedsNudge());  // sent just now
  progress.HeartbeatTick();
  EXPECT_TRUE(progress.NeedsNudge());
  EXPECT_FALSE(progress.NeedsNudge());
  progress.Accepted(I(8));
  progress.HeartbeatTick();
  EXPECT_FALSE(progress.NeedsNudge());
}

}  // namespace
}  // namespace symbolon::consensus
