#include <sodium.h>

#include "cli/commands/command.h"

int main(int argc, char** argv) {
  using namespace symbolon::cli;  // NOLINT(google-build-using-namespace)
  if (sodium_init() < 0) return kBadInput;

  CLI::App app("Symbolon: attestations of civil registries, and their verification", "symbolon");
  app.require_subcommand(1);
  app.fallthrough();
  Context context;
  app.add_flag("--json", context.json, "One JSON object a line, for scripts");
  AddNetwork(app, context);
  AddPublish(app, context);
  AddPresent(app, context);
  AddVerify(app, context);
  AddStatus(app, context);
  AddAudit(app, context);
  AddExport(app, context);
  AddNode(app, context);
  AddMember(app, context);
  AddDemo(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kOk : kBadInput;
  }
  return context.exit_code;
}
