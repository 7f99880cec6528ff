#include "api/fetch_entries.h"

#include <fmt/format.h>

namespace symbolon::api {

absl::StatusOr<std::vector<LedgerEntry>> FetchEntries(Backend& backend,
                                                      const std::vector<uint64_t>& indexes) {
  if (indexes.empty() || indexes.size() > kMaxFetchedEntries) {
    return absl::InvalidArgumentError(
        fmt::format("{} entries are asked for; from 1 to {} can be", indexes.size(), kMaxFetchedEntries));
  }
  std::vector<LedgerEntry> entries;
  size_t bytes = 0;
  for (const uint64_t index : indexes) {
    auto entry = backend.ReadEntry(index);
    if (!entry.ok() && entries.empty()) return entry.status();
    if (!entry.ok()) break;
    bytes += entry->header.size() + entry->body.size();
    if (!entries.empty() && bytes > kMaxFetchedBytes) break;
    entries.push_back(*std::move(entry));
  }
  return entries;
}

}  // namespace symbolon::api
