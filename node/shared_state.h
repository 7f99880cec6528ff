#pragma once
// The ledger's state and the view that is shown of it, under one lock: one thread applies, many read.
//
// Who reads sees state and view of one applied index. The view's checkpoint may be a little older than its
// applied index, but never older than the last seal: what a seal states can always be proved.

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
      : state_(std::move(state)), view_(std::make_shared<const ReadView>(std::move(view))) {}

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
    return std::forward<F>(f)(state_, view_);
  }

  ReadViewPtr view() const {
    std::shared_lock lock(mutex_);
    return view_;
  }

 private:
  mutable WriterFirstMutex mutex_;
  ledger::State state_;  // guarded by mutex_
  ReadViewPtr view_;     // guarded by mutex_
};

}  // namespace symbolon::node
