#pragma once
// Verifying a presentation, at a desk with a node of its own or without any network.

#include <absl/status/statusor.h>

#include <optional>

#include "api/client.h"
#include "cli/console.h"
#include "identity/verify_presentation.h"

namespace symbolon::cli {

struct VerifyRules {
  bool linearizable = false;                  // online: wait for everything acknowledged anywhere before
  bool require_status = false;                // offline: a presentation without proof of status is not enough
  std::optional<uint64_t> max_status_age_ms;  // older knowledge of the status is not enough
};

// With what the presentation itself carries.
identity::PresentationResult VerifyOffline(const identity::Presentation& presentation, const ledger::Trust& trust,
                                           const VerifyRules& rules, uint64_t now_ms);

// First locally; only then the attestation number, and nothing else, goes to the node, whose proof is checked
// locally too. The node's word on the status counts when it is newer than what is sealed. What is trusted is followed
// to the node's present members.
absl::StatusOr<identity::PresentationResult> VerifyOnline(const identity::Presentation& presentation,
                                                          ledger::Trust trust, api::Client& client,
                                                          const VerifyRules& rules, uint64_t now_ms);

Json ToJson(const identity::PresentationResult& result);
void Print(const Console& console, const identity::PresentationResult& result);

}  // namespace symbolon::cli
