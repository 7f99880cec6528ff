#include "cli/network/add_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "base/status_macros.h"
#include "cli/network/free_ports.h"
#include "cli/network/node_folder.h"
#include "ledger/genesis.h"
#include "storage/atomic_file.h"
#include "storage/key_file.h"

namespace symbolon::cli {
namespace {

constexpr size_t kMaxGenesisBytes = 4 << 20;
constexpr size_t kMaxPemBytes = 64 << 10;
constexpr size_t kMaxProfileBytes = 64 << 10;

// Numbers and names that were given in this folder: the genesis's, and those of nodes added since.
absl::StatusOr<std::vector<ledger::Node>> KnownNodes(const Path& network, const ledger::Genesis& genesis) {
  std::vector<ledger::Node> nodes;
  for (const ledger::Agency& agency : genesis.registry.agencies) {
    nodes.insert(nodes.end(), agency.nodes.begin(), agency.nodes.end());
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(network / agency.id, error)) {
      const Path request = NodeRequest(entry.path());
      if (!storage::FileExists(request.string())) continue;
      ASSIGN_OR_RETURN(const ledger::AddNode added, ReadNodeRequest(request.string()));
      nodes.push_back(added.node);
    }
  }
  return nodes;
}

uint64_t NextNumber(const std::vector<ledger::Node>& nodes) {
  uint64_t last = 0;
  for (const ledger::Node& node : nodes) last = std::max(last, node.number);
  return last + 1;
}

// THA-DOPA-2 behind THA-DOPA-1.
std::string NextName(const std::vector<ledger::Node>& nodes, const std::string& agency) {
  for (int i = 1;; ++i) {
    std::string name = fmt::format("{}-{}", agency, i);
    const bool used =
        std::any_of(nodes.begin(), nodes.end(), [&](const ledger::Node& node) { return node.name == name; });
    if (!used) return name;
  }
}

absl::StatusOr<api::GeneratedAuthority> ReadAuthority(const Path& folder) {
  const std::string key = (folder / "ca.key").string();
  RETURN_IF_ERROR(storage::CheckPrivate(key));
  api::GeneratedAuthority authority;
  ASSIGN_OR_RETURN(authority.certificate, storage::ReadWholeFile((folder / "ca.crt").string(), kMaxPemBytes));
  ASSIGN_OR_RETURN(authority.private_key, storage::ReadWholeFile(key, kMaxPemBytes));
  return authority;
}

// The agency's clients keep who they are; another profile leads them to the new node.
absl::Status WriteProfiles(const Path& network, const NodePlan& plan) {
  for (const char* role : {"registrar", "verifier", "auditor", "operator"}) {
    const Path profile = Profile(network, plan.agency, role);
    if (!storage::FileExists(profile.string())) continue;
    ASSIGN_OR_RETURN(std::string text, storage::ReadWholeFile(profile.string(), kMaxProfileBytes));
    text = std::regex_replace(text, std::regex("(\\[node\\]\n)address = .*\nname = .*\n"),
                              fmt::format("$1address = \"{}\"\nname = \"{}\"\n", plan.address, plan.name));
    RETURN_IF_ERROR(storage::WriteFileAtomically(
        (profile.parent_path() / fmt::format("client-{}.toml", plan.name)).string(), text, 0644));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<NewNodeFolder> AddNodeFolder(const Path& network, const NewNode& wanted, int64_t now_s) {
  ASSIGN_OR_RETURN(const Bytes bytes,
                   storage::ReadWholeFile(GenesisFile(network).string(), kMaxGenesisBytes));
  ASSIGN_OR_RETURN(const ledger::Genesis genesis, ledger::DecodeGenesis(bytes));
  if (genesis.registry.FindAgency(wanted.agency) == nullptr) {
    return absl::InvalidArgumentError(fmt::format("the network has no agency {}", wanted.agency));
  }
  ASSIGN_OR_RETURN(const std::vector<ledger::Node> known, KnownNodes(network, genesis));
  ASSIGN_OR_RETURN(const api::GeneratedAuthority authority,
                   ReadAuthority(AuthorityDir(network, wanted.agency)));
  FreePorts ports;
  NodePlan plan;
  plan.agency = wanted.agency;
  plan.number = wanted.number == 0 ? NextNumber(known) : wanted.number;
  plan.name = wanted.name.empty() ? NextName(known, wanted.agency) : wanted.name;
  ASSIGN_OR_RETURN(plan.address, ports.Resolve(wanted.address));
  plan.now_s = now_s;
  plan.days = wanted.days;

  NewNodeFolder made{
      plan.number, plan.name, plan.address, AddedNodeDir(network, plan.agency, plan.number), {}};
  if (storage::FileExists(made.folder.string())) {
    return absl::AlreadyExistsError(
        fmt::format("{} exists: keys are never overwritten; give another --number", made.folder.string()));
  }
  ledger::AddNode request{plan.agency, {}};
  ASSIGN_OR_RETURN(request.node, MakeNodeFolder(made.folder, plan, authority));
  RETURN_IF_ERROR(ledger::CheckNode(request.node));
  RETURN_IF_ERROR(WriteProfiles(network, plan));
  RETURN_IF_ERROR(CreateStore(made.folder, ledger::NetworkId(bytes), plan.number));
  made.request = NodeRequest(made.folder);
  // Last: a folder with a request is complete.
  RETURN_IF_ERROR(WriteNodeRequest(made.request, request));
  return made;
}

}  // namespace symbolon::cli
