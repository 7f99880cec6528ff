#pragma once
// The verifier's check of a presentation, with nothing but what is pinned: the genesis (ledger/trust.h) and
// this program's record catalogue. No network: at a desk without one the same check is made, and the answer
// says how old its knowledge is.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "identity/catalogue/catalogue.h"
#include "identity/presentation.h"
#include "ledger/trust.h"
#include "ledger/verification_proof.h"

namespace symbolon::identity {

// Reasons of this check. Those of ledger/proof_failure.h, which are about receipts and verification proofs,
// go by their own names. All are stable: scripts and people see them.
namespace reason {
inline constexpr std::string_view kVerified = "verified";
inline constexpr std::string_view kMalformed = "malformed";
inline constexpr std::string_view kWrongNetwork = "wrong_network";
inline constexpr std::string_view kUnknownRecordType = "unknown_record_type";  // not in the catalogue
inline constexpr std::string_view kUnknownSlot = "unknown_slot";               // not in the type
inline constexpr std::string_view kWrongName = "wrong_attribute_name";         // another name than the slot's
inline constexpr std::string_view kMissingHash = "missing_hash";
inline constexpr std::string_view kExtraHash = "extra_hash";
// The disclosed values and salts do not lead to the record's commitment.
inline constexpr std::string_view kValueOrSaltMismatch = "value_or_salt_mismatch";
// The receipt is of a batch with another record type or version.
inline constexpr std::string_view kWrongRecordType = "wrong_record_type";
// The record's commitment is not at this position of the receipt's batch.
inline constexpr std::string_view kWrongReceipt = "wrong_receipt";
// The verification proof is sound, but of another attestation.
inline constexpr std::string_view kWrongVerificationProof = "wrong_verification_proof";
inline constexpr std::string_view kRevoked = "revoked";
inline constexpr std::string_view kSuspended = "suspended";
inline constexpr std::string_view kStatusUnknown = "status_unknown";  // asked for, and nothing proves it
inline constexpr std::string_view kTooOld = "too_old";  // the status is older than was asked for
}  // namespace reason

struct VerifyOptions {
  uint64_t now_ms = 0;  // the caller's clock; only ages depend on it
  // A verification proof fetched by the verifier, encoded; used in place of the presentation's own.
  std::optional<Bytes> verification_proof = std::nullopt;
  // Without a sealed status: false verifies the record and leaves the status open, true is status_unknown.
  bool require_status = false;
  // Greatest age of the status; implies require_status.
  std::optional<uint64_t> max_status_age_ms = std::nullopt;
  // For the checkpoints of receipt and verification proof.
  ledger::CheckpointPolicy checkpoint_policy = {};
};

struct DisclosedAttribute {
  uint8_t slot = 0;
  std::string name;
  ValueType type = ValueType::kText;
  std::optional<Bytes>
      value;  // absent: the issuer's record has none. As the issuer committed to it: escape it
};

struct StatusFacts {
  ledger::Status status = ledger::Status::kValid;
  // The state right after this entry is what is proved.
  uint64_t as_of_index = 0;
  // When that was the ledger's latest statement: the seal's time, by its leader's clock; or the checkpoint's
  // time, when the seal is the checkpoint's last entry, so that nothing can have changed in between.
  uint64_t as_of_ms = 0;
  uint64_t age_ms = 0;  // at now_ms; 0 when the clocks disagree the other way
  ledger::CheckpointFacts checkpoint;
};

// What is proved about the record.
struct PresentationFacts {
  const RecordType* record_type = nullptr;
  std::vector<DisclosedAttribute> attributes;  // in slot order
  std::string issuer;                          // agency id
  std::string issuer_name;                     // display name
  uint64_t entry_index = 0;
  uint64_t first_attestation_number = 0;
  uint32_t position = 0;
  uint64_t attestation_number = 0;  // the sum
  uint64_t attested_at_ms = 0;      // when the ledger took it, by its leader's clock
  uint64_t issue_time_s = 0;        // what the issuer states, coarse
  Digest commitment{};
  ledger::CheckpointFacts checkpoint;  // the receipt's
  std::optional<StatusFacts> status;   // none: nothing is proved about it
};

struct PresentationResult {
  bool verified = false;
  std::string reason;    // snake_case
  std::string sentence;  // for a person; no personal data
  // Set when the record is proved, whatever its status (verified, revoked, suspended, status_unknown,
  // too_old, and refusals of the verification proof); unset for every other refusal: nothing unproved is ever
  // shown.
  std::optional<PresentationFacts> facts;
};

// Checks every part and says the first that fails. Pure and thread-safe.
//
// Without a sealed status this shows that the issuer signed the record and that the ledger holds it, not that
// the nodes accepted the batch, nor what became of it since.
PresentationResult VerifyPresentation(const Presentation& presentation, const ledger::Trust& trust,
                                      const VerifyOptions& options);

}  // namespace symbolon::identity
