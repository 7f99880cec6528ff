#pragma once
// An entry as rows of the database: its header, its body in tiles, and, of a configuration entry, a row by
// which it is found.

#include <absl/status/statusor.h>

#include <vector>

#include "consensus/entry.h"
#include "storage/database.h"
#include "storage/startup_report.h"

namespace symbolon::storage {

void PutEntry(const Database& database, const consensus::Entry& entry, rocksdb::WriteBatch* batch);
// Entries first..last.
[[nodiscard]] absl::Status DeleteEntries(const Database& database, consensus::Index first,
                                         consensus::Index last, rocksdb::WriteBatch* batch);

// Entries that a salvage could not read, in order.
void PutMissing(const Database& database, const MissingEntry& entry, rocksdb::WriteBatch* batch);
void DeleteMissing(const Database& database, uint64_t index, rocksdb::WriteBatch* batch);
absl::StatusOr<std::vector<MissingEntry>> LoadMissing(const Database& database);

}  // namespace symbolon::storage
