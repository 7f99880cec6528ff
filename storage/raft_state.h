#pragma once
// Raft's persistent state as it lies in the database, read straight from there, and held against what was
// promised.

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "consensus/effects.h"
#include "consensus/types.h"
#include "storage/database.h"
#include "storage/durable_mark.h"

namespace symbolon::storage {

// 0: the log is empty.
absl::StatusOr<consensus::Index> StoredLastIndex(const Database& database);
// DataLoss when there is no such entry or it cannot be read.
absl::StatusOr<consensus::Term> StoredTermAt(const Database& database, consensus::Index index);
// Where the configuration entries are, ascending.
absl::StatusOr<std::vector<consensus::Index>> StoredConfigurationIndexes(const Database& database);
// Nothing in a store that never had one.
absl::StatusOr<std::optional<consensus::HardState>> StoredHardState(const Database& database);

// How far the ledger was applied; 0 when nothing was.
absl::StatusOr<uint64_t> StoredAppliedIndex(const Database& database);

// DataLoss when the log or the hard state is behind what the mark says was promised (CONSENSUS L12, L14,
// L18), or entries are there without term and vote (RB-18).
absl::Status CheckPromises(const Database& database, const Promises& promises);

// The value of the headers family: what Raft knows of an entry, and the exact bytes of its header.
struct HeaderValue {
  consensus::Term term;
  consensus::EntryKind kind = consensus::EntryKind::kNormal;
  ByteView header;
};
Bytes EncodeHeaderValue(const HeaderValue& value);
std::optional<HeaderValue> DecodeHeaderValue(ByteView bytes);

Bytes EncodeHardState(const consensus::HardState& state);
std::optional<consensus::HardState> DecodeHardState(ByteView bytes);

}  // namespace symbolon::storage
