#pragma once
// What a node gives another one that has lost entries of its own: ledger entries by their indexes, within
// bounds.

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "api/backend.h"

namespace symbolon::api {

inline constexpr size_t kMaxFetchedEntries = 256;            // in one question
inline constexpr size_t kMaxFetchedBytes = size_t{1} << 20;  // in one answer, but for its first entry

// The entries of the first of these indexes, in their order: at least one. InvalidArgument for no index, or
// too many; else the error of the first entry. Reads from the disk.
absl::StatusOr<std::vector<LedgerEntry>> FetchEntries(Backend& backend, const std::vector<uint64_t>& indexes);

}  // namespace symbolon::api
