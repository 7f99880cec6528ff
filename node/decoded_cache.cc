#include "node/decoded_cache.h"

namespace symbolon::node {

void DecodedCache::Put(const Data& data, Decoded decoded) {
  // A decoded body is about as large as the body itself.
  const size_t bytes = 2 * (data->header.size() + data->body.size()) + sizeof(ledger::DecodedEntry) + 256;
  std::lock_guard lock(mutex_);
  if (by_data_.contains(data.get())) return;
  items_.push_back({data, std::move(decoded), bytes});
  by_data_.emplace(data.get(), std::prev(items_.end()));
  bytes_ += bytes;
  while (bytes_ > max_bytes_) {
    bytes_ -= items_.front().bytes;
    by_data_.erase(items_.front().data.get());
    items_.pop_front();
  }
}

DecodedCache::Decoded DecodedCache::Take(const Data& data) {
  std::lock_guard lock(mutex_);
  const auto found = by_data_.find(data.get());
  if (found == by_data_.end()) return nullptr;
  Decoded decoded = std::move(found->second->decoded);
  bytes_ -= found->second->bytes;
  items_.erase(found->second);
  by_data_.erase(found);
  return decoded;
}

}  // namespace symbolon::node
