#include "cli/network/init.h"

#include <fmt/format.h>

#include <set>

#include "api/tls.h"
#include "base/ed25519.h"
#include "base/status_macros.h"
#include "cli/files.h"
#include "cli/network/free_ports.h"
#include "cli/network/node_folder.h"
#include "identity/catalogue/catalogue.h"
#include "ledger/genesis.h"
#include "storage/atomic_file.h"
#include "storage/key_file.h"

namespace symbolon::cli {
namespace {

using storage::WriteFileAtomically;

constexpr uint32_t kFirstBatchKey = 1;
constexpr uint32_t kFirstStewardKey = 1;
constexpr int kAuthorityLives = 4;  // an authority outlives several generations of its certificates

absl::Status MakeFolder(const Path& path, mode_t mode = 0755) {
  return storage::CreateDirectories(path.string(), mode);
}

absl::Status WriteText(const Path& path, ByteView text, mode_t mode = 0644) {
  return WriteFileAtomically(path.string(), text, mode);
}

// One agency being made: its folder, and what of it goes into the genesis.
struct NewAgency {
  const AgencyPlan& plan;
  Path network;
  std::string node_name;
  std::string address;
  int64_t now_s;
  int days;  // of validity of its certificates
  ledger::Agency registered;
  api::GeneratedAuthority authority;
};

absl::StatusOr<Digest> IssueTo(const NewAgency& agency, const Path& folder, api::CertificateRequest request) {
  request.now_s = agency.now_s;
  request.days = agency.days;
  return IssueInto(folder, agency.authority, std::move(request));
}

absl::Status MakeAuthority(NewAgency& agency) {
  const Path folder = AuthorityDir(agency.network, agency.plan.id);
  RETURN_IF_ERROR(MakeFolder(folder, 0750));
  ASSIGN_OR_RETURN(agency.authority,
                   api::CreateAuthority(agency.plan.id, agency.now_s, agency.days * kAuthorityLives));
  RETURN_IF_ERROR(WriteText(folder / "ca.crt", agency.authority.certificate));
  RETURN_IF_ERROR(WriteText(folder / "ca.key", agency.authority.private_key, 0600));
  ASSIGN_OR_RETURN(agency.registered.ca_certificate, api::CertificateDer(agency.authority.certificate));
  return absl::OkStatus();
}

absl::Status MakeNode(NewAgency& agency, uint64_t number) {
  const NodePlan plan{agency.plan.id, number,     agency.node_name, agency.address,
                      agency.now_s,   agency.days, true};
  ASSIGN_OR_RETURN(ledger::Node node, MakeNodeFolder(NodeDir(agency.network, agency.plan.id), plan, agency.authority));
  agency.registered.nodes.push_back(std::move(node));
  return absl::OkStatus();
}

absl::Status MakeClient(NewAgency& agency, const std::string& role_name, ledger::Role role) {
  const Path folder = RoleDir(agency.network, agency.plan.id, role_name);
  api::CertificateRequest certificate;
  certificate.common_name = fmt::format("{} {}", agency.plan.id, role_name);
  ASSIGN_OR_RETURN(Digest spki, IssueTo(agency, folder, certificate));
  agency.registered.clients.push_back({role, spki});
  std::string profile = fmt::format(
      "# {} of {}.\nagency = \"{}\"\nrole = \"{}\"\ngenesis = \"../../genesis\"\n\n"
      "[node]\naddress = \"{}\"\nname = \"{}\"\nauthority = \"../authority/ca.crt\"\n\n"
      "[tls]\ncertificate = \"tls.crt\"\nprivate_key = \"tls.key\"\n",
      role_name, agency.plan.id, agency.plan.id, role_name, agency.address, agency.node_name);
  if (role == ledger::Role::kRegistrar) {
    const SigningKey key = SigningKey::Generate();
    RETURN_IF_ERROR(storage::WriteKeyFile((folder / "batch.key").string(), key));
    agency.registered.batch_keys.push_back({kFirstBatchKey, key.public_key(), 0, ledger::kOpenEnd});
    profile += fmt::format("\n[batch_key]\nid = {}\nfile = \"batch.key\"\n", kFirstBatchKey);
  }
  return WriteText(Profile(agency.network, agency.plan.id, role_name), profile);
}

absl::Status MakeClients(NewAgency& agency) {
  for (ledger::Role role :
       {ledger::Role::kRegistrar, ledger::Role::kVerifier, ledger::Role::kAuditor, ledger::Role::kOperator}) {
    const std::string name(ledger::RoleName(role));
    for (const std::string& wanted : agency.plan.clients) {
      if (wanted == name) RETURN_IF_ERROR(MakeClient(agency, name, role));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ledger::Agency> MakeAgency(const AgencyPlan& plan, const Path& network, uint64_t node_number,
                                          FreePorts& ports, int64_t now_s, int days) {
  NewAgency agency{plan, network, plan.id + "-1", plan.address, now_s, days, {}, {}};
  ASSIGN_OR_RETURN(agency.address, ports.Resolve(plan.address));
  agency.registered.id = plan.id;
  agency.registered.display_name = plan.name;
  std::set<uint16_t> types;
  for (const std::string& type : plan.issues) types.insert(identity::FindRecordType(type)->type);
  agency.registered.record_types.assign(types.begin(), types.end());
  RETURN_IF_ERROR(MakeAuthority(agency));
  RETURN_IF_ERROR(MakeNode(agency, node_number));
  RETURN_IF_ERROR(MakeClients(agency));
  return std::move(agency.registered);
}

// Who decides who is a member: a steward of each agency, and how many of them.
absl::Status MakeStewards(const NetworkPlan& plan, const Path& network, ledger::Registry& registry) {
  for (const AgencyPlan& agency : plan.agencies) {
    const Path folder = StewardDir(network, agency.id);
    RETURN_IF_ERROR(MakeFolder(folder, 0750));
    const SigningKey key = SigningKey::Generate();
    RETURN_IF_ERROR(storage::WriteKeyFile((folder / "steward.key").string(), key));
    RETURN_IF_ERROR(WriteText(folder / "steward.toml",
                              fmt::format("# The steward of {}.\nagency = \"{}\"\nkey_id = {}\n"
                                          "key = \"steward.key\"\ngenesis = \"../../genesis\"\n",
                                          agency.id, agency.id, kFirstStewardKey)));
    registry.stewards.push_back({agency.id, kFirstStewardKey, key.public_key()});
  }
  registry.steward_threshold = static_cast<uint8_t>(plan.steward_threshold);
  return absl::OkStatus();
}

}  // namespace

absl::Status InitNetwork(const NetworkPlan& plan, const std::string& plan_text, const Path& network, uint64_t now_ms) {
  std::error_code error;
  if (std::filesystem::exists(network, error) && !std::filesystem::is_empty(network, error)) {
    return absl::AlreadyExistsError(
        fmt::format("{} is not empty: keys are never overwritten; name another folder", network.string()));
  }
  RETURN_IF_ERROR(MakeFolder(network));
  RETURN_IF_ERROR(WriteText(PlanFile(network), plan_text));

  ledger::Genesis genesis;
  genesis.origin = plan.origin;
  genesis.created_ms = now_ms;
  genesis.registry.issue_time_granularity_s = plan.issue_time_granularity;
  FreePorts ports;
  uint64_t node_number = 0;
  for (const AgencyPlan& agency : plan.agencies) {
    ASSIGN_OR_RETURN(ledger::Agency made, MakeAgency(agency, network, ++node_number, ports, static_cast<int64_t>(now_ms / 1000),
                                                     plan.certificate_days));
    genesis.registry.agencies.push_back(std::move(made));
  }
  RETURN_IF_ERROR(MakeStewards(plan, network, genesis.registry));
  ledger::SortRegistry(genesis.registry);
  ASSIGN_OR_RETURN(Bytes bytes, ledger::EncodeGenesis(genesis));
  RETURN_IF_ERROR(WriteTrustFile(TrustFile(network).string(), bytes, {}));
  for (const ledger::Agency& agency : genesis.registry.agencies) {
    for (const ledger::Node& node : agency.nodes) {
      RETURN_IF_ERROR(CreateStore(NodeDir(network, agency.id), ledger::NetworkId(bytes), node.number));
    }
  }
  // Last: a folder with a genesis is a complete network.
  return WriteText(GenesisFile(network), bytes);
}

}  // namespace symbolon::cli
