#include "node/entry_buffer.h"

namespace symbolon::node {

using consensus::Entry;
using consensus::Index;

void EntryBuffer::Append(const std::vector<Entry>& entries) {
  if (entries.empty()) return;
  std::lock_guard lock(mutex_);
  const Index first = entries.front().index;
  while (!entries_.empty() && entries_.back().index >= first) {
    bytes_ -= entries_.back().bytes();
    entries_.pop_back();
  }
  for (const Entry& entry : entries) {
    const bool follows = entries_.empty() || entries_.back().index + 1 == entry.index;
    if (!follows || bytes_ + entry.bytes() > max_bytes_) return;
    bytes_ += entry.bytes();
    entries_.push_back(entry);
  }
}

std::vector<Entry> EntryBuffer::Read(Index first, Index last, size_t max_bytes, size_t max_count) const {
  std::vector<Entry> out;
  std::lock_guard lock(mutex_);
  if (entries_.empty() || first < entries_.front().index) return out;
  size_t bytes = 0;
  for (size_t i = first - entries_.front().index; i < entries_.size() && out.size() < max_count; ++i) {
    const Entry& entry = entries_[i];
    if (entry.index > last || (!out.empty() && bytes + entry.bytes() > max_bytes)) break;
    bytes += entry.bytes();
    out.push_back(entry);
  }
  return out;
}

void EntryBuffer::DropThrough(Index index) {
  std::lock_guard lock(mutex_);
  while (!entries_.empty() && entries_.front().index <= index) {
    bytes_ -= entries_.front().bytes();
    entries_.pop_front();
  }
}

}  // namespace symbolon::node
