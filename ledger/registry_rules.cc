// CheckRegistry: the rules of docs/formats.md section 4, and messages that name agency and field.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

#include "base/status_macros.h"
#include "base/utf8.h"
#include "ledger/record_types.h"
#include "ledger/registry.h"

namespace symbolon::ledger {
namespace {

constexpr uint32_t kMaxGranularity = 86400;
constexpr size_t kMaxListed = 0xff;  // list8

bool AllIn(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || more.find(c) != std::string_view::npos;
  });
}

// A field in an error message: "agency THA-DOPA: field nodes[2].name".
absl::Status Fault(const std::string& where, const std::string& what) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", where, what));
}

absl::Status CheckKey(const PublicKey& key, const std::string& where) {
  return IsRegistrable(key) ? absl::OkStatus()
                            : Fault(where, "is not a usable Ed25519 public key: generate another");
}

absl::Status CheckSpki(const Digest& spki, const std::string& where) {
  return spki != Digest{} ? absl::OkStatus()
                          : Fault(where, "is empty: give SHA-256 of the SubjectPublicKeyInfo");
}

// What one node says of itself; `at` names it in messages.
absl::Status CheckNodeFields(const Node& node, const std::string& at) {
  if (node.number == 0) return Fault(at + ".number", "node numbers begin with 1");
  if (!IsNodeName(node.name)) return Fault(at + ".name", "must be 1 to 64 of A-Z, 0-9 and '-'");
  if (node.kind < NodeKind::kVoter || node.kind > NodeKind::kRemoved)
    return Fault(at + ".kind", "no such kind");
  if (!IsHostPort(node.address)) return Fault(at + ".address", "must be host:port");
  RETURN_IF_ERROR(CheckSpki(node.tls_spki, at + ".TLS key digest"));
  RETURN_IF_ERROR(CheckKey(node.log_key, at + ".log key"));
  return CheckKey(node.cosigning_key, at + ".cosigning key");
}

// Every key and certificate of the registry may occur once; remembers who came first.
class UniqueKeys {
 public:
  absl::Status AddEd25519(const PublicKey& key, const std::string& where) {
    RETURN_IF_ERROR(CheckKey(key, where));
    return Add(key, where);
  }
  absl::Status AddDigest(const Digest& spki, const std::string& where) {
    RETURN_IF_ERROR(CheckSpki(spki, where));
    return Add(spki, where);
  }

 private:
  absl::Status Add(const Digest& key, const std::string& where) {
    const auto [it, fresh] = seen_.emplace(key, where);
    if (fresh) return absl::OkStatus();
    return Fault(where, fmt::format("is the same key as {}: every key has one use", it->second));
  }
  std::map<Digest, std::string> seen_;
};

class Checker {
 public:
  explicit Checker(const Registry& registry) : registry_(registry) {}

  absl::Status Check() {
    if (registry_.issue_time_granularity_s == 0 || registry_.issue_time_granularity_s > kMaxGranularity) {
      return Fault("registry: field issue time granularity", "must be 1 to 86400 seconds");
    }
    if (registry_.agencies.size() > 0xffff) return Fault("registry: field agencies", "more than 65535");
    const std::string* before = nullptr;
    for (const Agency& agency : registry_.agencies) {
      RETURN_IF_ERROR(CheckAgency(agency));
      if (before != nullptr && *before >= agency.id) {
        return Fault("agency " + agency.id, "agencies must be sorted by id, each once");
      }
      before = &agency.id;
    }
    if (registry_.voters().empty())
      return Fault("registry: field agencies", "there is no voter: name at least one");
    if (registry_.members().size() > kMaxMembers)
      return Fault("registry: field agencies", fmt::format("more than {} nodes", kMaxMembers));
    return CheckStewards();
  }

 private:
  absl::Status CheckAgency(const Agency& agency) {
    if (!IsAgencyId(agency.id)) {
      return Fault("agency id",
                   "must be a country and a name such as THA-DOPA ([A-Z0-9]{3,8}-[A-Z0-9]{1,16})");
    }
    const std::string where = fmt::format("agency {}: field ", agency.id);
    if (agency.display_name.empty() || agency.display_name.size() > 256 || !IsUtf8(agency.display_name)) {
      return Fault(where + "display name", "must be 1 to 256 bytes of UTF-8");
    }
    if (agency.ca_certificate.empty() || agency.ca_certificate.size() > 0xffff) {
      return Fault(where + "CA certificate", "must be 1 to 65535 bytes of DER");
    }
    RETURN_IF_ERROR(CheckRecordTypes(agency, where));
    RETURN_IF_ERROR(CheckBatchKeys(agency, where));
    RETURN_IF_ERROR(CheckClients(agency, where));
    return CheckNodes(agency, where);
  }

  absl::Status CheckRecordTypes(const Agency& agency, const std::string& where) {
    if (agency.record_types.size() > kMaxListed) return Fault(where + "record types", "more than 255");
    for (size_t i = 0; i < agency.record_types.size(); ++i) {
      const std::string at = fmt::format("{}record types[{}]", where, i);
      if (!IsRecordType(agency.record_types[i])) return Fault(at, "no such record type is known");
      if (i > 0 && agency.record_types[i - 1] >= agency.record_types[i])
        return Fault(at, "must be ascending");
    }
    return absl::OkStatus();
  }

  absl::Status CheckBatchKeys(const Agency& agency, const std::string& where) {
    if (agency.batch_keys.size() > kMaxListed) return Fault(where + "batch keys", "more than 255");
    for (size_t i = 0; i < agency.batch_keys.size(); ++i) {
      const BatchKey& key = agency.batch_keys[i];
      const std::string at = fmt::format("{}batch keys[{}]", where, i);
      if (key.id == 0) return Fault(at, "key ids begin with 1");
      if (i > 0 && agency.batch_keys[i - 1].id >= key.id) return Fault(at, "must be ascending by key id");
      if (key.valid_from >= key.valid_until)
        return Fault(at, "is never valid: valid from must be before valid until");
      RETURN_IF_ERROR(keys_.AddEd25519(key.key, at));
    }
    return absl::OkStatus();
  }

  absl::Status CheckClients(const Agency& agency, const std::string& where) {
    if (agency.clients.size() > kMaxListed) return Fault(where + "client certificates", "more than 255");
    for (size_t i = 0; i < agency.clients.size(); ++i) {
      const ClientCertificate& client = agency.clients[i];
      const std::string at = fmt::format("{}client certificates[{}]", where, i);
      if (client.role < Role::kRegistrar || client.role > Role::kOperator) return Fault(at, "no such role");
      if (i > 0 && std::tie(agency.clients[i - 1].role, agency.clients[i - 1].spki) >=
                       std::tie(client.role, client.spki)) {
        return Fault(at, "must be sorted by role and key digest");
      }
      RETURN_IF_ERROR(keys_.AddDigest(client.spki, at));
    }
    return absl::OkStatus();
  }

  absl::Status CheckNodes(const Agency& agency, const std::string& where) {
    if (agency.nodes.size() > kMaxListed) return Fault(where + "nodes", "more than 255");
    size_t voters = 0;
    for (size_t i = 0; i < agency.nodes.size(); ++i) {
      const Node& node = agency.nodes[i];
      const std::string at = fmt::format("{}nodes[{}]", where, i);
      RETURN_IF_ERROR(CheckNodeFields(node, at));
      if (i > 0 && agency.nodes[i - 1].number >= node.number)
        return Fault(at + ".number", "must be ascending");
      if (!numbers_.insert(node.number).second) return Fault(at + ".number", "belongs to another node");
      if (!names_.insert(node.name).second) return Fault(at + ".name", "belongs to another node");
      if (node.kind == NodeKind::kVoter && ++voters > 1)
        return Fault(at + ".kind", "an agency has at most one voter");
      RETURN_IF_ERROR(keys_.AddDigest(node.tls_spki, at + ".TLS key digest"));
      RETURN_IF_ERROR(keys_.AddEd25519(node.log_key, at + ".log key"));
      RETURN_IF_ERROR(keys_.AddEd25519(node.cosigning_key, at + ".cosigning key"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckStewards() {
    const std::vector<Steward>& stewards = registry_.stewards;
    if (stewards.size() > kMaxListed) return Fault("registry: field stewards", "more than 255");
    const bool threshold_fits =
        stewards.empty() ? registry_.steward_threshold == 0
                         : registry_.steward_threshold >= 1 && registry_.steward_threshold <= stewards.size();
    if (!threshold_fits) {
      return Fault("registry: field steward threshold",
                   "must be 1 to the number of stewards, 0 when there are none");
    }
    for (size_t i = 0; i < stewards.size(); ++i) {
      const std::string at = fmt::format("registry: field stewards[{}]", i);
      if (registry_.FindAgency(stewards[i].agency) == nullptr) return Fault(at, "is of no registered agency");
      if (stewards[i].key_id == 0) return Fault(at, "key ids begin with 1");
      if (i > 0 && std::tie(stewards[i - 1].agency, stewards[i - 1].key_id) >=
                       std::tie(stewards[i].agency, stewards[i].key_id)) {
        return Fault(at, "must be sorted by agency and key id");
      }
      RETURN_IF_ERROR(keys_.AddEd25519(stewards[i].key, at));
    }
    return absl::OkStatus();
  }

  const Registry& registry_;
  UniqueKeys keys_;
  std::set<uint64_t> numbers_;
  std::set<std::string> names_;
};

}  // namespace

bool IsAgencyId(std::string_view id) {
  const size_t dash = id.find('-');
  if (dash == std::string_view::npos) return false;
  const std::string_view country = id.substr(0, dash);
  const std::string_view name = id.substr(dash + 1);
  return country.size() >= 3 && country.size() <= 8 && !name.empty() && name.size() <= 16 &&
         AllIn(country, "") && AllIn(name, "");
}

bool IsHostPort(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || address.size() > 0xff) return false;
  if (!std::all_of(address.begin(), address.end(), [](char c) { return c > 0x20 && c < 0x7f; })) return false;
  const std::string_view port = address.substr(colon + 1);
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number != 0 && port[0] != '0';
}

bool IsNodeName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && AllIn(name, "-");
}

absl::Status CheckNode(const Node& node) {
  return CheckNodeFields(node, "node");
}

bool HoldsKey(const Registry& registry, const Digest& key) {
  for (const Agency& agency : registry.agencies) {
    for (const BatchKey& batch_key : agency.batch_keys) {
      if (batch_key.key == key) return true;
    }
    for (const ClientCertificate& client : agency.clients) {
      if (client.spki == key) return true;
    }
    for (const Node& node : agency.nodes) {
      if (node.tls_spki == key || node.log_key == key || node.cosigning_key == key) return true;
    }
  }
  return std::any_of(registry.stewards.begin(), registry.stewards.end(),
                     [&](const Steward& steward) { return steward.key == key; });
}

absl::Status CheckRegistry(const Registry& registry) {
  return Checker(registry).Check();
}

}  // namespace symbolon::ledger
