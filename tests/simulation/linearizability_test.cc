#include "tests/simulation/linearizability.h"

#include <gtest/gtest.h>

namespace symbolon::simulation {
namespace {

RegisterOperation W(int value, Time invoked, Time returned = kForever) {
  return {true, value, invoked, returned};
}
RegisterOperation R(int value, Time invoked, Time returned) {
  return {false, value, invoked, returned};
}

TEST(Linearizability, SequentialHistories) {
  EXPECT_TRUE(IsLinearizable({}));
  EXPECT_TRUE(IsLinearizable({R(0, 1, 2), W(1, 3, 4), R(1, 5, 6), W(2, 7, 8), R(2, 9, 10)}));
  EXPECT_FALSE(IsLinearizable({W(1, 3, 4), R(0, 5, 6)}));
  EXPECT_FALSE(IsLinearizable({W(1, 1, 2), W(2, 3, 4), R(1, 5, 6)}));
  EXPECT_FALSE(IsLinearizable({R(1, 1, 2), W(1, 3, 4)}));
}

TEST(Linearizability, WhatOverlapsMayComeInAnyOrder) {
  EXPECT_TRUE(IsLinearizable({W(1, 1, 10), R(0, 2, 3), R(1, 4, 5)}));
  EXPECT_TRUE(IsLinearizable({W(1, 1, 10), W(2, 1, 10), R(2, 11, 12)}));
  EXPECT_TRUE(IsLinearizable({W(1, 1, 10), W(2, 1, 10), R(1, 11, 12)}));
  // But in one order.
  EXPECT_FALSE(IsLinearizable({W(1, 1, 10), R(1, 2, 3), R(0, 4, 5)}));
  EXPECT_FALSE(IsLinearizable({W(1, 1, 10), W(2, 1, 10), R(2, 11, 12), R(1, 13, 14)}));
}

TEST(Linearizability, AWriteWithoutAnAnswerMayHappenAtAnyTimeOrNever) {
  EXPECT_TRUE(IsLinearizable({W(1, 1), R(0, 2, 3)}));
  EXPECT_TRUE(IsLinearizable({W(1, 1), R(0, 2, 3), R(1, 100, 101)}));
  EXPECT_FALSE(IsLinearizable({W(1, 1), R(1, 2, 3), R(0, 4, 5)}));
  EXPECT_FALSE(IsLinearizable({W(1, 5), R(1, 2, 3)}));
}

}  // namespace
}  // namespace symbolon::simulation
