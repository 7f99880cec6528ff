#include "tests/bench/symbolon_network.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "base/status_macros.h"
#include "cli/network/init.h"
#include "cli/network/plan.h"
#include "cli/network/process.h"
#include "cli/network/up.h"
#include "cli/profile.h"
#include "ledger/genesis.h"
#include "storage/atomic_file.h"
#include "storage/store.h"

namespace symbolon::bench {
namespace {

constexpr int kTimeoutMs = 60000;
constexpr size_t kMaxGenesisBytes = 4 << 20;

constexpr const char* kAgencies[] = {"THA-DOPA", "PHL-PSA", "VNM-XNC"};

std::string Plan() {
  std::string plan = "origin = \"bench.symbolon.example\"\n";
  for (const char* id : kAgencies) {
    plan += fmt::format(
        "[[agency]]\nid = \"{0}\"\nname = \"{0}\"\nissues = [\"birth\"]\n"
        "clients = [\"registrar\", \"verifier\", \"auditor\", \"operator\"]\n",
        id);
  }
  return plan;
}

uint64_t NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

absl::StatusOr<std::unique_ptr<SymbolonNetwork>> SymbolonNetwork::Start(const cli::Path& folder,
                                                                        int issuers) {
  std::unique_ptr<SymbolonNetwork> network(new SymbolonNetwork(folder));
  RETURN_IF_ERROR(network->Create(issuers));
  RETURN_IF_ERROR(cli::NetworkUp(folder));
  return network;
}

SymbolonNetwork::~SymbolonNetwork() {
  Stop().IgnoreError();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

absl::Status SymbolonNetwork::Stop() {
  return cli::NetworkDown(folder_);
}

absl::Status SymbolonNetwork::Create(int issuers) {
  ASSIGN_OR_RETURN(const cli::NetworkPlan plan, cli::ParseNetworkPlan(Plan(), "network.toml"));
  RETURN_IF_ERROR(cli::InitNetwork(plan, Plan(), folder_, NowMs()));
  RETURN_IF_ERROR(AddIssuers(issuers));
  ASSIGN_OR_RETURN(agencies_, cli::AgenciesOf(folder_));
  return absl::OkStatus();
}

// More batch keys than `network init` makes: another genesis, and so another network id, for which the stores
// are made anew.
absl::Status SymbolonNetwork::AddIssuers(int issuers) {
  const std::string file = cli::GenesisFile(folder_).string();
  ASSIGN_OR_RETURN(Bytes bytes, storage::ReadWholeFile(file, kMaxGenesisBytes));
  ASSIGN_OR_RETURN(ledger::Genesis genesis, ledger::DecodeGenesis(bytes));
  std::vector<ledger::Agency>& agencies = genesis.registry.agencies;
  for (int i = 0; i < issuers; ++i) {
    ledger::Agency& agency = agencies[i % agencies.size()];
    Issuer issuer;
    issuer.agency = agency.id;
    issuer.key_id = agency.batch_keys.back().id + 1;
    issuer.key = std::make_unique<SigningKey>(SigningKey::Generate());
    agency.batch_keys.push_back({.id = issuer.key_id, .key = issuer.key->public_key()});
    issuers_.push_back(std::move(issuer));
  }
  ASSIGN_OR_RETURN(bytes, ledger::EncodeGenesis(genesis));
  RETURN_IF_ERROR(storage::WriteFileAtomically(file, bytes));
  ASSIGN_OR_RETURN(ledger::Trust trust, ledger::Trust::FromGenesis(bytes));
  trust_ = std::make_unique<ledger::Trust>(std::move(trust));
  for (const ledger::Agency& agency : agencies) {
    storage::Options options;
    options.dir = DataFolder(agency.id);
    options.create_if_missing = true;
    std::filesystem::remove_all(options.dir);
    ASSIGN_OR_RETURN(const auto store,
                     storage::Store::Open(options, {trust_->network(), agency.nodes.front().number}));
    RETURN_IF_ERROR(store->Close());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<api::Client>> SymbolonNetwork::Connect(const std::string& agency,
                                                                      const std::string& role) const {
  ASSIGN_OR_RETURN(const cli::ClientProfile profile,
                   cli::LoadProfile(cli::Profile(folder_, agency, role).string()));
  return cli::Connect(profile, kTimeoutMs);
}

absl::StatusOr<std::string> SymbolonNetwork::Leader() const {
  return cli::WaitForLeader(folder_, agencies_, kTimeoutMs);
}

absl::Status SymbolonNetwork::AwaitCaughtUp() const {
  ASSIGN_OR_RETURN(const std::string leader, Leader());
  ASSIGN_OR_RETURN(const auto client, Connect(leader, "operator"));
  ASSIGN_OR_RETURN(const api::NodeState state, client->State());
  for (const std::string& agency : agencies_) {
    RETURN_IF_ERROR(cli::WaitForApplied(folder_, agency, state.last_index, kTimeoutMs));
  }
  return absl::OkStatus();
}

absl::StatusOr<pid_t> SymbolonNetwork::Pid(const std::string& agency) const {
  return cli::RunningProcess(cli::NodePid(folder_, agency), cli::NodeConfig(folder_, agency).string());
}

absl::StatusOr<std::vector<pid_t>> SymbolonNetwork::Pids() const {
  std::vector<pid_t> pids;
  for (const std::string& agency : agencies_) {
    ASSIGN_OR_RETURN(const pid_t pid, Pid(agency));
    pids.push_back(pid);
  }
  return pids;
}

}  // namespace symbolon::bench
