#pragma once
// The signature types of signed notes, one row each in signature_type.cc: a new type is a new row.

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/ed25519.h"

namespace symbolon::ledger {

enum class SignatureType : uint8_t {
  kEd25519 = 0x01,      // over the note's text: log keys
  kCosignature = 0x04,  // Ed25519 with a time (cosignature.h): cosigning keys
};

bool IsSupported(SignatureType type);

// Length of what follows the key id in a signature line. Only for supported types.
size_t SignatureSize(SignatureType type);

// Checks a signature (what follows the key id) over a note's text. The time that the signature states, 0 for
// types that state none. FailedPrecondition when it does not verify, InvalidArgument when it cannot be one,
// Unimplemented for a type that is not supported.
absl::StatusOr<uint64_t> VerifyNoteSignature(SignatureType type, const PublicKey& key, ByteView text,
                                             ByteView signature);

}  // namespace symbolon::ledger
