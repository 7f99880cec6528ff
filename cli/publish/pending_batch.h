#pragma once
// A batch on its way: on disk before it is sent, so that no attestation can be in the ledger whose secrets
// are lost, whatever happens to this process or this machine.

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "cli/network/layout.h"
#include "identity/credential.h"
#include "ledger/entries/batch.h"

namespace symbolon::cli {

struct PendingBatch {
  uint64_t sequence = 0;
  Bytes signed_batch;
  Bytes body;
  std::vector<identity::Credential> credentials;  // receipts still empty
};

// OUT/pending-<sequence>, mode 0600: it holds records and secrets.
Path PendingFile(const Path& folder, uint64_t sequence);
absl::Status SavePending(const Path& folder, const PendingBatch& batch);
absl::StatusOr<PendingBatch> LoadPending(const Path& file);
// The pending files of a folder, by sequence.
absl::StatusOr<std::vector<Path>> PendingFiles(const Path& folder);
// What a run that was cut off had begun to write (storage/atomic_file.h): it may hold records and secrets,
// and nobody would ever read it. No other run may be under way; PublishedIndex sees to that.
absl::Status RemoveUnfinished(const Path& folder);
// Durably: the secrets are in the credentials now.
absl::Status RemovePending(const Path& folder, uint64_t sequence);

}  // namespace symbolon::cli
