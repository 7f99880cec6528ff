#include "cli/network/up.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <fstream>
#include <thread>

#include "base/status_macros.h"
#include "cli/network/node_folder.h"
#include "cli/network/process.h"
#include "cli/profile.h"
#include "ledger/genesis.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kStopGraceMs = 20000;
constexpr int kReadyTimeoutMs = 60000;
constexpr int kCallTimeoutMs = 2000;
constexpr auto kPoll = std::chrono::milliseconds(50);
constexpr size_t kMaxGenesisBytes = 4 << 20;

NodeFolder FoundingNode(const Path& network, const std::string& agency) {
  return {agency, NodeDir(network, agency), Profile(network, agency, "operator")};
}

std::vector<NodeFolder> FoundingNodes(const Path& network, const std::vector<std::string>& agencies) {
  std::vector<NodeFolder> nodes;
  for (const std::string& agency : agencies) nodes.push_back(FoundingNode(network, agency));
  return nodes;
}

// What a node says of itself, as its own operator asks.
absl::StatusOr<api::NodeState> StateOf(const NodeFolder& node) {
  ASSIGN_OR_RETURN(ClientProfile profile, LoadProfile(node.operator_profile));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile, kCallTimeoutMs));
  return client->State();
}

absl::StatusOr<pid_t> ProcessIn(const Path& dir) {
  return RunningProcess(PidIn(dir), ConfigIn(dir).string());
}

absl::Status StartIn(const Path& dir) {
  if (ProcessIn(dir).ok()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Path program, Sibling("symbolond"));
  ASSIGN_OR_RETURN(pid_t pid, SpawnDetached({program.string(), "--config", ConfigIn(dir).string()}, LogIn(dir)));
  return storage::WriteFileAtomically(PidIn(dir), fmt::format("{}\n", pid));
}

absl::Status StopIn(const Path& dir) {
  auto pid = ProcessIn(dir);
  return pid.ok() ? EndProcess(*pid, kStopGraceMs) : absl::OkStatus();
}

// Calls `attempt` until it is OK, the time is over, or a node that should run has ended.
absl::Status Poll(const std::vector<NodeFolder>& nodes, int timeout_ms, const std::function<absl::Status()>& attempt) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  while (true) {
    const absl::Status status = attempt();
    if (status.ok()) return status;
    for (const NodeFolder& node : nodes) {
      if (ProcessIn(node.dir).ok()) continue;
      return absl::UnavailableError(fmt::format("the node of {} in {} has ended; its log says:\n{}", node.agency,
                                                node.dir.string(), LogTail(node.dir, 3)));
    }
    if (Clock::now() > deadline) {
      return absl::UnavailableError(
          fmt::format("not ready after {} s: {}", timeout_ms / 1000, std::string(status.message())));
    }
    std::this_thread::sleep_for(kPoll);
  }
}

// The agency whose node leads. Nodes that are no members yet, or no longer, know no leader and need none.
absl::StatusOr<std::string> WaitForLeaderOf(const std::vector<NodeFolder>& nodes, int timeout_ms) {
  std::string leader;
  RETURN_IF_ERROR(Poll(nodes, timeout_ms, [&]() -> absl::Status {
    leader.clear();
    std::string leader_name;
    for (const NodeFolder& node : nodes) {
      ASSIGN_OR_RETURN(api::NodeState state, StateOf(node));
      if (state.kind == "joining" || state.kind == "removed") continue;
      if (state.leader_name.empty() || (!leader_name.empty() && leader_name != state.leader_name)) {
        return absl::UnavailableError(fmt::format("{} of {} knows no leader yet", state.node_name, node.agency));
      }
      leader_name = state.leader_name;
      if (state.node_name == state.leader_name) leader = node.agency;
    }
    return leader.empty() ? absl::UnavailableError("the leader does not run here") : absl::OkStatus();
  }));
  return leader;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> AgenciesOf(const Path& network) {
  ASSIGN_OR_RETURN(Bytes bytes, storage::ReadWholeFile(GenesisFile(network), kMaxGenesisBytes));
  ASSIGN_OR_RETURN(ledger::Genesis genesis, ledger::DecodeGenesis(bytes));
  std::vector<std::string> out;
  for (const ledger::Agency& agency : genesis.registry.agencies) {
    if (!agency.nodes.empty()) out.push_back(agency.id);
  }
  return out;
}

absl::StatusOr<std::vector<NodeFolder>> NodesOf(const Path& network) {
  ASSIGN_OR_RETURN(const std::vector<std::string> agencies, AgenciesOf(network));
  std::vector<NodeFolder> nodes = FoundingNodes(network, agencies);
  for (const std::string& agency : agencies) {
    for (const auto& entry : std::filesystem::directory_iterator(network / agency)) {
      const Path request = NodeRequest(entry.path());
      if (!storage::FileExists(request.string())) continue;
      ASSIGN_OR_RETURN(const ledger::AddNode added, ReadNodeRequest(request.string()));
      nodes.push_back({agency, entry.path(),
                       RoleDir(network, agency, "operator") / fmt::format("client-{}.toml", added.node.name)});
    }
  }
  return nodes;
}

bool NodeRuns(const Path& network, const std::string& agency) {
  return ProcessIn(NodeDir(network, agency)).ok();
}

absl::Status StartNode(const Path& network, const std::string& agency) {
  return StartIn(NodeDir(network, agency));
}

absl::Status StopNode(const Path& network, const std::string& agency) {
  return StopIn(NodeDir(network, agency));
}

absl::Status KillNode(const Path& network, const std::string& agency) {
  auto pid = ProcessIn(NodeDir(network, agency));
  return pid.ok() ? KillProcess(*pid) : absl::OkStatus();
}

absl::StatusOr<std::string> WaitForLeader(const Path& network, const std::vector<std::string>& agencies,
                                          int timeout_ms) {
  return WaitForLeaderOf(FoundingNodes(network, agencies), timeout_ms);
}

absl::Status WaitForApplied(const Path& network, const std::string& agency, uint64_t index, int timeout_ms) {
  const NodeFolder node = FoundingNode(network, agency);
  return Poll({node}, timeout_ms, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(api::NodeState state, StateOf(node));
    if (state.applied_index >= index) return absl::OkStatus();
    return absl::UnavailableError(fmt::format("{} has applied {} of {} entries", agency, state.applied_index, index));
  });
}

absl::Status NetworkUp(const Path& network) {
  ASSIGN_OR_RETURN(const std::vector<NodeFolder> nodes, NodesOf(network));
  for (const NodeFolder& node : nodes) RETURN_IF_ERROR(StartIn(node.dir));
  return WaitForLeaderOf(nodes, kReadyTimeoutMs).status();
}

absl::Status NetworkDown(const Path& network) {
  ASSIGN_OR_RETURN(const std::vector<NodeFolder> nodes, NodesOf(network));
  absl::Status first;
  for (const NodeFolder& node : nodes) {
    const absl::Status status = Annotate(StopIn(node.dir), node.dir.string());
    if (first.ok()) first = status;
  }
  return first;
}

std::string LogTail(const Path& node_dir, int lines) {
  std::ifstream in(LogIn(node_dir));
  std::deque<std::string> tail;
  for (std::string line; std::getline(in, line);) {
    tail.push_back(line);
    if (tail.size() > static_cast<size_t>(lines)) tail.pop_front();
  }
  std::string out;
  for (const std::string& line : tail) out += "  " + line + "\n";
  return out;
}

}  // namespace symbolon::cli
