#pragma once
// Reads what is left of entries in a damaged database, against no checksum: most of a damaged block is whole.
// What comes of it is worth nothing until it is proved.

#include <absl/status/status.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "storage/entry_reader.h"
#include "storage/store.h"

namespace symbolon::storage {

// Calls `take` for those of the entries, ascending, that can be made out; its first error is returned, and
// nothing else is one. A block that makes no sense can end the process that reads it, by an assertion of
// RocksDB or worse; so, of a real database, a process of its own reads, and when that ends another one goes
// on behind the entry where it did.
absl::Status ReadUnverified(const Options& options, const std::vector<uint64_t>& indexes,
                            const std::function<absl::Status(uint64_t index, StoredEntry entry)>& take);

}  // namespace symbolon::storage
