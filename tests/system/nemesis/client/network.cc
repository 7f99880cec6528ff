#include "tests/system/nemesis/client/network.h"

#include "base/status_macros.h"
#include "cli/profile.h"
#include "storage/atomic_file.h"

namespace symbolon::history {
namespace {

constexpr size_t kMaxGenesisBytes = 4 << 20;

}  // namespace

absl::StatusOr<Network> Network::Open(const cli::Path& folder) {
  Network network;
  network.folder_ = folder;
  ASSIGN_OR_RETURN(const Bytes genesis,
                   storage::ReadWholeFile(cli::GenesisFile(folder).string(), kMaxGenesisBytes));
  ASSIGN_OR_RETURN(ledger::Trust trust, ledger::Trust::FromGenesis(genesis));
  network.trust_ = std::make_unique<ledger::Trust>(std::move(trust));
  for (const ledger::Agency& agency : network.trust_->registry().agencies) {
    if (agency.nodes.empty()) continue;
    network.agencies_.push_back(agency.id);
    const ledger::Node& node = agency.nodes.front();
    const uint16_t type = agency.record_types.empty() ? uint16_t{0} : agency.record_types.front();
    network.nodes_[agency.id] = {node.name, node.address, type};
  }
  return network;
}

absl::StatusOr<std::unique_ptr<api::Client>> Network::Connect(const std::string& agency,
                                                              const std::string& role,
                                                              const std::string& node_agency,
                                                              int timeout_ms) const {
  ASSIGN_OR_RETURN(cli::ClientProfile profile,
                   cli::LoadProfile(cli::Profile(folder_, agency, role).string()));
  const NodeOf& node = nodes_.at(node_agency);
  profile.node_address = node.address;
  profile.node_name = node.name;
  profile.authority_file = (cli::AuthorityDir(folder_, node_agency) / "ca.crt").string();
  return cli::Connect(profile, timeout_ms);
}

absl::StatusOr<Network::IssuerKey> Network::LoadKey(const std::string& agency) const {
  ASSIGN_OR_RETURN(const cli::ClientProfile profile,
                   cli::LoadProfile(cli::Profile(folder_, agency, "registrar").string()));
  ASSIGN_OR_RETURN(SigningKey key, cli::LoadBatchKey(profile));
  return IssuerKey{profile.batch_key_id, std::move(key)};
}

absl::StatusOr<api::Client*> Connections::To(const std::string& node_agency) {
  std::unique_ptr<api::Client>& client = open_[node_agency];
  if (!client) {
    ASSIGN_OR_RETURN(client, network_->Connect(agency_, role_, node_agency, timeout_ms_));
  }
  return client.get();
}

void Connections::Note(const std::string& node_agency, const absl::Status& status) {
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) open_.erase(node_agency);
}

}  // namespace symbolon::history
