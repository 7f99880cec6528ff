#pragma once
// ledger::State on disk: one small record, the membership when it is not the genesis's any more, the last
// sequence of each key, the chunks of the status register.

#include <absl/status/statusor.h>

#include <optional>

#include "ledger/state_snapshot.h"
#include "storage/database.h"
#include "storage/ledger_rows.h"

namespace symbolon::storage {

[[nodiscard]] absl::Status PutStateChanges(const Database& database, const ledger::StateChanges& changes,
                                           rocksdb::WriteBatch* batch);

// How far the ledger was applied, and its root there; 0 and the empty root when nothing was.
absl::StatusOr<AppliedRow> LoadAppliedRow(const Database& database);
// The same of the time before the store was salvaged, after which it begins anew; 0 when it never was.
absl::StatusOr<AppliedRow> LoadSalvagedAppliedRow(const Database& database);

// Nothing when no state was ever put. DataLoss names the piece that is missing or cannot be read; whether the
// pieces agree is for ledger::State::Restore to say.
absl::StatusOr<std::optional<ledger::StateSnapshot>> LoadStoredState(const Database& database);

}  // namespace symbolon::storage
