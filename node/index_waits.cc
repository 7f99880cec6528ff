#include "node/index_waits.h"

#include <fmt/format.h>

#include <vector>

namespace symbolon::node {

void IndexWaits::Add(uint64_t index, api::Abandoned abandoned, MonotonicTime deadline,
                     api::Done<api::AsOf> done) {
  absl::StatusOr<api::AsOf> now = absl::UnavailableError("the node is stopping");
  {
    std::lock_guard lock(mutex_);
    if (!stopped_ && index > shown_) {
      waits_.emplace(index, Wait{std::move(abandoned), deadline, std::move(done)});
      return;
    }
    if (!stopped_) now = as_of_;
  }
  done(std::move(now));
}

void IndexWaits::OnPublished(const ReadView& view) {
  std::vector<api::Done<api::AsOf>> ready;
  api::AsOf as_of{view.applied_index, view.applied_time_ms};
  {
    std::lock_guard lock(mutex_);
    if (view.checkpoint_size() < shown_) return;
    shown_ = view.checkpoint_size();
    as_of_ = as_of;
    const auto end = waits_.upper_bound(shown_);
    for (auto it = waits_.begin(); it != end; ++it) ready.push_back(std::move(it->second.done));
    waits_.erase(waits_.begin(), end);
  }
  for (const auto& done : ready) done(as_of);
}

void IndexWaits::Sweep(MonotonicTime now) {
  std::vector<api::Done<api::AsOf>> late, abandoned;
  {
    std::lock_guard lock(mutex_);
    for (auto it = waits_.begin(); it != waits_.end();) {
      Wait& wait = it->second;
      const bool gone = wait.abandoned && *wait.abandoned;
      if (!gone && now < wait.deadline) {
        ++it;
        continue;
      }
      (gone ? abandoned : late).push_back(std::move(wait.done));
      it = waits_.erase(it);
    }
  }
  for (const auto& done : abandoned) done(absl::CancelledError("nobody waits any more"));
  for (const auto& done : late) {
    done(absl::UnavailableError("this node does not know that entry yet: ask again, or another node"));
  }
}

void IndexWaits::Stop() {
  std::multimap<uint64_t, Wait> waits;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    waits.swap(waits_);
  }
  for (auto& [index, wait] : waits) wait.done(absl::UnavailableError("the node is stopping"));
}

}  // namespace symbolon::node
