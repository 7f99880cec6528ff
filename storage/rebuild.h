#pragma once
// Everything that apply derives can be made again from the log.

#include <absl/status/status.h>

#include "storage/store.h"

namespace symbolon::storage {

// Forgets all derived state (tree, verdicts, indexes, status register, applied index) in one durable write,
// and keeps the log, term and vote, and what was signed. A LedgerStore opened afterwards begins at 0, and the
// apply loop does the rest. For a store whose derived part is damaged: open it with Verification::kNone
// first. No LedgerStore may be open on it. Takes some 50 bytes of memory a row.
[[nodiscard]] absl::Status DropDerivedState(Store* store);

}  // namespace symbolon::storage
