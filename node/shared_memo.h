#pragma once
// The signature memo that gRPC's threads, which check ahead, and the apply thread share.

#include <mutex>

#include "ledger/signature_memo.h"

namespace symbolon::node {

// Thread-safe.
class SharedMemo : public ledger::SignatureMemo {
 public:
  explicit SharedMemo(size_t capacity) : memo_(capacity) {}

  bool Contains(const Digest& what) const override {
    const std::lock_guard lock(mutex_);
    return memo_.Contains(what);
  }
  void Insert(const Digest& what) override {
    const std::lock_guard lock(mutex_);
    memo_.Insert(what);
  }

 private:
  mutable std::mutex mutex_;
  ledger::BoundedSignatureMemo memo_;
};

}  // namespace symbolon::node
