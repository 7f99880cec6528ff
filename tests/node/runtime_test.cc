#include "node/runtime.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace symbolon::node {
namespace {

using std::chrono::milliseconds;

std::unique_ptr<Worker> NewWorker(Worker::Turn turn) {
  return SystemRuntime().NewWorker(WorkerKind::kApply, std::move(turn));
}

TEST(SystemRuntime, FirstTurnIsDueAtTheStart) {
  std::promise<void> turned;
  auto worker = NewWorker([&] {
    turned.set_value();
    return kNever;
  });
  worker->Start();
  turned.get_future().wait();
}

TEST(SystemRuntime, TurnComesWhenItsTimeHasCome) {
  std::promise<MonotonicTime> second;
  MonotonicTime due;
  int turns = 0;
  auto worker = NewWorker([&] {
    if (++turns == 1) {
      due = SystemRuntime().Now() + milliseconds(20);
      return due;
    }
    if (turns == 2) second.set_value(SystemRuntime().Now());
    return kNever;
  });
  worker->Start();
  EXPECT_GE(second.get_future().get(), due);
}

TEST(SystemRuntime, AtOnceMeansAgainWithoutAWake) {
  std::promise<void> done;
  int turns = 0;
  auto worker = NewWorker([&] {
    if (++turns < 100) return kAtOnce;
    if (turns == 100) done.set_value();
    return kNever;
  });
  worker->Start();
  done.get_future().wait();
}

// Whatever was handed over before a wake is seen by a turn, and turns never run beside each other.
TEST(SystemRuntime, NoWakeIsLost) {
  constexpr int kThreads = 4, kEach = 20'000;
  std::mutex mutex;
  std::vector<int> mailbox;
  std::atomic<bool> turning{false};
  int taken = 0;
  std::promise<void> all;
  auto worker = NewWorker([&] {
    EXPECT_FALSE(turning.exchange(true));
    std::vector<int> items;
    {
      const std::lock_guard lock(mutex);
      items.swap(mailbox);
    }
    taken += static_cast<int>(items.size());
    turning = false;
    if (taken == kThreads * kEach && !items.empty()) all.set_value();
    return kNever;
  });
  worker->Wake();  // before the start: remembered
  worker->Start();
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        {
          const std::lock_guard lock(mutex);
          mailbox.push_back(i);
        }
        worker->Wake();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  all.get_future().wait();
  worker->Stop();
  EXPECT_EQ(taken, kThreads * kEach);
}

TEST(SystemRuntime, StopWaitsForTheTurnUnderWayAndEndsAllOthers) {
  std::promise<void> begun;
  std::atomic<bool> finish{false}, finished{false};
  std::atomic<int> turns{0};
  auto worker = NewWorker([&] {
    if (++turns == 1) begun.set_value();
    while (!finish) std::this_thread::yield();
    finished = true;
    return kAtOnce;
  });
  worker->Start();
  begun.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] {
    worker->Stop();
    return finished.load();
  });
  finish = true;
  EXPECT_TRUE(stopped.get());
  const int before = turns;
  worker->Wake();
  worker->Stop();
  EXPECT_EQ(turns, before);
}

}  // namespace
}  // namespace symbolon::node
