#include "cli/patience.h"

#include <algorithm>
#include <thread>

namespace symbolon::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kFirstPause = std::chrono::milliseconds(50);
constexpr auto kLongestPause = std::chrono::milliseconds(2000);

}  // namespace

Patience::Patience(int ms) : deadline_(Clock::now() + std::chrono::milliseconds(ms)), pause_(kFirstPause) {}

bool Patience::Wait() {
  if (Clock::now() + pause_ > deadline_) return false;
  std::this_thread::sleep_for(pause_);
  pause_ = std::min<Clock::duration>(pause_ * 2, kLongestPause);
  return true;
}

bool MayPass(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kDeadlineExceeded ||
         status.code() == absl::StatusCode::kResourceExhausted || status.code() == absl::StatusCode::kOutOfRange;
}

}  // namespace symbolon::cli
