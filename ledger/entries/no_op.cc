#include "ledger/entries/no_op.h"

namespace symbolon::ledger {

absl::Status CheckNoOpPayload(ByteView payload) {
  if (payload.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("no-op: field payload: a no-op carries nothing");
}

}  // namespace symbolon::ledger
