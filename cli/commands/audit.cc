#include "cli/audit.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "cli/commands/command.h"
#include "cli/profile.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

struct Options {
  std::string profile;
  std::string bundle;
  std::string trust;
  std::string since;
  std::string report;
};

Json ToJson(const ledger::AuditReport& r) {
  Json rejected = Json::object();
  for (const auto& [verdict, count] : r.rejected) rejected[std::string(ledger::VerdictName(verdict))] = count;
  Json json = {{"ok", !r.finding},
               {"agrees", !r.finding},
               {"entries", r.entries},
               {"attestations", r.attestations},
               {"accepted_entries", r.accepted},
               {"rejected_entries", rejected},
               {"attestations_by_issuer", r.by_issuer},
               {"seals", r.seals},
               {"registry_version", r.registry_version},
               {"root", ToHex(r.root)}};
  if (r.finding) {
    json["finding"] = {{"entry_index", r.finding->entry_index},
                       {"agency", r.finding->agency},
                       {"check", ledger::AuditCheckName(r.finding->check)},
                       {"detail", r.finding->detail}};
  }
  return json;
}

void Print(const Console& console, const ledger::AuditReport& r) {
  console.Line(fmt::format("  {} entries, {} attestations, {} seals; {} entries accepted", r.entries, r.attestations,
                           r.seals, r.accepted));
  for (const auto& [issuer, count] : r.by_issuer) console.Line(fmt::format("  {:<14} {} attestations", issuer, count));
  for (const auto& [verdict, count] : r.rejected) {
    console.Line(fmt::format("  rejected as {}: {} entries", ledger::VerdictName(verdict), count));
  }
  if (!r.finding) {
    console.Good(fmt::format("the whole history agrees with the checkpoint; root {}", ToHex(r.root)));
    return;
  }
  console.Bad(fmt::format("entry {}{}: {} ({})", r.finding->entry_index,
                          r.finding->agency.empty() ? "" : " of " + r.finding->agency, r.finding->detail,
                          ledger::AuditCheckName(r.finding->check)));
}

absl::StatusOr<ledger::AuditReport> Run(const Console& console, const Options& o) {
  if (!o.bundle.empty()) return AuditBundle(console, o.bundle, o.trust, o.since);
  ASSIGN_OR_RETURN(ClientProfile profile, LoadProfile(o.profile));
  return AuditNode(console, profile, o.since);
}

absl::StatusOr<ExitCode> Audit(const Console& console, const Options& o) {
  ASSIGN_OR_RETURN(ledger::AuditReport report, Run(console, o));
  Print(console, report);
  console.Object(ToJson(report));
  if (!o.report.empty()) RETURN_IF_ERROR(storage::WriteFileAtomically(o.report, ToJson(report).dump(1) + "\n"));
  return report.finding ? kNotVerified : kOk;
}

}  // namespace

void AddAudit(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  CLI::App* audit = app.add_subcommand("audit", "Replay the whole ledger and check everything in it");
  auto* source = audit->add_option_group("source");
  source->add_option("--profile", o->profile, "client.toml of an auditor: the ledger of a running node");
  auto* bundle = source->add_option("--bundle", o->bundle, "Folder of an export");
  source->require_option(1);
  audit->add_option("--trust", o->trust, "Trust bundle for --bundle (default: the export's own genesis)")->needs(bundle);
  audit->add_option("--since", o->since, "File of a checkpoint seen earlier: the ledger must contain it unaltered");
  audit->add_option("--report", o->report, "File for the report (JSON)");
  OnRun(audit, context, [=](const Console& console) { return Audit(console, *o); });
}

}  // namespace symbolon::cli
