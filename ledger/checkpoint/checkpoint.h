#pragma once
// Checkpoints (C2SP tlog-checkpoint v1): the size and root of a log under its name, as the text of a signed
// note: origin, size in decimal, root in base64, each on a line.

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/ed25519.h"
#include "ledger/checkpoint/signed_note.h"

namespace symbolon::ledger {

struct Checkpoint {
  std::string origin;  // a key name (IsKeyName): the log's
  uint64_t size = 0;
  Digest root{};
  bool operator==(const Checkpoint&) const = default;
};

// The one text of a checkpoint. The origin must be a key name.
Bytes FormatCheckpoint(const Checkpoint& checkpoint);

// InvalidArgument, naming the line, unless the text is exactly what FormatCheckpoint writes. Extension lines,
// which C2SP permits and advises against, are refused: Symbolon writes none, and a line that some kinds of
// cosignature do not cover must not be taken for something that was agreed on. So is a root that does not go
// with the size: only the empty tree has the empty root.
absl::StatusOr<Checkpoint> ParseCheckpoint(ByteView text);

// The bytes of a note: the checkpoint, signed with type 0x01 by a log key under the origin as its name, and
// these cosignatures (cosignature.h). InvalidArgument when ParseCheckpoint would not accept it. The caller
// answers for what is signed: never two roots for one size, never a smaller size after a larger one.
absl::StatusOr<Bytes> SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& log_key,
                                     std::span<const NoteSignature> cosignatures = {});

}  // namespace symbolon::ledger
