#pragma once
// Why something that claims to be proved is not verified. Names are stable: people and scripts see them.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace symbolon::ledger {

enum class ProofFailure : uint8_t {
  kMalformed,               // not one exact encoding
  kMalformedCheckpoint,     // the note or the checkpoint in it cannot be read
  kWrongOrigin,             // the checkpoint of another log
  kUnknownNode,             // no signature by a node that is trusted
  kBadCheckpointSignature,  // a trusted node's signature does not verify
  kNotFinal,                // not cosigned by a majority of voters, though asked for
  kMissingHash,             // a path is too short
  kExtraHash,               // a path is too long
  kIndexPastSize,           // the leaf would lie outside its tree
  kWrongRoot,               // a path leads to another root
  kMalformedEntry,          // an entry header or its payload cannot be read
  kWrongKind,               // the entry is of another kind
  kWrongNetwork,            // signed for another network
  kUnknownIssuer,
  kUnknownKey,
  kKeyNotValid,
  kBadIssuerSignature,
  kRecordTypeNotAllowed,  // unknown, or not this issuer's to issue
  kBadIssueTime,          // not on the grid, or after the entry's time
  kCountMismatch,         // header and signed batch disagree
  kNumberNotInBatch,      // the attestation number belongs to another batch
  kNumberNotSealed,       // the seal does not reach the attestation number
  kAttestationVoid,       // the number was consumed by a rejected batch
  kRegistryDiffers,       // the seal states other members than those that are trusted
};

std::string_view ProofFailureName(ProofFailure failure);      // snake_case
std::string_view ProofFailureSentence(ProofFailure failure);  // for a person
std::span<const ProofFailure> AllProofFailures();

// A refusal: the reason, and which part of the proof it is about.
struct NotVerified {
  ProofFailure failure;
  std::string part;  // e.g. "path from the seal to the checkpoint's root"; no personal data
};

// Facts that were verified, or why they are not.
template <typename T>
class Checked {
 public:
  Checked(T facts) : facts_(std::move(facts)) {}                  // NOLINT(google-explicit-constructor)
  Checked(NotVerified refusal) : refusal_(std::move(refusal)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return facts_.has_value(); }
  // Only when ok().
  const T& operator*() const { return *facts_; }
  const T* operator->() const { return &*facts_; }
  T& operator*() { return *facts_; }
  // Only when not ok().
  const NotVerified& refusal() const { return *refusal_; }
  ProofFailure failure() const { return refusal_->failure; }
  // One line for a person: the sentence and the part.
  std::string message() const {
    return std::string(ProofFailureSentence(refusal_->failure)) + " (" + refusal_->part + ")";
  }

 private:
  std::optional<T> facts_;
  std::optional<NotVerified> refusal_;
};

}  // namespace symbolon::ledger
