#pragma once
// One stored entry against its hashes. DataLoss names entry and piece.

#include <absl/status/status.h>

#include <cstdint>

#include "base/bytes.h"
#include "storage/database.h"
#include "storage/entry_reader.h"

namespace symbolon::storage {

// Its header against the leaf of the ledger tree (null: not known), its body against its header.
absl::Status CheckEntry(uint64_t index, const StoredEntry& entry, const Digest* leaf_hash);

// Upper tiles are derived, but a wrong one would make wrong proofs.
absl::Status CheckUpperTiles(const Database& database, uint64_t index, const StoredEntry& entry);

}  // namespace symbolon::storage
