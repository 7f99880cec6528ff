#pragma once
// A verification proof: everything that a node knows about one attestation number, in a form that needs no
// trust in the node (docs/formats.md section 10).

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "ledger/entries/batch.h"
#include "ledger/entries/seal.h"
#include "ledger/entries/status_change.h"
#include "ledger/proof_failure.h"
#include "ledger/status_register.h"
#include "ledger/trust.h"

namespace symbolon::ledger {

// The status as of what a seal states.
struct SealedStatusProof {
  StatusChunk chunk{};
  std::vector<Digest> status_path;  // from the chunk to the seal's status root
  Bytes seal_header;                // entry header of the seal
  std::vector<Digest> seal_path;    // from the seal's entry to the checkpoint's root
  bool operator==(const SealedStatusProof&) const = default;
};

struct VerificationProof {
  uint64_t attestation_number = 0;
  Bytes entry_header;  // of its batch
  Digest commitment{};
  std::vector<Digest> commitment_path;      // from the commitment to the commitment root
  std::vector<Digest> ledger_path;          // from the batch's entry to the checkpoint's root
  std::optional<SealedStatusProof> sealed;  // none: no seal covers the number yet
  Bytes checkpoint;
  bool operator==(const VerificationProof&) const = default;
};

Bytes EncodeVerificationProof(const VerificationProof& proof);
absl::StatusOr<VerificationProof> DecodeVerificationProof(ByteView bytes);

struct SealedStatus {
  Status status = Status::kValid;  // never kVoid
  uint64_t as_of_index = 0;        // the entry whose state the seal states
  uint64_t seal_index = 0;
  uint64_t seal_time_ms = 0;
  uint64_t registry_version = 0;  // as the seal states it; more than is known here: who verifies lags behind
};

// What a verified proof says.
struct VerificationFacts {
  uint64_t attestation_number = 0;
  uint64_t entry_index = 0;
  uint64_t attested_time_ms = 0;  // when the ledger took it, by its leader's clock
  BatchHeader batch;              // issuer, record type, version, issue time, ...
  uint32_t position = 0;
  Digest commitment{};
  // None: attested, and no seal covers the number yet, so that nothing is proved about its status.
  std::optional<SealedStatus> sealed;
  CheckpointFacts checkpoint;
};

// Verifies every part against what is pinned. Whether the commitment is the one that the caller holds is for
// the caller to compare.
//
// A seal's roots are vouched for by those who cosigned a checkpoint that covers it: nodes do not cosign over
// a false seal. Ask for a final checkpoint to have a majority's word and not one node's.
Checked<VerificationFacts> VerifyProof(const VerificationProof& proof, const Trust& trust,
                                       const CheckpointPolicy& policy = {});

// The status part alone: chunk and path against a status root and count. Void is a refusal.
Checked<Status> VerifyStatus(const Digest& status_root, uint64_t status_count, uint64_t attestation_number,
                             const StatusChunk& chunk, const std::vector<Digest>& path);

}  // namespace symbolon::ledger
