#pragma once
// Proofs of inclusion as text (C2SP tlog-proof v1): what a holder can keep in a file of its own.
//
//   c2sp.org/tlog-proof@v1
//   extra <base64>            only when there is any
//   index <leaf index>
//   <base64 hash>             nearest sibling first
//                             an empty line
//   <checkpoint note>

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "ledger/merkle/proof.h"

namespace symbolon::ledger {

// A tree of 2^64 - 1 leaves has no longer path.
inline constexpr size_t kMaxProofHashes = 64;
// Room for a note of the largest size and for as much extra data.
inline constexpr size_t kMaxProofTextSize = size_t{4} << 20;

struct ProofText {
  Bytes extra;  // means what the application says; authenticated by nothing here. Empty: no such line
  uint64_t index = 0;
  Proof path;
  Bytes checkpoint;  // the note, verbatim; whether it verifies is for VerifyNote to say
  bool operator==(const ProofText&) const = default;
};

Bytes FormatProofText(const ProofText& proof);

// InvalidArgument, naming the line, unless the text is exactly what FormatProofText writes. The path has at
// most 64 hashes; whether their number is right, the size in the verified checkpoint decides
// (VerifyInclusion).
absl::StatusOr<ProofText> ParseProofText(ByteView text);

}  // namespace symbolon::ledger
