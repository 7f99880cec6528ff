#pragma once
// What a node answers from its applied ledger, alone: it needs no leader, and shows nothing that its
// checkpoint does not cover.

#include <absl/status/statusor.h>

#include <vector>

#include "api/backend.h"
#include "node/shared_state.h"
#include "storage/ledger_store.h"

namespace symbolon::node {

// Thread-safe. Both must outlive it.
class Queries {
 public:
  Queries(const SharedState* state, const storage::LedgerStore* store) : state_(state), store_(store) {}

  // UNAVAILABLE while the entry of the number is applied and its checkpoint not signed yet (milliseconds), or
  // nothing was signed since the start.
  absl::StatusOr<api::Verified> Verify(uint64_t attestation_number) const;
  std::vector<api::AttestationStatus> Statuses(const std::vector<uint64_t>& numbers, api::AsOf* as_of) const;

  absl::StatusOr<Bytes> Checkpoint() const;
  absl::StatusOr<std::vector<Digest>> InclusionProof(uint64_t entry_index, uint64_t tree_size) const;
  absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t first_size, uint64_t second_size) const;
  absl::StatusOr<api::LedgerEntry> ReadEntry(uint64_t entry_index) const;

  // Of an entry that the checkpoint covers.
  absl::StatusOr<Bytes> Receipt(uint64_t entry_index) const;

 private:
  absl::Status CheckShown(uint64_t size, const char* what) const;

  const SharedState* const state_;
  const storage::LedgerStore* const store_;
};

}  // namespace symbolon::node
