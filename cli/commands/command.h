#pragma once
// How a command joins the program: each file of this folder adds one command to the parser.

#include <absl/status/statusor.h>

#include <CLI/CLI.hpp>
#include <functional>

#include "cli/console.h"
#include "cli/exit_codes.h"

namespace symbolon::cli {

// What all commands share; lives as long as the parser.
struct Context {
  bool json = false;
  int exit_code = kOk;
};

// Runs `body` when `command` was chosen. Its value is the exit code; an error is printed and gives the code
// that goes with it (exit_codes.h).
void OnRun(CLI::App* command, Context& context, std::function<absl::StatusOr<ExitCode>(const Console&)> body);

void AddNetwork(CLI::App& app, Context& context);
void AddPublish(CLI::App& app, Context& context);
void AddPresent(CLI::App& app, Context& context);
void AddVerify(CLI::App& app, Context& context);
void AddStatus(CLI::App& app, Context& context);
void AddAudit(CLI::App& app, Context& context);
void AddExport(CLI::App& app, Context& context);
void AddNode(CLI::App& app, Context& context);
void AddMember(CLI::App& app, Context& context);
void AddDemo(CLI::App& app, Context& context);

}  // namespace symbolon::cli
