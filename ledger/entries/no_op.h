#pragma once
// A no-op: what a new leader writes first, so that it can commit entries of earlier terms (Raft paper
// section 8). Its payload is empty and it has no body. Raft's membership entries travel outside the ledger's
// kinds and use no-op headers as their leaf.

#include <absl/status/status.h>

#include "base/bytes.h"

namespace symbolon::ledger {

// OK when the payload is that of a no-op: empty.
absl::Status CheckNoOpPayload(ByteView payload);

}  // namespace symbolon::ledger
