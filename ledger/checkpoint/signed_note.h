#pragma once
// Signed notes (C2SP signed-note v1): a text that ends in LF, an empty line, and signature lines
// "— <name> <base64(key id || signature)>". What is signed is the text with its last LF.
//
// Reading a note proves nothing; VerifyNote does. Pure functions, thread-safe.

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ed25519.h"
#include "ledger/checkpoint/verifier_key.h"

namespace symbolon::ledger {

inline constexpr size_t kMaxNoteSize = size_t{1} << 20;
inline constexpr size_t kMaxNoteSignatures = 100;

struct NoteSignature {
  std::string name;
  uint32_t key_id = 0;
  Bytes signature;  // what follows the key id; at least one byte
  bool operator==(const NoteSignature&) const = default;
};

struct SignedNote {
  Bytes text;
  std::vector<NoteSignature> signatures;
  bool operator==(const SignedNote&) const = default;
};

// InvalidArgument, naming the line, unless the bytes are exactly one note within the limits above.
absl::StatusOr<SignedNote> ParseNote(ByteView bytes);

// The bytes. InvalidArgument when ParseNote would not accept them.
absl::StatusOr<Bytes> FormatNote(const SignedNote& note);

// One signature line with its LF.
Bytes FormatSignatureLine(const NoteSignature& signature);

// The note with these signatures after its own. InvalidArgument when either is not well-formed.
absl::StatusOr<Bytes> AppendSignatures(ByteView note, std::span<const NoteSignature> signatures);

// A signature of type 0x01 over the text.
NoteSignature SignNote(ByteView text, std::string name, const SigningKey& key);

// A known key whose signature verified.
struct GoodSignature {
  size_t key = 0;       // which of the keys given to VerifyNote
  uint64_t time_s = 0;  // the time that it states; 0 for types without
  bool operator==(const GoodSignature&) const = default;
};

// The keys that signed, each once (with the latest time, if it signed several times), in the order of the
// note. Signatures by unknown keys are ignored, whatever they hold.
//   FailedPrecondition  a known key's signature does not verify: the whole note is refused
//   NotFound            no signature by a known key
// Keys with the same name and key id can be made at will; a signature is good if it verifies with one of
// them, so that nobody can spoil another's notes with such a key.
absl::StatusOr<std::vector<GoodSignature>> VerifyNote(const SignedNote& note,
                                                      std::span<const VerifierKey> keys);

}  // namespace symbolon::ledger
