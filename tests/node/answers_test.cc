#include "node/answers.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "node/shared_state.h"
#include "tests/node/test_network.h"

namespace symbolon::node {
namespace {

// Who ends a wait is consensus, or apply: it must not be held up by what is read then.
TEST(AnswersTest, WhoPostsDoesNotWaitForTheAnswers) {
  Answers answers(&SystemRuntime());
  answers.Start();
  std::promise<void> go, begun;
  std::vector<int> order;
  answers.Post([&] {
    begun.set_value();
    go.get_future().wait();
    order.push_back(1);
  });
  answers.Post([&] { order.push_back(2); });
  begun.get_future().wait();  // the first one is being answered, and waits for us
  go.set_value();
  answers.Stop();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(AnswersTest, WhatIsLeftIsAnsweredAtTheStopAndWhatComesLaterAtOnce) {
  Answers answers(&SystemRuntime());
  int answered = 0;
  answers.Post([&] { ++answered; });
  EXPECT_EQ(answered, 0) << "not started";
  answers.Stop();
  EXPECT_EQ(answered, 1);
  answers.Post([&] { ++answered; });
  EXPECT_EQ(answered, 2);
}

// Consensus looks at every tick.
TEST(SharedStateTest, TheViewIsSeenWhileSomebodyApplies) {
  test::TestNetwork network({.nodes = 1});
  ReadView first;
  first.applied_index = 7;
  SharedState shared(*ledger::State::AtGenesis(network.genesis()), first);
  shared.Write([&](ledger::State&, ReadViewPtr& view) {
    ReadView next = *view;
    next.applied_index = 8;
    view = std::make_shared<const ReadView>(next);
    EXPECT_EQ(std::async(std::launch::async, [&] { return shared.view()->applied_index; }).get(), 7u);
  });
  EXPECT_EQ(shared.view()->applied_index, 8u);
}

}  // namespace
}  // namespace symbolon::node
