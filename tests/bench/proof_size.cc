#include "tests/bench/proof_size.h"

#include <fmt/format.h>

#include <bit>

#include "base/status_macros.h"
#include "ledger/entries/batch_limits.h"
#include "ledger/merkle/tree_math.h"
#include "ledger/verification_proof.h"

namespace symbolon::bench {
namespace {

constexpr uint64_t kNumbersInChunk = 256;

// Of the first leaf, which is as deep as any.
std::vector<Digest> LongestPath(uint64_t leaves) {
  return std::vector<Digest>(ledger::InclusionProofLength(0, leaves));
}

uint64_t DivideUp(uint64_t a, uint64_t b) {
  return (a + b - 1) / b;
}

// The second line of a checkpoint is the size of the tree.
void SetSize(Bytes& checkpoint, uint64_t size) {
  const size_t begin = checkpoint.find('\n') + 1;
  checkpoint.replace(begin, checkpoint.find('\n', begin) - begin, fmt::format("{}", size));
}

}  // namespace

absl::StatusOr<ProofSize> SizeOfProof(ByteView real_proof, uint64_t attestations) {
  ASSIGN_OR_RETURN(ledger::VerificationProof proof, ledger::DecodeVerificationProof(real_proof));
  if (!proof.sealed) return absl::FailedPreconditionError("the proof holds no sealed status");
  const uint64_t batches = DivideUp(attestations, ledger::kMaxBatchCount);
  const uint64_t entries = 2 * batches;
  proof.commitment_path = LongestPath(ledger::kMaxBatchCount);
  proof.ledger_path = LongestPath(entries);
  proof.sealed->status_path = LongestPath(DivideUp(attestations, kNumbersInChunk));
  proof.sealed->seal_path = LongestPath(entries);
  SetSize(proof.checkpoint, entries);
  ProofSize out;
  out.verification_proof = ledger::EncodeVerificationProof(proof).size();
  proof.sealed.reset();
  out.without_status = ledger::EncodeVerificationProof(proof).size();
  out.logarithm = static_cast<size_t>(std::bit_width(attestations - 1)) * sizeof(Digest);
  return out;
}

}  // namespace symbolon::bench
