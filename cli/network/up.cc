#include "cli/network/up.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <fstream>
#include <thread>

#include "base/status_macros.h"
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

// What a node says of itself, as its own operator asks.
absl::StatusOr<api::NodeState> StateOf(const Path& network, const std::string& agency) {
  ASSIGN_OR_RETURN(ClientProfile profile, LoadProfile(Profile(network, agency, "operator")));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile, kCallTimeoutMs));
  return client->State();
}

// Calls `attempt` until it is OK, the time is over, or a node that should run has ended.
absl::Status Poll(const Path& network, const std::vector<std::string>& agencies, int timeout_ms,
                  const std::function<absl::Status()>& attempt) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  while (true) {
    const absl::Status status = attempt();
    if (status.ok()) return status;
    for (const std::string& agency : agencies) {
      if (NodeRuns(network, agency)) continue;
      return absl::UnavailableError(
          fmt::format("the node of {} has ended; its log says:\n{}", agency, LogTail(network, agency, 3)));
    }
    if (Clock::now() > deadline) {
      return absl::UnavailableError(
          fmt::format("not ready after {} s: {}", timeout_ms / 1000, std::string(status.message())));
    }
    std::this_thread::sleep_for(kPoll);
  }
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

bool NodeRuns(const Path& network, const std::string& agency) {
  return RunningProcess(NodePid(network, agency), NodeConfig(network, agency).string()).ok();
}

absl::Status StartNode(const Path& network, const std::string& agency) {
  if (NodeRuns(network, agency)) return absl::OkStatus();
  ASSIGN_OR_RETURN(Path program, Sibling("symbolond"));
  ASSIGN_OR_RETURN(pid_t pid,
                   SpawnDetached({program.string(), "--config", NodeConfig(network, agency).string()},
                                 NodeLog(network, agency)));
  return storage::WriteFileAtomically(NodePid(network, agency), fmt::format("{}\n", pid));
}

absl::Status StopNode(const Path& network, const std::string& agency) {
  auto pid = RunningProcess(NodePid(network, agency), NodeConfig(network, agency).string());
  return pid.ok() ? EndProcess(*pid, kStopGraceMs) : absl::OkStatus();
}

absl::Status KillNode(const Path& network, const std::string& agency) {
  auto pid = RunningProcess(NodePid(network, agency), NodeConfig(network, agency).string());
  return pid.ok() ? KillProcess(*pid) : absl::OkStatus();
}

absl::StatusOr<std::string> WaitForLeader(const Path& network, const std::vector<std::string>& agencies,
                                          int timeout_ms) {
  std::string leader;
  RETURN_IF_ERROR(Poll(network, agencies, timeout_ms, [&]() -> absl::Status {
    leader.clear();
    std::string leader_name;
    for (const std::string& agency : agencies) {
      ASSIGN_OR_RETURN(api::NodeState state, StateOf(network, agency));
      if (state.leader_name.empty() || (!leader_name.empty() && leader_name != state.leader_name)) {
        return absl::UnavailableError(fmt::format("the node of {} knows no leader yet", agency));
      }
      leader_name = state.leader_name;
      if (state.node_name == state.leader_name) leader = agency;
    }
    return leader.empty() ? absl::UnavailableError("the leader does not run here") : absl::OkStatus();
  }));
  return leader;
}

absl::Status WaitForApplied(const Path& network, const std::string& agency, uint64_t index, int timeout_ms) {
  return Poll(network, {agency}, timeout_ms, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(api::NodeState state, StateOf(network, agency));
    if (state.applied_index >= index) return absl::OkStatus();
    return absl::UnavailableError(fmt::format("{} has applied {} of {} entries", agency, state.applied_index, index));
  });
}

absl::Status NetworkUp(const Path& network) {
  ASSIGN_OR_RETURN(std::vector<std::string> agencies, AgenciesOf(network));
  for (const std::string& agency : agencies) RETURN_IF_ERROR(StartNode(network, agency));
  return WaitForLeader(network, agencies, kReadyTimeoutMs).status();
}

absl::Status NetworkDown(const Path& network) {
  ASSIGN_OR_RETURN(std::vector<std::string> agencies, AgenciesOf(network));
  absl::Status first;
  for (const std::string& agency : agencies) {
    const absl::Status status = Annotate(StopNode(network, agency), agency);
    if (first.ok()) first = status;
  }
  return first;
}

std::string LogTail(const Path& network, const std::string& agency, int lines) {
  std::ifstream in(NodeLog(network, agency));
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
