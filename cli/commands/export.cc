#include "cli/export.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "cli/commands/command.h"

namespace symbolon::cli {
namespace {

struct Options {
  std::string profile;
  std::string node;
  std::string out;
};

absl::StatusOr<ExportSummary> Run(const Console& console, const Options& o) {
  if (!o.node.empty()) return ExportFromData(console, o.node, o.out);
  ASSIGN_OR_RETURN(ClientProfile profile, LoadProfile(o.profile));
  return ExportFromNode(console, profile, o.out);
}

absl::StatusOr<ExitCode> Export(const Console& console, const Options& o) {
  ASSIGN_OR_RETURN(ExportSummary summary, Run(console, o));
  console.Good(fmt::format("{} entries and {} bodies in {}", summary.entries, summary.bodies, o.out));
  console.Line(fmt::format("  next: symbolon audit --bundle {} --trust trust.json", o.out));
  console.Object({{"ok", true}, {"entries", summary.entries}, {"bodies", summary.bodies}, {"directory", o.out}});
  return kOk;
}

}  // namespace

void AddExport(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("export", "Write the ledger as files (C2SP tiles) for audit or a web server");
  auto* source = command->add_option_group("source");
  source->add_option("--profile", o->profile, "client.toml: the ledger of a running node");
  source->add_option("--node", o->node, "node.toml of a node that does not run: its data as they lie on disk");
  source->require_option(1);
  command->add_option("--out", o->out, "Folder to make")->required();
  OnRun(command, context, [=](const Console& console) { return Export(console, *o); });
}

}  // namespace symbolon::cli
