#include <fmt/format.h>

#include "base/status_macros.h"
#include "cli/commands/command.h"
#include "cli/files.h"
#include "cli/profile.h"
#include "cli/qr_code.h"
#include "identity/present.h"
#include "ledger/entries/batch.h"
#include "ledger/entry_header.h"
#include "ledger/receipt.h"

namespace symbolon::cli {
namespace {

struct Options {
  std::string credential;
  std::vector<std::string> disclose;
  bool offline = false;
  std::string profile;
  std::string qr;
  std::string out;
};

absl::StatusOr<uint64_t> AttestationNumber(const identity::Credential& credential) {
  ASSIGN_OR_RETURN(ledger::Receipt receipt, ledger::DecodeReceipt(credential.receipt));
  ASSIGN_OR_RETURN(ledger::EntryHeader entry, ledger::DecodeEntryHeader(receipt.entry_header));
  return entry.first_attestation_number + credential.position;
}

// What makes a presentation good without a network: today's proof of its status, from a node.
absl::StatusOr<std::optional<Bytes>> FetchProof(const Options& options, const identity::Credential& credential) {
  if (!options.offline || options.profile.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(ClientProfile profile, LoadProfile(options.profile));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile));
  ASSIGN_OR_RETURN(uint64_t number, AttestationNumber(credential));
  ASSIGN_OR_RETURN(api::Verified verified, client->Verify(number, {}));
  if (verified.proof.empty()) return absl::NotFoundError(fmt::format("the node knows no attestation {}", number));
  return std::move(verified.proof);
}

absl::StatusOr<ExitCode> Present(const Console& console, const Options& options) {
  ASSIGN_OR_RETURN(identity::Credential credential, ReadCredentialFile(options.credential));
  RETURN_IF_ERROR(Annotate(identity::CheckCredential(credential), options.credential));
  ASSIGN_OR_RETURN(std::vector<uint8_t> slots, identity::SlotsByName(*credential.record.type, options.disclose));
  ASSIGN_OR_RETURN(std::optional<Bytes> proof, FetchProof(options, credential));
  ASSIGN_OR_RETURN(identity::Presentation presentation, identity::Present(credential, slots, proof));
  RETURN_IF_ERROR(WritePresentationFile(options.out, presentation));
  if (!options.qr.empty()) {
    ASSIGN_OR_RETURN(std::string text, identity::EncodePresentationText(presentation));
    RETURN_IF_ERROR(WriteQrCode(options.qr, text));
  }
  ASSIGN_OR_RETURN(Bytes bytes, identity::EncodePresentation(presentation));
  Json disclosed = Json::array();
  for (uint8_t slot : slots) disclosed.push_back(credential.record.type->slots[slot].name);
  console.Good(fmt::format("presentation of {} attributes, {} bytes, in {}", slots.size(), bytes.size(), options.out));
  if (options.offline && !proof) {
    console.Note("  without --profile it carries no proof of its status: an offline verifier will say so");
  }
  console.Object({{"ok", true}, {"disclosed", disclosed}, {"bytes", bytes.size()}, {"file", options.out}});
  return kOk;
}

}  // namespace

void AddPresent(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  CLI::App* present = app.add_subcommand("present", "Make a presentation that discloses some attributes of a credential");
  present->add_option("CREDENTIAL", o->credential, "Credential file")->required();
  present->add_option("--disclose", o->disclose, "Attribute names, separated by commas")->required()->delimiter(',');
  present->add_flag("--offline", o->offline, "Put in what a verifier without network needs (with --profile: the status, too)");
  present->add_option("--profile", o->profile, "client.toml: where to get the proof of the status");
  present->add_option("--qr", o->qr, "Also write a QR code (SVG)");
  present->add_option("--out", o->out, "File to write")->required();
  OnRun(present, context, [=](const Console& console) { return Present(console, *o); });
}

}  // namespace symbolon::cli
