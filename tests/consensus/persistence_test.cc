#include "consensus/persistence.h"

#include <gtest/gtest.h>

namespace symbolon::consensus {
namespace {

TEST(WritesInFlight, WhatWritesNothingTakesOnePlaceHoweverOften) {
  WritesInFlight writes;
  const PersistToken entry = writes.Begin(Index(5), true, 1);
  const PersistToken answer = writes.Begin(Index(), false, 2);
  PersistToken last;
  for (uint64_t tick = 3; tick <= 1000; ++tick) last = writes.Begin(Index(), false, tick);
  EXPECT_EQ(writes.Complete(entry), Index(5));
  EXPECT_EQ(writes.oldest_tick(), 1000u) << "the earlier answers are kept, too";
  EXPECT_EQ(writes.Complete(answer), Index());
  EXPECT_FALSE(writes.empty()) << "the last is not confirmed";
  EXPECT_EQ(writes.Complete(last), Index());
  EXPECT_TRUE(writes.empty());
}

TEST(WritesInFlight, AWriteIsNoPlaceForAnAnswer) {
  WritesInFlight writes;
  const PersistToken vote = writes.Begin(Index(), true, 1);
  const PersistToken entry = writes.Begin(Index(7), false, 2);
  writes.Begin(Index(), false, 3);
  EXPECT_TRUE(writes.HardStateInFlight());
  EXPECT_EQ(writes.Complete(vote), Index());
  EXPECT_EQ(writes.oldest_tick(), 2u);
  EXPECT_EQ(writes.Complete(entry), Index(7));
}

}  // namespace
}  // namespace symbolon::consensus
