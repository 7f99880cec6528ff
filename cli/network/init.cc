#include "cli/network/init.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <set>

#include "api/client.h"
#include "api/tls.h"
#include "base/ed25519.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "cli/console.h"
#include "identity/catalogue/catalogue.h"
#include "ledger/genesis.h"
#include "storage/atomic_file.h"
#include "storage/key_file.h"
#include "storage/store.h"

namespace symbolon::cli {
namespace {

using storage::WriteFileAtomically;

constexpr uint32_t kFirstBatchKey = 1;
constexpr int kAuthorityLives = 4;  // an authority outlives several generations of its certificates

// A free port of the loopback interface, for `address = "127.0.0.1:0"`. Held until all of a network are
// chosen, so that no two nodes get the same.
class FreePorts {
 public:
  ~FreePorts() {
    for (int fd : held_) close(fd);
  }

  absl::StatusOr<int> Next() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return absl::InternalError("cannot open a socket");
    held_.push_back(fd);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      return absl::InternalError("cannot find a free port");
    }
    return ntohs(address.sin_port);
  }

 private:
  std::vector<int> held_;
};

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
  RETURN_IF_ERROR(MakeFolder(folder, 0750));
  request.client = true;
  request.now_s = agency.now_s;
  request.days = agency.days;
  ASSIGN_OR_RETURN(api::GeneratedCertificate made, api::IssueCertificate(agency.authority, request));
  RETURN_IF_ERROR(WriteText(folder / "tls.crt", made.identity.certificate_chain));
  RETURN_IF_ERROR(WriteText(folder / "tls.key", made.identity.private_key, 0600));
  return made.spki_digest;
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
  const Path folder = NodeDir(agency.network, agency.plan.id);
  RETURN_IF_ERROR(MakeFolder(folder, 0750));
  ledger::Node node;
  node.number = number;
  node.name = agency.node_name;
  node.kind = ledger::NodeKind::kVoter;
  node.address = agency.address;
  api::CertificateRequest certificate;
  certificate.common_name = agency.node_name;
  certificate.dns_names = {api::ServerName(agency.node_name)};
  certificate.server = true;
  ASSIGN_OR_RETURN(node.tls_spki, IssueTo(agency, folder, certificate));
  const SigningKey log_key = SigningKey::Generate();
  const SigningKey cosigning_key = SigningKey::Generate();
  node.log_key = log_key.public_key();
  node.cosigning_key = cosigning_key.public_key();
  RETURN_IF_ERROR(storage::WriteKeyFile((folder / "log.key").string(), log_key));
  RETURN_IF_ERROR(storage::WriteKeyFile((folder / "cosigning.key").string(), cosigning_key));
  agency.registered.nodes.push_back(node);
  return WriteText(NodeConfig(agency.network, agency.plan.id),
                   fmt::format("# The node of {}. All settings: docs/operating.md.\n"
                               "node = {}\n"
                               "genesis = \"../../genesis\"\n"
                               "data_dir = \"data\"\n"
                               "listen = \"{}\"\n"
                               "certificate = \"tls.crt\"\nprivate_key = \"tls.key\"\n"
                               "log_key = \"log.key\"\ncosigning_key = \"cosigning.key\"\n",
                               agency.plan.id, number, agency.address));
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
  const size_t colon = plan.address.rfind(':');
  if (plan.address.substr(colon + 1) == "0") {
    ASSIGN_OR_RETURN(int port, ports.Next());
    agency.address = fmt::format("{}:{}", plan.address.substr(0, colon), port);
  }
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

// The stamp of a node's store is made here, once: a node never makes an empty store by itself, since a lost disk
// would then come back as a node that has forgotten its votes.
absl::Status CreateStores(const ledger::Genesis& genesis, const Digest& network_id, const Path& network) {
  for (const ledger::Agency& agency : genesis.registry.agencies) {
    for (const ledger::Node& node : agency.nodes) {
      storage::Options options;
      options.dir = NodeData(network, agency.id).string();
      options.create_if_missing = true;
      ASSIGN_OR_RETURN(std::unique_ptr<storage::Store> store,
                       storage::Store::Open(options, {network_id, node.number}));
      RETURN_IF_ERROR(store->Close());
    }
  }
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
  ledger::SortRegistry(genesis.registry);
  ASSIGN_OR_RETURN(Bytes bytes, ledger::EncodeGenesis(genesis));
  RETURN_IF_ERROR(WriteText(TrustFile(network),
                            Json{{"format", "symbolon-trust/v1"}, {"genesis", ToBase64(bytes)}}.dump(1) + "\n"));
  RETURN_IF_ERROR(CreateStores(genesis, ledger::NetworkId(bytes), network));
  // Last: a folder with a genesis is a complete network.
  return WriteText(GenesisFile(network), bytes);
}

}  // namespace symbolon::cli
