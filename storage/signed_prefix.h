#pragma once
// How much of the log is committed for certain, before any leader has said so: as far as its headers lead to
// a root that this node has signed, or had applied.

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <cstdint>

#include "base/bytes.h"
#include "storage/database.h"
#include "storage/store.h"

namespace symbolon::storage {

// The root over the first `size` entries, from the headers of the log. `instead` gives the leaf hash of an
// entry whose header is not to be read, else null. OutOfRange when the log ends before, DataLoss when a
// header is missing in its middle.
absl::StatusOr<Digest> RootOfHeaders(const Database& database, uint64_t size,
                                     absl::FunctionRef<const Digest*(uint64_t index)> instead);

// The last entry of the largest tree that this node has signed (the durable mark), if the headers of the log
// lead to the root that it signed: only what was committed and applied is ever signed, so these very entries
// were. Where the log ends before, or nothing was signed: likewise of what had been applied when a salvage
// came. 0 if that is not beyond `applied`, or the log is shorter, or another one. Reads all headers up to
// there.
absl::StatusOr<uint64_t> LastProvedEntry(const Store& store, uint64_t applied);

}  // namespace symbolon::storage
