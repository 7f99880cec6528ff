#pragma once
// How much of the log is committed for certain, before any leader has said so.

#include <absl/status/statusor.h>

#include <cstdint>

#include "storage/store.h"

namespace symbolon::storage {

// The last entry of the largest tree that this node has signed (the durable mark), if the headers of the log
// lead to the root that it signed: only what was committed and applied is ever signed, so these very entries
// were. 0 if nothing was signed, or the log is shorter, or another one. Reads all headers up to there.
absl::StatusOr<uint64_t> LastSignedEntry(const Store& store);

}  // namespace symbolon::storage
