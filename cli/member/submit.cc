#include "cli/member/submit.h"

#include "base/status_macros.h"
#include "cli/patience.h"
#include "cli/profile.h"
#include "ledger/receipt.h"

namespace symbolon::cli {
namespace {

absl::StatusOr<api::Submitted> Submit(api::Client& client, const Bytes& decision, int timeout_ms) {
  Patience patience(timeout_ms);
  while (true) {
    absl::StatusOr<api::Submitted> answer = client.SubmitDecision(decision);
    const bool may_pass = !answer.ok() && MayPass(answer.status()) && !absl::IsOutOfRange(answer.status());
    if (!may_pass || !patience.Wait()) return answer;
  }
}

// A node's word is not taken: these very bytes are in the ledger of this network.
absl::Status CheckReceipt(const api::Submitted& submitted, const ledger::Trust& trust,
                          const Bytes& decision) {
  ASSIGN_OR_RETURN(const ledger::Receipt receipt, ledger::DecodeReceipt(submitted.receipt));
  const auto checkpoint = trust.VerifyCheckpoint(receipt.checkpoint);
  if (!checkpoint.ok()) return absl::DataLossError("the node's receipt: " + checkpoint.message());
  const auto entry =
      ledger::VerifyEntry(receipt.entry_header, receipt.ledger_path, *checkpoint, "path from the decision");
  if (!entry.ok()) return absl::DataLossError("the node's receipt: " + entry.message());
  const auto sent = ledger::DecodeDecision(decision);
  const auto there = ledger::DecodeDecision(entry->payload);
  // Signed by other stewards it is the same decision.
  const bool same = entry->kind == ledger::Kind::kGovernance && sent.ok() && there.ok() &&
                    sent->proposal_bytes == there->proposal_bytes;
  return same ? absl::OkStatus() : absl::DataLossError("the node's receipt is of another entry");
}

}  // namespace

absl::StatusOr<DecisionResult> SubmitDecision(api::Client& client, ledger::Trust& trust,
                                              const Bytes& decision, int timeout_ms,
                                              const std::function<void(const std::string&)>& on_wait) {
  ASSIGN_OR_RETURN(const api::Submitted submitted, Submit(client, decision, timeout_ms));
  ASSIGN_OR_RETURN(api::MembershipState state, FollowMembers(client, trust));
  RETURN_IF_ERROR(CheckReceipt(submitted, trust, decision));

  DecisionResult result;
  result.entry_index = submitted.entry_index;
  result.existing = submitted.existing;
  Patience patience(timeout_ms);
  std::string told;
  while (true) {
    const ledger::Membership& now = trust.membership();
    result.registry_version = now.version;
    // Overtaken by a later decision, it was carried out, or withdrawn before.
    result.carried_out = now.decided_at > submitted.entry_index || now.IsCarriedOut();
    result.waits_for = state.waits_for;
    if (result.carried_out) return result;
    if (!state.waits_for.empty() && state.waits_for != told) on_wait(told = state.waits_for);
    if (!patience.Wait()) return result;
    auto next = FollowMembers(client, trust);
    if (next.ok()) {
      state = *std::move(next);
    } else if (!MayPass(next.status())) {
      return next.status();
    }
  }
}

}  // namespace symbolon::cli
