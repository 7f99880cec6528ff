#pragma once
// Rows go one by one. RocksDB can delete a range with one mark, but the iterators of the version that we
// build with then free memory twice, or pass over rows, where a table file cannot be read (its pull requests
// 12805, 11786): just where this room must see what is left.

#include <absl/status/status.h>

#include "storage/database.h"

namespace symbolon::storage {

// To the batch: that all rows of the family with keys from `begin` to before `end` go, those of the database
// and those that the batch itself puts there. `large_scan`: as for Database::Iterate. DataLoss when the rows
// cannot be read.
[[nodiscard]] absl::Status DeleteRows(const Database& database, Family family, ByteView begin, ByteView end,
                                      bool large_scan, rocksdb::WriteBatch* batch);

}  // namespace symbolon::storage
