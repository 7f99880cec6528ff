#pragma once
// The ledger's state and the view that is shown of it, under one lock: one thread applies, many read.
//
// Who reads sees state and view of one applied index. The view's checkpoint may be a little older than its
// applied index, but never older than the last seal: what a seal states can always be proved.

#include <absl/cleanup/cleanup.h>

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "ledger/state.h"
#include "node/read_view.h"
#include "node/writer_first_mutex.h"

namespace symbolon::node {

// Thread-safe. A writer that waits keeps new readers out, so that apply is not starved by
// queries.
class SharedState {
 public:
  SharedState(ledger::State state, ReadView view)
      : state_(std::move(state)), view_(std::make_shared<const ReadView>(std::move(view))), shown_(view_) {}

  // f(const ledger::State&, const ReadViewPtr&). Must be short.
  template <typename F>
  auto Read(F&& f) const {
    std::shared_lock lock(mutex_);
    return std::forward<F>(f)(state_, view_);
  }

  // f(ledger::State&, ReadViewPtr&), for the one thread that applies.
  template <typename F>
  auto Write(F&& f) {
    std::unique_lock lock(mutex_);
    const auto show = absl::MakeCleanup([this] {
      const std::lock_guard shown_lock(shown_mutex_);
      shown_ = view_;
    });
    return std::forward<F>(f)(state_, view_);
  }

  // Does not wait for who applies, and so not for the disk: consensus asks at every tick.
  ReadViewPtr view() const {
    const std::lock_guard lock(shown_mutex_);
    return shown_;
  }

 private:
  mutable WriterFirstMutex mutex_;
  ledger::State state_;  // guarded by mutex_
  ReadViewPtr view_;     // guarded by mutex_
  mutable std::mutex shown_mutex_;
  ReadViewPtr shown_;  // view_ as the last Write left it; guarded by shown_mutex_
};

}  // namespace symbolon::node
