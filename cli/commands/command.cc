#include "cli/commands/command.h"

namespace symbolon::cli {

void OnRun(CLI::App* command, Context& context, std::function<absl::StatusOr<ExitCode>(const Console&)> body) {
  command->callback([&context, body = std::move(body)] {
    const Console console(context.json);
    const absl::StatusOr<ExitCode> result = body(console);
    if (!result.ok()) console.Error(result.status());
    context.exit_code = result.ok() ? *result : ExitCodeOf(result.status());
  });
}

}  // namespace symbolon::cli
