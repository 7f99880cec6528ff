#pragma once
// A signed proposal into the ledger, and until it is carried out.

#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "api/client.h"
#include "ledger/trust.h"

namespace symbolon::cli {

struct DecisionResult {
  uint64_t entry_index = 0;
  bool existing = false;  // it was decided before
  uint64_t registry_version = 0;
  bool carried_out = false;
  std::string waits_for;  // why not, where the node knew
};

// Submits the decision through the node and follows what the node proves of it. FAILED_PRECONDITION with the
// verdict when it is rejected. `timeout_ms`: how long an unreachable node, and the carrying out, are waited
// for; `on_wait` is told what it waits for, whenever that changes.
absl::StatusOr<DecisionResult> SubmitDecision(api::Client& client, ledger::Trust& trust,
                                              const Bytes& decision, int timeout_ms,
                                              const std::function<void(const std::string&)>& on_wait);

}  // namespace symbolon::cli
