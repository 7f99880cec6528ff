#pragma once
// Proofs of one position of a batch from the stored tiles of its body: at most three small reads and some
// forty hashes.

#include <absl/status/statusor.h>

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "ledger/entries/batch.h"
#include "storage/body_tiles.h"
#include "storage/database.h"

namespace symbolon::storage {

// A leaf of one of the trees of a batch.
struct BodyPosition {
  uint64_t entry_index = 0;
  uint32_t count = 0;     // of the batch
  uint32_t position = 0;  // below count
};

// Errors of all: DataLoss naming entry and tile; NotFound when there is no tile at all (no tags, or not a
// batch).
absl::StatusOr<Digest> ReadCommitment(const Database& database, const BodyPosition& at,
                                      std::vector<Digest>* path);  // path may be null
absl::StatusOr<std::vector<ledger::LookupTag>> ReadTags(const Database& database, const BodyPosition& at,
                                                        std::vector<Digest>* path);

}  // namespace symbolon::storage
