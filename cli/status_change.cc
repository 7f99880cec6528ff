#include "cli/status_change.h"

#include <algorithm>

#include "base/status_macros.h"
#include "cli/patience.h"

namespace symbolon::cli {

absl::StatusOr<api::Submitted> SubmitStatusChange(api::Client& client, const ledger::Trust& trust, const IssuerKey& who,
                                                  const SigningKey& key, std::vector<ledger::StatusChange> changes,
                                                  int retry_for_ms) {
  if (changes.empty() || changes.size() > ledger::kMaxStatusChanges) {
    return absl::InvalidArgumentError("one status transaction changes from 1 to 1024 attestations");
  }
  std::sort(changes.begin(), changes.end(),
            [](const auto& a, const auto& b) { return a.attestation_number < b.attestation_number; });
  ledger::StatusTransaction transaction;
  transaction.network = trust.network();
  transaction.issuer = who.issuer;
  transaction.key_id = who.key_id;
  transaction.changes = std::move(changes);
  ASSIGN_OR_RETURN(transaction.sequence, client.NextSequence(who.issuer, who.key_id));
  const Bytes signed_bytes = ledger::SignStatusTransaction(transaction, key);
  Patience patience(retry_for_ms);
  while (true) {
    absl::StatusOr<api::Submitted> answer = client.SubmitStatus(signed_bytes);
    const bool may_pass = !answer.ok() && MayPass(answer.status()) &&
                          answer.status().code() != absl::StatusCode::kOutOfRange;
    if (!may_pass || !patience.Wait()) return answer;
  }
}

}  // namespace symbolon::cli
