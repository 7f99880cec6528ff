#include <fmt/format.h>

#include "base/status_macros.h"
#include "cli/commands/command.h"
#include "cli/publish/publisher.h"

namespace symbolon::cli {
namespace {

struct Options {
  PublishOptions publish;
  std::string profile = "client.toml";
};

Json ToJson(const PublishSummary& s, bool check_only) {
  Json batches = Json::array();
  for (const PublishedBatch& b : s.batches) {
    batches.push_back({{"sequence", b.sequence},
                       {"entry_index", b.entry_index},
                       {"first_attestation", b.first_attestation},
                       {"count", b.count},
                       {"existing", b.existing}});
  }
  Json refusals = Json::array();
  for (const Refused& r : s.refusals) refusals.push_back({{"line", r.line}, {"column", r.column}, {"reason", r.reason}});
  return {{"ok", s.refused == 0 || !s.refused_file.empty()},
          {"checked_only", check_only},
          {"rows", s.rows},
          {"attested", s.attested},
          {"unchanged", s.unchanged},
          {"refused", s.refused},
          {"refusals", refusals},
          {"refused_file", s.refused_file},
          {"batches", batches}};
}

void PrintRefusals(const Console& console, const PublishSummary& s, const std::string& file) {
  for (const Refused& r : s.refusals) {
    console.Line(fmt::format("  {}, line {}{}: {}", file, r.line, r.column.empty() ? "" : ", column " + r.column, r.reason));
  }
  if (s.refused > s.refusals.size()) console.Line(fmt::format("  and {} more", s.refused - s.refusals.size()));
}

absl::StatusOr<ExitCode> Run(const Console& console, Options o) {
  ClientProfile profile;
  if (!o.publish.check_only) {
    ASSIGN_OR_RETURN(profile, LoadProfile(o.profile));
    if (o.publish.out.empty()) return absl::InvalidArgumentError("--out is missing: where the credentials go");
  }
  std::optional<Progress> progress;
  o.publish.on_progress = [&](uint64_t done, uint64_t total) {
    if (!progress) progress.emplace(console, "publishing", total);
    progress->Set(done);
  };
  o.publish.note = [&](const std::string& text) { console.Note(text); };
  absl::StatusOr<PublishSummary> published = Publish(profile, o.publish);
  progress.reset();
  RETURN_IF_ERROR(published.status());
  const PublishSummary& s = *published;
  console.Object(ToJson(s, o.publish.check_only));
  if (s.refused > 0 && s.refused_file.empty()) {
    console.Bad(fmt::format("{} rows are bad; nothing of this file was published", s.refused));
    PrintRefusals(console, s, o.publish.file);
    return kBadInput;
  }
  if (o.publish.check_only) {
    console.Good(fmt::format("{} rows are good", s.rows));
    return kOk;
  }
  for (const PublishedBatch& b : s.batches) {
    console.Line(fmt::format("  batch {:<5} entry {:<7} attestations {} to {}{}", b.sequence, b.entry_index,
                             b.first_attestation, b.first_attestation + b.count - 1,
                             b.existing ? " (was in the ledger already)" : ""));
  }
  console.Good(fmt::format("{} attested now, {} before; credentials in {}", s.attested, s.unchanged, o.publish.out));
  if (s.refused > 0) {
    console.Bad(fmt::format("{} bad rows were left out, with their reasons: {}", s.refused, s.refused_file));
    PrintRefusals(console, s, o.publish.file);
  }
  return kOk;
}

}  // namespace

void AddPublish(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  CLI::App* publish = app.add_subcommand("publish", "Attest the records of a registry's CSV file");
  publish->add_option("FILE", o->publish.file, "CSV file")->required();
  publish->add_option("--mapping", o->publish.mapping_file, "Mapping file (TOML): how columns become attributes")->required();
  publish->add_option("--type", o->publish.record_type, "Record type, as a check against the mapping's");
  publish->add_option("--profile", o->profile, "client.toml of a registrar")->capture_default_str();
  publish->add_option("--out", o->publish.out, "Folder for the credentials; give the same one again to go on");
  publish->add_option("--batch-size", o->publish.batch_size, "Records signed together")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  publish->add_flag("--skip-bad", o->publish.skip_bad, "Publish the good rows, write the bad ones to a file with reasons");
  publish->add_flag("--check", o->publish.check_only, "Only check the file; sends nothing");
  OnRun(publish, context, [=](const Console& console) { return Run(console, *o); });
}

}  // namespace symbolon::cli
