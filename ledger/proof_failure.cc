#include "ledger/proof_failure.h"

#include <algorithm>
#include <array>

namespace symbolon::ledger {
namespace {

struct Info {
  ProofFailure failure;
  std::string_view name;
  std::string_view sentence;
};

constexpr std::array kFailures = std::to_array<Info>({
    {ProofFailure::kMalformed, "malformed", "It is not exactly one proof of this kind."},
    {ProofFailure::kMalformedCheckpoint, "malformed_checkpoint", "Its checkpoint cannot be read."},
    {ProofFailure::kWrongOrigin, "wrong_origin", "Its checkpoint is of another ledger."},
    {ProofFailure::kUnknownNode, "unknown_node", "No trusted node has signed its checkpoint."},
    {ProofFailure::kBadCheckpointSignature, "bad_checkpoint_signature",
     "A node's signature on its checkpoint does not verify."},
    {ProofFailure::kNotFinal, "not_final", "Its checkpoint is not cosigned by a majority of voters."},
    {ProofFailure::kMissingHash, "missing_hash", "A path has a hash too few."},
    {ProofFailure::kExtraHash, "extra_hash", "A path has a hash too many."},
    {ProofFailure::kIndexPastSize, "index_past_size", "A leaf would lie outside its tree."},
    {ProofFailure::kWrongRoot, "wrong_root", "A path leads to another root."},
    {ProofFailure::kMalformedEntry, "malformed_entry", "An entry in it cannot be read."},
    {ProofFailure::kWrongKind, "wrong_kind", "An entry in it is of another kind than it must be."},
    {ProofFailure::kWrongNetwork, "wrong_network", "It was signed for another network."},
    {ProofFailure::kUnknownIssuer, "unknown_issuer", "No agency with the issuer's id is registered."},
    {ProofFailure::kUnknownKey, "unknown_key", "The issuer has no key with this id."},
    {ProofFailure::kKeyNotValid, "key_not_valid", "The issuer's key was not valid at this entry."},
    {ProofFailure::kBadIssuerSignature, "bad_issuer_signature", "The issuer's signature does not verify."},
    {ProofFailure::kRecordTypeNotAllowed, "record_type_not_allowed",
     "The issuer may not issue records of this type, or the type is not known."},
    {ProofFailure::kBadIssueTime, "bad_issue_time",
     "The issue time is not one that the ledger would accept."},
    {ProofFailure::kCountMismatch, "count_mismatch", "The entry and the signed batch differ in size."},
    {ProofFailure::kNumberNotInBatch, "number_not_in_batch",
     "The attestation number is not one of this batch."},
    {ProofFailure::kNumberNotSealed, "number_not_sealed", "The seal does not reach this attestation."},
    {ProofFailure::kAttestationVoid, "attestation_void", "The batch was rejected and its numbers are void."},
    {ProofFailure::kRegistryDiffers, "registry_differs",
     "The seal in it states other members than those that are trusted."},
});

constexpr auto kAll = [] {
  std::array<ProofFailure, kFailures.size()> all{};
  for (size_t i = 0; i < all.size(); ++i) all[i] = kFailures[i].failure;
  return all;
}();

const Info& Find(ProofFailure failure) {
  const auto* it = std::find_if(kFailures.begin(), kFailures.end(),
                                [&](const Info& info) { return info.failure == failure; });
  return it == kFailures.end() ? kFailures.front() : *it;
}

}  // namespace

std::string_view ProofFailureName(ProofFailure failure) {
  return Find(failure).name;
}

std::string_view ProofFailureSentence(ProofFailure failure) {
  return Find(failure).sentence;
}

std::span<const ProofFailure> AllProofFailures() {
  return kAll;
}

}  // namespace symbolon::ledger
