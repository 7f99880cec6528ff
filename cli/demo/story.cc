#include "cli/demo/story.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "cli/demo/stage.h"
#include "cli/files.h"
#include "cli/network/init.h"
#include "cli/network/plan.h"
#include "cli/network/process.h"
#include "cli/network/up.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

absl::Status TellAll(Stage& stage, uint64_t records) {
  RETURN_IF_ERROR(TellSetUp(stage));
  RETURN_IF_ERROR(TellPublishing(stage));
  RETURN_IF_ERROR(TellVerification(stage));
  RETURN_IF_ERROR(TellTampering(stage));
  RETURN_IF_ERROR(TellRevocation(stage));
  RETURN_IF_ERROR(TellFailover(stage, records));
  RETURN_IF_ERROR(TellAudit(stage));
  return TellDamage(stage);
}

}  // namespace

absl::StatusOr<Path> FindSamples() {
  std::error_code error;
  const Path self = std::filesystem::read_symlink("/proc/self/exe", error);
  for (Path folder = self.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    for (const Path& candidate : {folder / "samples", folder / "share" / "symbolon" / "samples"}) {
      if (storage::FileExists((candidate / "births_tha.csv").string())) return candidate;
    }
  }
  return absl::NotFoundError("the sample files (samples/) are not beside this program nor in a folder above it");
}

absl::Status TellSetUp(Stage& stage) {
  stage.tell.Chapter("Five agencies found a network, each with a node of its own");
  const std::string plan_text = TrainingPlan();
  ASSIGN_OR_RETURN(NetworkPlan plan, ParseNetworkPlan(plan_text, "the training plan"));
  RETURN_IF_ERROR(InitNetwork(plan, plan_text, stage.network, NowMs()));
  ASSIGN_OR_RETURN(stage.agencies, AgenciesOf(stage.network));
  stage.tell.Step("network_init", stage.agencies.size() == 5,
                  fmt::format("{}: keys, certificates, genesis", fmt::join(stage.agencies, ", ")),
                  {{"agencies", stage.agencies}});
  RETURN_IF_ERROR(NetworkUp(stage.network));
  ASSIGN_OR_RETURN(std::string leader, WaitForLeader(stage.network, stage.agencies, 30000));
  stage.tell.Step("network_up", true, fmt::format("five nodes run; the node of {} leads", leader), {{"leader", leader}});
  return absl::OkStatus();
}

absl::StatusOr<bool> TellStory(const Console& console, const DemoOptions& options) {
  Teller teller(console);
  Stage stage{console, teller, options.folder / "network", options.folder / "work", {}, {}};
  ASSIGN_OR_RETURN(stage.samples, FindSamples());
  RETURN_IF_ERROR(storage::CreateDirectories(stage.work.string(), 0750));
  const absl::Status told = TellAll(stage, options.records);
  if (storage::FileExists(GenesisFile(stage.network).string()) && !options.keep_running) {
    RETURN_IF_ERROR(NetworkDown(stage.network));
  }
  RETURN_IF_ERROR(told);
  return teller.all_ok();
}

}  // namespace symbolon::cli
