#pragma once
// ledger::State on disk: one small record, the membership when it is not the genesis's any more, the last
// sequence of each key, the chunks of the status register.

#include <absl/status/statusor.h>

#include <optional>

#include "ledger/state_snapshot.h"
#include "storage/database.h"

namespace symbolon::storage {

void PutStateChanges(const Database& database, const ledger::StateChanges& changes,
                     rocksdb::WriteBatch* batch);

// Nothing when no state was ever put. DataLoss names the piece that is missing or cannot be read; whether the
// pieces agree is for ledger::State::Restore to say.
absl::StatusOr<std::optional<ledger::StateSnapshot>> LoadStoredState(const Database& database);

}  // namespace symbolon::storage
