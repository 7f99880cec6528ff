#pragma once
// The ledger's state and the view that is shown of it, under one lock: one thread applies, many read.
//
// Who reads sees state and view of one applied index. The view's checkpoint may be a little older than its
// applied index, but never older than the last seal: what a seal states can always be proved.

#include <absl/synchronization/mutex.h>

#include <memory>
#include <utility>

#include "ledger/state.h"
#include "node/read_view.h"

namespace symbolon::node {

// Thread-safe. A writer that waits keeps new readers out (absl::Mutex), so that apply is not starved by
// queries.
class SharedState {
 public:
  SharedState(ledger::State state, ReadView view)
      : state_(std::move(state)), view_(std::make_shared<const ReadView>(std::move(view))) {}

  // f(const ledger::State&, const ReadViewPtr&). Must be short.
  template <typename F>
  auto Read(F&& f) const {
    absl::ReaderMutexLock lock(&mutex_);
    return std::forward<F>(f)(state_, view_);
  }

  // f(ledger::State&, ReadViewPtr&), for the one thread that applies.
  template <typename F>
  auto Write(F&& f) {
    absl::WriterMutexLock lock(&mutex_);
    return std::forward<F>(f)(state_, view_);
  }

  ReadViewPtr view() const {
    absl::ReaderMutexLock lock(&mutex_);
    return view_;
  }

 private:
  mutable absl::Mutex mutex_;
  ledger::State state_;  // guarded by mutex_
  ReadViewPtr view_;     // guarded by mutex_
};

}  // namespace symbolon::node
