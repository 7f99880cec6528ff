#include "node/index_waits.h"

#include <gmock/gmock.h>

namespace symbolon::node {
namespace {

struct Answer {
  std::optional<absl::StatusOr<api::AsOf>> result;
  int calls = 0;
  api::Done<api::AsOf> done() {
    return [this](absl::StatusOr<api::AsOf> r) {
      result = std::move(r);
      ++calls;
    };
  }
};

ReadView ViewAt(uint64_t index) {
  auto checkpoint = std::make_shared<PublishedCheckpoint>();
  checkpoint->size = index;
  ReadView view;
  view.applied_index = index;
  view.applied_time_ms = index * 10;
  view.checkpoint = checkpoint;
  return view;
}

TEST(IndexWaits, EndsWhenTheIndexIsShown) {
  IndexWaits waits;
  Answer five, six;
  const auto later = SystemRuntime().Now() + std::chrono::hours(1);
  waits.Add(5, nullptr, later, five.done());
  waits.Add(6, nullptr, later, six.done());
  waits.OnPublished(ViewAt(4));
  EXPECT_EQ(five.calls, 0);
  waits.OnPublished(ViewAt(5));
  ASSERT_EQ(five.calls, 1);
  EXPECT_EQ((*five.result)->applied_index, 5u);
  EXPECT_EQ((*five.result)->applied_time_ms, 50u);
  EXPECT_EQ(six.calls, 0);
  Answer past;
  waits.Add(3, nullptr, later, past.done());
  EXPECT_EQ(past.calls, 1);
}

TEST(IndexWaits, EndsWhenOverdueAbandonedOrStopped) {
  IndexWaits waits;
  Answer overdue, abandoned, waiting, after;
  const auto now = SystemRuntime().Now();
  auto gone = std::make_shared<std::atomic<bool>>(false);
  waits.Add(5, nullptr, now, overdue.done());
  waits.Add(5, gone, now + std::chrono::hours(1), abandoned.done());
  waits.Add(5, nullptr, now + std::chrono::hours(1), waiting.done());
  *gone = true;
  waits.Sweep(now);
  EXPECT_TRUE(absl::IsUnavailable(overdue.result->status()));
  EXPECT_TRUE(absl::IsCancelled(abandoned.result->status()));
  EXPECT_EQ(waiting.calls, 0);
  waits.Stop();
  EXPECT_TRUE(absl::IsUnavailable(waiting.result->status()));
  waits.Add(0, nullptr, now + std::chrono::hours(1), after.done());
  EXPECT_TRUE(absl::IsUnavailable(after.result->status()));
  EXPECT_EQ(overdue.calls + abandoned.calls + waiting.calls + after.calls, 4);
}

}  // namespace
}  // namespace symbolon::node
