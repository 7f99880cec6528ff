#pragma once
// A receipt: offline proof that an entry is in the ledger (docs/formats.md section 10).
//
// It shows that the issuer signed the batch and that the ledger holds it; whether the nodes accepted it, and
// its status since, only a verification proof shows.

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "ledger/entries/batch.h"
#include "ledger/entries/status_change.h"
#include "ledger/entry_header.h"
#include "ledger/proof_failure.h"
#include "ledger/trust.h"

namespace symbolon::ledger {

struct Receipt {
  Bytes entry_header;               // exact bytes
  std::vector<Digest> ledger_path;  // from the entry to the checkpoint's root, nearest sibling first
  Bytes checkpoint;                 // signed note
  bool operator==(const Receipt&) const = default;
};

// The parts must fit their length prefixes.
Bytes EncodeReceipt(const Receipt& receipt);
absl::StatusOr<Receipt> DecodeReceipt(ByteView bytes);

// What a verified receipt says. Exactly one of batch and status is set.
struct ReceiptFacts {
  EntryHeader entry;
  std::optional<SignedBatch> batch;
  std::optional<SignedStatusTransaction> status;
  CheckpointFacts checkpoint;
};

// Verifies everything that the receipt says against what is pinned: checkpoint, path, network, and the
// issuer's right, key and signature by the rules of apply that need no state.
Checked<ReceiptFacts> VerifyReceipt(const Receipt& receipt, const Trust& trust,
                                    const CheckpointPolicy& policy = {});

// Verifies that an entry header is in the tree of a verified checkpoint. `part` names the path in refusals.
Checked<EntryHeader> VerifyEntry(ByteView entry_header, const std::vector<Digest>& path,
                                 const CheckpointFacts& checkpoint, const std::string& part);
// Verifies a batch entry by the rules of apply that need no state: network, issuer, key, validity, signature,
// count, record type.
Checked<SignedBatch> VerifyBatchEntry(const EntryHeader& entry, const Trust& trust);
// Verifies that a commitment is in a batch.
Checked<Digest> VerifyCommitment(const BatchHeader& batch, uint32_t position, const Digest& commitment,
                                 const std::vector<Digest>& path);

}  // namespace symbolon::ledger
