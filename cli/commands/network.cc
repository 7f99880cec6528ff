#include <fmt/format.h>

#include "base/status_macros.h"
#include "cli/commands/command.h"
#include "cli/files.h"
#include "cli/network/add_node.h"
#include "cli/network/init.h"
#include "cli/network/plan.h"
#include "cli/network/up.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

constexpr size_t kMaxPlanBytes = 1 << 20;

absl::StatusOr<ExitCode> Init(const Console& console, const std::string& config, const std::string& out) {
  std::string text = TrainingPlan();
  if (!config.empty()) {
    ASSIGN_OR_RETURN(text, storage::ReadWholeFile(config, kMaxPlanBytes));
  }
  ASSIGN_OR_RETURN(NetworkPlan plan, ParseNetworkPlan(text, config.empty() ? "the training plan" : config));
  RETURN_IF_ERROR(InitNetwork(plan, text, out, NowMs()));
  console.Good(fmt::format("network {} of {} agencies in {}", plan.origin, plan.agencies.size(), out));
  console.Line(fmt::format("  next: symbolon network up {}", out));
  console.Object({{"ok", true}, {"origin", plan.origin}, {"agencies", plan.agencies.size()}, {"directory", out}});
  return kOk;
}

absl::StatusOr<ExitCode> MakeNode(const Console& console, const std::string& folder, const NewNode& wanted) {
  ASSIGN_OR_RETURN(const NewNodeFolder made,
                   AddNodeFolder(folder, wanted, static_cast<int64_t>(NowMs() / 1000)));
  console.Good(fmt::format("node {} {} of {} at {}, in {}", made.number, made.name, wanted.agency, made.address,
                           made.folder.string()));
  console.Line("  it is nobody's yet; the stewards admit it:");
  console.Line(fmt::format("  next: symbolon network up {}", folder));
  console.Line(fmt::format("        symbolon member propose add-node --request {} --out add.proposal",
                           made.request.string()));
  console.Object({{"ok", true},
                  {"number", made.number},
                  {"name", made.name},
                  {"address", made.address},
                  {"directory", made.folder.string()},
                  {"request", made.request.string()}});
  return kOk;
}

absl::StatusOr<ExitCode> Up(const Console& console, const std::string& folder) {
  RETURN_IF_ERROR(NetworkUp(folder));
  ASSIGN_OR_RETURN(std::vector<std::string> agencies, AgenciesOf(folder));
  Json profiles = Json::array();
  console.Good(fmt::format("{} nodes run and know their leader; client profiles:", agencies.size()));
  for (const std::string& agency : agencies) {
    for (const char* role : {"registrar", "verifier", "auditor", "operator"}) {
      const Path profile = Profile(folder, agency, role);
      if (!storage::FileExists(profile.string())) continue;
      console.Line("  " + profile.string());
      profiles.push_back(profile.string());
    }
  }
  console.Object({{"ok", true}, {"agencies", agencies}, {"profiles", profiles}});
  return kOk;
}

absl::StatusOr<ExitCode> Down(const Console& console, const std::string& folder) {
  RETURN_IF_ERROR(NetworkDown(folder));
  console.Good("all nodes have ended");
  console.Object({{"ok", true}});
  return kOk;
}

}  // namespace

void AddNetwork(CLI::App& app, Context& context) {
  CLI::App* network = app.add_subcommand("network", "Make and run a network on this machine");
  network->require_subcommand(1);

  auto config = std::make_shared<std::string>();
  auto out = std::make_shared<std::string>();
  CLI::App* init = network->add_subcommand("init", "Make keys, certificates, genesis and configurations");
  init->add_option("--config", *config, "network.toml (default: a training network of five agencies)");
  init->add_option("--out", *out, "Folder to make")->required();
  OnRun(init, context, [=](const Console& console) { return Init(console, *config, *out); });

  auto wanted = std::make_shared<NewNode>();
  auto where = std::make_shared<std::string>();
  CLI::App* add = network->add_subcommand("add-node", "Make keys and configuration of a new node");
  add->add_option("DIR", *where, "Folder of the network")->required();
  add->add_option("--agency", wanted->agency, "Whose node it is")->required();
  add->add_option("--number", wanted->number, "Never used before in the network (default: the next in this folder)");
  add->add_option("--name", wanted->name, "Likewise (default: the agency and a number)");
  add->add_option("--address", wanted->address, "host:port")->capture_default_str();
  OnRun(add, context, [=](const Console& console) { return MakeNode(console, *where, *wanted); });

  auto folder = std::make_shared<std::string>();
  CLI::App* up = network->add_subcommand("up", "Start every node and wait until they have a leader");
  up->add_option("DIR", *folder, "Folder of the network")->required();
  OnRun(up, context, [=](const Console& console) { return Up(console, *folder); });

  CLI::App* down = network->add_subcommand("down", "End every node");
  down->add_option("DIR", *folder, "Folder of the network")->required();
  OnRun(down, context, [=](const Console& console) { return Down(console, *folder); });
}

}  // namespace symbolon::cli
