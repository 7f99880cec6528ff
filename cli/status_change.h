#pragma once
// Signing and sending a status transaction.

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "api/client.h"
#include "base/ed25519.h"
#include "ledger/entries/status_change.h"
#include "ledger/trust.h"

namespace symbolon::cli {

struct IssuerKey {
  std::string issuer;
  uint32_t key_id = 0;
};

// Takes the next sequence number of the key and sends until there is a definite answer, with the same bytes. When
// the number turns out to be taken, it fails rather than try another: the person repeats a revocation
// knowingly. `changes` in any order, at most ledger::kMaxStatusChanges.
absl::StatusOr<api::Submitted> SubmitStatusChange(api::Client& client, const ledger::Trust& trust, const IssuerKey& who,
                                                  const SigningKey& key, std::vector<ledger::StatusChange> changes,
                                                  int retry_for_ms = 60000);

}  // namespace symbolon::cli
