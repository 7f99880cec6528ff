#include "ledger/registry.h"

#include <algorithm>
#include <tuple>

#include "base/labels.h"
#include "base/sha256.h"

namespace symbolon::ledger {

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kRegistrar:
      return "registrar";
    case Role::kVerifier:
      return "verifier";
    case Role::kAuditor:
      return "auditor";
    case Role::kOperator:
      return "operator";
  }
  return "unknown";
}

std::string_view NodeKindName(NodeKind kind) {
  switch (kind) {
    case NodeKind::kVoter:
      return "voter";
    case NodeKind::kLearner:
      return "learner";
    case NodeKind::kRemoved:
      return "removed";
  }
  return "unknown";
}

const BatchKey* Agency::FindBatchKey(uint32_t key_id) const {
  for (const BatchKey& key : batch_keys) {
    if (key.id == key_id) return &key;
  }
  return nullptr;
}

bool Agency::MayIssue(uint16_t record_type) const {
  return std::find(record_types.begin(), record_types.end(), record_type) != record_types.end();
}

const Agency* Registry::FindAgency(std::string_view id) const {
  for (const Agency& agency : agencies) {
    if (agency.id == id) return &agency;
  }
  return nullptr;
}

const BatchKey* Registry::FindBatchKey(std::string_view issuer, uint32_t key_id, uint64_t entry_index) const {
  const Agency* agency = FindAgency(issuer);
  const BatchKey* key = agency == nullptr ? nullptr : agency->FindBatchKey(key_id);
  return key != nullptr && key->IsValidAt(entry_index) ? key : nullptr;
}

bool Registry::MayIssue(std::string_view issuer, uint16_t record_type) const {
  const Agency* agency = FindAgency(issuer);
  return agency != nullptr && agency->MayIssue(record_type);
}

std::vector<Registry::NodeRef> Registry::nodes() const {
  std::vector<NodeRef> all;
  for (const Agency& agency : agencies) {
    for (const Node& node : agency.nodes) all.push_back({&agency, &node});
  }
  return all;
}

std::vector<Registry::NodeRef> Registry::members() const {
  std::vector<NodeRef> all = nodes();
  std::erase_if(all, [](const NodeRef& ref) { return !ref.node->IsMember(); });
  return all;
}

std::vector<Registry::NodeRef> Registry::voters() const {
  std::vector<NodeRef> all = nodes();
  std::erase_if(all, [](const NodeRef& ref) { return ref.node->kind != NodeKind::kVoter; });
  return all;
}

std::optional<Registry::NodeRef> Registry::FindNode(uint64_t number) const {
  for (const NodeRef& ref : nodes()) {
    if (ref.node->number == number) return ref;
  }
  return std::nullopt;
}

std::optional<Registry::NodeRef> Registry::FindNodeByName(std::string_view name) const {
  for (const NodeRef& ref : nodes()) {
    if (ref.node->name == name) return ref;
  }
  return std::nullopt;
}

std::optional<Registry::NodeRef> Registry::FindNodeByTlsKey(const Digest& spki) const {
  for (const NodeRef& ref : nodes()) {
    if (ref.node->tls_spki == spki) return ref;
  }
  return std::nullopt;
}

std::optional<Registry::ClientRef> Registry::FindClient(const Digest& spki) const {
  for (const Agency& agency : agencies) {
    for (const ClientCertificate& client : agency.clients) {
      if (client.spki == spki) return ClientRef{&agency, client.role};
    }
  }
  return std::nullopt;
}

const Steward* Registry::FindSteward(std::string_view agency, uint32_t key_id) const {
  for (const Steward& steward : stewards) {
    if (steward.agency == agency && steward.key_id == key_id) return &steward;
  }
  return nullptr;
}

void SortRegistry(Registry& registry) {
  for (Agency& agency : registry.agencies) {
    std::sort(agency.record_types.begin(), agency.record_types.end());
    std::sort(agency.batch_keys.begin(), agency.batch_keys.end(),
              [](const BatchKey& a, const BatchKey& b) { return a.id < b.id; });
    std::sort(agency.clients.begin(), agency.clients.end(),
              [](const ClientCertificate& a, const ClientCertificate& b) {
                return std::tie(a.role, a.spki) < std::tie(b.role, b.spki);
              });
    std::sort(agency.nodes.begin(), agency.nodes.end(),
              [](const Node& a, const Node& b) { return a.number < b.number; });
  }
  std::sort(registry.agencies.begin(), registry.agencies.end(),
            [](const Agency& a, const Agency& b) { return a.id < b.id; });
  std::sort(registry.stewards.begin(), registry.stewards.end(), [](const Steward& a, const Steward& b) {
    return std::tie(a.agency, a.key_id) < std::tie(b.agency, b.key_id);
  });
}

Digest GenesisRegistryDigest(ByteView genesis_bytes, const Registry& registry) {
  return NextRegistryDigest(Digest{}, 0, 0, genesis_bytes, registry);
}

Digest NextRegistryDigest(const Digest& previous, uint64_t version, uint64_t entry_index,
                          ByteView governance_payload, const Registry& registry) {
  Writer out;
  out.Label(labels::kRegistry)
      .Fixed(previous)
      .U64(version)
      .U64(entry_index)
      .Vec32(governance_payload)
      .Fixed(Sha256(EncodeRegistry(registry)));
  return Sha256(out.bytes());
}

}  // namespace symbolon::ledger
