#pragma once
// A witness's side of C2SP tlog-witness: the body of `add-checkpoint`, and what to answer. Pure: the caller
// looks up what it last cosigned, asks for the decision, and on 200 persists the new checkpoint in one step
// with that look-up (compare and swap on the size) before it cosigns and answers.

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "ledger/checkpoint/checkpoint.h"
#include "ledger/checkpoint/signed_note.h"
#include "ledger/checkpoint/verifier_key.h"
#include "ledger/merkle/hash.h"
#include "ledger/merkle/proof.h"

namespace symbolon::ledger {

struct AddCheckpointRequest {
  uint64_t old_size = 0;
  Proof consistency;  // at most kMaxConsistencyLines
  SignedNote note;
  Checkpoint checkpoint;  // the note's text; unverified
};

inline constexpr size_t kMaxConsistencyLines = 63;
inline constexpr size_t kMaxAddCheckpointSize = kMaxNoteSize + 8192;

// InvalidArgument, naming the line, unless the body is exactly one request. Checkpoints with extension lines
// are refused (checkpoint.h).
absl::StatusOr<AddCheckpointRequest> ParseAddCheckpoint(ByteView body);

// What a witness knows of a log.
struct WitnessedLog {
  std::vector<VerifierKey> keys;  // trusted for the origin
  uint64_t latest_size = 0;       // last cosigned; 0 when never
  Digest latest_root = kEmptyRoot;
};

// nullptr for an origin that is not known.
using FindLog = std::function<const WitnessedLog*(std::string_view origin)>;

struct WitnessDecision {
  // 200 cosign; 400 malformed, or old above the checkpoint's size; 403 no trusted log signature; 404 unknown
  // origin; 409 old is not the size last cosigned, or another root of that size; 422 bad consistency proof.
  int http_status = 0;
  std::string content_type;  // empty: none
  Bytes body;                // for 409, the size last cosigned; the answer to 200 is for the caller to make
  std::string reason;        // for logs and people; empty for 200
  std::optional<Checkpoint> accepted;  // with 200 only: to be persisted, then cosigned
};

WitnessDecision DecideAddCheckpoint(ByteView body, const FindLog& find_log);

}  // namespace symbolon::ledger
