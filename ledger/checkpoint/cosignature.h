#pragma once
// Cosignatures (C2SP tlog-cosignature v1, type 0x04): at a stated time, this tree was the largest consistent
// one that the cosigner had seen. Signing the same tree again with a later time is how an idle log stays
// fresh.
//
// The signed message does not hold the cosigner's name: a cosigning key has one name and signs nothing else.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/ed25519.h"
#include "ledger/checkpoint/checkpoint.h"
#include "ledger/checkpoint/signed_note.h"

namespace symbolon::ledger {

// What follows the key id: u64 time, then the Ed25519 signature.
inline constexpr size_t kCosignatureSize = 8 + sizeof(Signature);
// POSIX seconds. A time past this is no time.
inline constexpr uint64_t kMaxCosignatureTime = (uint64_t{1} << 63) - 1;

// What is signed: "cosignature/v1\ntime <seconds>\n" and the checkpoint's whole text.
Bytes CosignatureMessage(ByteView checkpoint_text, uint64_t time_s);

// A cosignature under the cosigner's name, for SignCheckpoint or AppendSignatures. `time_s` is at most
// kMaxCosignatureTime. What must be persisted before this is called is the caller's duty (docs/formats.md
// section 10): never two roots for one size, nor a smaller size after a larger one.
NoteSignature Cosign(const Checkpoint& checkpoint, std::string cosigner_name, const SigningKey& cosigning_key,
                     uint64_t time_s);

// The time that a cosignature (what follows the key id) states, when it verifies. FailedPrecondition when it
// does not, InvalidArgument when it cannot be one. Whether the time is in the future is for the caller to
// say.
absl::StatusOr<uint64_t> VerifyCosignature(const Checkpoint& checkpoint, const PublicKey& cosigning_key,
                                           ByteView cosignature);

// The same over the text of a note, for VerifyNoteSignature.
absl::StatusOr<uint64_t> VerifyCosignatureOfText(const PublicKey& cosigning_key, ByteView checkpoint_text,
                                                 ByteView cosignature);

}  // namespace symbolon::ledger
