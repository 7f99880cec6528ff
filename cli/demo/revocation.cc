// Chapter: an issuer revokes one attestation, and every node says so.

#include <fmt/format.h>

#include "base/status_macros.h"
#include "cli/demo/stage.h"
#include "cli/files.h"
#include "cli/status_change.h"
#include "ledger/entry_header.h"
#include "ledger/receipt.h"

namespace symbolon::cli {

absl::Status TellRevocation(Stage& stage) {
  stage.tell.Chapter("A stolen passport is revoked; a moment later every node says so");
  ASSIGN_OR_RETURN(identity::Credential credential,
                   ReadCredentialFile((stage.Credentials("VNM-XNC") / "travel_document-X9007001.json").string()));
  ASSIGN_OR_RETURN(ledger::Receipt receipt, ledger::DecodeReceipt(credential.receipt));
  ASSIGN_OR_RETURN(ledger::EntryHeader entry, ledger::DecodeEntryHeader(receipt.entry_header));
  const uint64_t number = entry.first_attestation_number + credential.position;

  ASSIGN_OR_RETURN(ClientProfile profile, stage.ProfileOf("VNM-XNC", "registrar"));
  ASSIGN_OR_RETURN(ledger::Trust trust, LoadTrust(profile));
  ASSIGN_OR_RETURN(SigningKey key, LoadBatchKey(profile));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile));
  ASSIGN_OR_RETURN(api::Submitted submitted,
                   SubmitStatusChange(*client, trust, {profile.agency, profile.batch_key_id}, key,
                                      {{number, ledger::Status::kRevoked, std::nullopt}}));
  stage.tell.Step("revoke", !submitted.existing,
                  fmt::format("VNM-XNC revoked attestation {} in entry {}", number, submitted.entry_index),
                  {{"attestation_number", number}, {"entry_index", submitted.entry_index}});
  for (const std::string& agency : stage.agencies) {
    ASSIGN_OR_RETURN(std::unique_ptr<api::Client> desk, stage.ClientOf(agency, "verifier"));
    api::AsOf as_of;
    ASSIGN_OR_RETURN(std::vector<api::AttestationStatus> statuses,
                     desk->GetStatus({number}, {api::Freshness::Mode::kLinearizable, 0}, &as_of));
    const bool revoked = statuses.size() == 1 && statuses[0] == api::AttestationStatus::kRevoked;
    stage.tell.Step("revoked_everywhere", revoked,
                    fmt::format("{:<10} {}, as of entry {}", agency, revoked ? "revoked" : "NOT revoked", as_of.applied_index),
                    {{"agency", agency}, {"revoked", revoked}, {"as_of_index", as_of.applied_index}});
  }
  return absl::OkStatus();
}

}  // namespace symbolon::cli
