#pragma once
// Sends one pending batch until the ledger holds it, exactly once.

#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "api/client.h"
#include "base/ed25519.h"
#include "cli/publish/pending_batch.h"

namespace symbolon::cli {

struct SenderOptions {
  int retry_for_ms = 120000;  // how long an unreachable or leaderless network is asked again
  std::function<void(const std::string&)> note = [](const std::string&) {};
};

// The same bytes are sent until there is a definite answer; the node gives the existing receipt when they are in the ledger
// already. Only when the ledger has *applied* other bytes under this sequence number can these never be
// accepted; then the batch is signed again under the next number, and the pending file is replaced first.
//
// Errors: UNAVAILABLE or PERMISSION_DENIED (nothing is lost, run again), FAILED_PRECONDITION (the ledger will never accept it; the
// message names the verdict).
absl::StatusOr<api::Submitted> SendBatch(api::Client& client, const SigningKey& key, const Path& folder,
                                         PendingBatch& batch, const SenderOptions& options);

}  // namespace symbolon::cli
