// Chapter: a traveller from Thailand shows three attributes at the Philippine desk; then four forgeries.

#include <fmt/format.h>

#include "base/status_macros.h"
#include "cli/demo/stage.h"
#include "cli/files.h"
#include "cli/verify.h"
#include "identity/present.h"
#include "ledger/receipt.h"

namespace symbolon::cli {
namespace {

// Two rows of the Thai sample file.
constexpr char kTraveller[] = "birth-910256700002.json";
constexpr char kOther[] = "birth-910256700003.json";
constexpr char kDesk[] = "PHL-PSA";

absl::StatusOr<identity::Presentation> ThreeAttributes(const Stage& stage, const std::string& file) {
  ASSIGN_OR_RETURN(identity::Credential credential,
                   ReadCredentialFile((stage.Credentials("THA-DOPA") / file).string()));
  const std::vector<std::string> names = {"family_name_latin", "given_name_latin", "birth_date"};
  ASSIGN_OR_RETURN(std::vector<uint8_t> slots, identity::SlotsByName(*credential.record.type, names));
  return identity::Present(credential, slots);
}

absl::StatusOr<identity::PresentationResult> AtTheDesk(const Stage& stage, const identity::Presentation& presentation) {
  ASSIGN_OR_RETURN(ClientProfile profile, stage.ProfileOf(kDesk, "verifier"));
  ASSIGN_OR_RETURN(ledger::Trust trust, LoadTrust(profile));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile));
  VerifyRules rules;
  rules.linearizable = true;
  return VerifyOnline(presentation, trust, *client, rules, NowMs());
}

absl::Status TellForgery(Stage& stage, const std::string& step, const std::string& what, const std::string& expected,
                         const identity::Presentation& forged) {
  ASSIGN_OR_RETURN(identity::PresentationResult result, AtTheDesk(stage, forged));
  stage.tell.Step(step, !result.verified && result.reason == expected,
                  fmt::format("{}: not verified, {}", what, result.reason),
                  {{"verified", result.verified}, {"reason", result.reason}});
  return absl::OkStatus();
}

}  // namespace

absl::Status TellVerification(Stage& stage) {
  stage.tell.Chapter("A border desk in another state verifies a traveller against its own node");
  ASSIGN_OR_RETURN(identity::Presentation presentation, ThreeAttributes(stage, kTraveller));
  const Path file = stage.work / "traveller.presentation";
  RETURN_IF_ERROR(WritePresentationFile(file.string(), presentation));
  ASSIGN_OR_RETURN(identity::Presentation shown, ReadPresentationFile(file.string()));
  ASSIGN_OR_RETURN(identity::PresentationResult result, AtTheDesk(stage, shown));
  if (!result.verified) {
    stage.tell.Step("verify", false, "the Thai birth credential does not verify: " + result.sentence,
                    {{"reason", result.reason}});
    return absl::OkStatus();
  }
  stage.tell.Step("verify", result.facts->attributes.size() == 3 && result.facts->issuer == "THA-DOPA",
                  fmt::format("{} of {}: {} attributes disclosed, 29 not, {} by {}", kDesk, "a Thai birth credential",
                              result.facts->attributes.size(), result.reason, result.facts->issuer),
                  {{"verified", true},
                   {"disclosed", result.facts->attributes.size()},
                   {"issuer", result.facts->issuer},
                   {"attestation_number", result.facts->attestation_number}});
  return absl::OkStatus();
}

absl::Status TellTampering(Stage& stage) {
  stage.tell.Chapter("What is changed does not verify, and the desk is told why");
  ASSIGN_OR_RETURN(const identity::Presentation good, ThreeAttributes(stage, kTraveller));
  ASSIGN_OR_RETURN(const identity::Presentation other, ThreeAttributes(stage, kOther));

  identity::Presentation forged = good;
  forged.disclosures[2].value = "1990-01-01";
  RETURN_IF_ERROR(TellForgery(stage, "tamper_value", "a changed birth date", "value_or_salt_mismatch", forged));

  forged = good;
  forged.disclosures[0].salt = other.disclosures[0].salt;
  RETURN_IF_ERROR(TellForgery(stage, "tamper_salt", "a foreign salt", "value_or_salt_mismatch", forged));

  ASSIGN_OR_RETURN(identity::Credential foreign,
                   ReadCredentialFile((stage.Credentials("BGD-ORG") / "birth-20239913999000001.json").string()));
  forged = good;
  forged.receipt = foreign.receipt;
  RETURN_IF_ERROR(TellForgery(stage, "tamper_receipt", "a swapped receipt", "wrong_receipt", forged));

  forged = good;
  forged.multiproof.push_back(forged.multiproof.front());
  return TellForgery(stage, "tamper_proof", "a proof with a hash too many", "extra_hash", forged);
}

}  // namespace symbolon::cli
