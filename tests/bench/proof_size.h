#pragma once
// How many bytes a proof of a large ledger takes.

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace symbolon::bench {

struct ProofSize {
  size_t verification_proof = 0;  // inclusion, status as of a seal, checkpoint
  size_t without_status = 0;      // inclusion and checkpoint
  size_t logarithm = 0;           // the 32-byte hashes of one path in a binary tree of so many leaves
};

// Takes a real verification proof, lengthens its paths to what a ledger of `attestations` in full batches
// with a seal behind each of them has at most, and encodes it.
absl::StatusOr<ProofSize> SizeOfProof(ByteView real_proof, uint64_t attestations);

}  // namespace symbolon::bench
