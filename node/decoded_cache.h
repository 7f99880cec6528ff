#pragma once
// Entries that were taken apart and checked when they arrived, for the thread that applies them later.

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "consensus/entry.h"
#include "ledger/decoded_entry.h"

namespace symbolon::node {

// Bounded: when full, the oldest go (and are decoded again when applied). Thread-safe.
//
// The key is the entry's data object itself, which log, messages and apply share and nobody changes; the
// cache holds on to it, so that its address cannot come to mean another entry.
class DecodedCache {
 public:
  using Data = std::shared_ptr<const consensus::EntryData>;
  using Decoded = std::shared_ptr<const ledger::DecodedEntry>;

  explicit DecodedCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  void Put(const Data& data, Decoded decoded);
  // Removes and returns it; null when it is not here.
  Decoded Take(const Data& data);
  size_t bytes() const {
    std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Item {
    Data data;
    Decoded decoded;
    size_t bytes;
  };

  const size_t max_bytes_;
  mutable std::mutex mutex_;
  std::list<Item> items_;  // oldest first; guarded by mutex_
  std::unordered_map<const consensus::EntryData*, std::list<Item>::iterator> by_data_;  // guarded by mutex_
  size_t bytes_ = 0;                                                                    // guarded by mutex_
};

}  // namespace symbolon::node
