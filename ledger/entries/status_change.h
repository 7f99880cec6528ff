#pragma once
// A status transaction: an issuer revokes, suspends, reinstates or supersedes attestations of its own
// (docs/formats.md section 6). Its changes are all made or none.

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ed25519.h"

namespace symbolon::ledger {

// What the register holds for an attestation number; values of the IETF Token Status List.
enum class Status : uint8_t { kValid = 0, kRevoked = 1, kSuspended = 2, kVoid = 3 };

std::string_view StatusName(Status status);  // "valid", "revoked", "suspended", "void"

inline constexpr size_t kMaxStatusChanges = 1024;

struct StatusChange {
  uint64_t attestation_number = 0;
  Status status = Status::kValid;     // never kVoid
  std::optional<uint64_t> successor;  // with kRevoked only: superseded by this attestation
  bool operator==(const StatusChange&) const = default;
};

struct StatusTransaction {
  Digest network{};
  std::string issuer;
  uint32_t key_id = 0;
  uint64_t sequence = 0;              // shared with the batches of this key
  std::vector<StatusChange> changes;  // 1..kMaxStatusChanges, strictly ascending by number
  bool operator==(const StatusTransaction&) const = default;
};

// As received: the signed bytes are kept and verified, never encoded again.
struct SignedStatusTransaction {
  StatusTransaction transaction;
  Bytes signed_bytes;
  Signature signature{};
};

Bytes EncodeStatusTransaction(const StatusTransaction& transaction);
Bytes SignStatusTransaction(const StatusTransaction& transaction, const SigningKey& key);
Bytes EncodeSignedStatusTransaction(ByteView transaction_bytes, const Signature& signature);
// InvalidArgument unless the payload is exactly one signed status transaction within the limits, with changes
// in order. Does not verify; whether the changes may be made is for the state to say.
absl::StatusOr<SignedStatusTransaction> DecodeSignedStatusTransaction(ByteView payload);

}  // namespace symbolon::ledger
