#pragma once
// The registry: who the members are, what they may do, and with which keys (docs/formats.md section 4).
// A value: cheap queries over plain vectors, no index to keep in step. Thread-safe while nobody writes.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ed25519.h"
#include "base/encoding.h"

namespace symbolon::ledger {

inline constexpr uint64_t kOpenEnd = std::numeric_limits<uint64_t>::max();

// A key that signs batches and status transactions, valid at entry index i when from <= i < until.
struct BatchKey {
  uint32_t id = 0;  // >= 1, unique within the agency
  PublicKey key{};
  uint64_t valid_from = 0;
  uint64_t valid_until = kOpenEnd;
  bool IsValidAt(uint64_t entry_index) const {
    return valid_from <= entry_index && entry_index < valid_until;
  }
  bool operator==(const BatchKey&) const = default;
};

enum class Role : uint8_t { kRegistrar = 1, kVerifier = 2, kAuditor = 3, kOperator = 4 };
std::string_view RoleName(Role role);

struct ClientCertificate {
  Role role = Role::kVerifier;
  Digest spki{};  // SHA-256 of the SubjectPublicKeyInfo, DER
  bool operator==(const ClientCertificate&) const = default;
};

// A removed node stays in the registry: its number, name and keys never return, and what it signed while it
// was a member can still be checked.
enum class NodeKind : uint8_t { kVoter = 1, kLearner = 2, kRemoved = 3 };
std::string_view NodeKindName(NodeKind kind);

// Nodes that are not removed: the whole set must fit into one entry header, whatever their names.
inline constexpr size_t kMaxMembers = 128;

struct Node {
  uint64_t number = 0;  // >= 1, unique, never used again
  std::string name;     // [A-Z0-9-]{1,64}, unique
  NodeKind kind = NodeKind::kVoter;
  std::string address;  // host:port
  Digest tls_spki{};    // SHA-256 of the SubjectPublicKeyInfo of its TLS key, DER
  PublicKey log_key{};
  PublicKey cosigning_key{};
  bool IsMember() const { return kind != NodeKind::kRemoved; }
  bool operator==(const Node&) const = default;
};

struct Agency {
  std::string id;                          // [A-Z0-9]{3,8}-[A-Z0-9]{1,16}
  std::string display_name;                // UTF-8, 1..256 bytes
  Bytes ca_certificate;                    // X.509, DER
  std::vector<uint16_t> record_types;      // that it may issue, ascending
  std::vector<BatchKey> batch_keys;        // ascending by id
  std::vector<ClientCertificate> clients;  // by (role, digest)
  std::vector<Node> nodes;                 // ascending by number; at most one voter; also removed ones

  const BatchKey* FindBatchKey(uint32_t key_id) const;  // nullptr if there is none
  bool MayIssue(uint16_t record_type) const;
  bool operator==(const Agency&) const = default;
};

// A person who may sign governance proposals.
struct Steward {
  std::string agency;
  uint32_t key_id = 0;
  PublicKey key{};
  bool operator==(const Steward&) const = default;
};

struct Registry {
  uint32_t issue_time_granularity_s = 86400;  // 1..86400
  std::vector<Agency> agencies;               // sorted by id
  uint8_t steward_threshold = 0;              // 1..stewards, or 0 when there are none
  std::vector<Steward> stewards;              // sorted by (agency, key id)

  // Queries; nullptr or nullopt when there is none. Pointers live as long as the registry is unchanged.
  const Agency* FindAgency(std::string_view id) const;
  // The key if it exists and is valid at that entry index.
  const BatchKey* FindBatchKey(std::string_view issuer, uint32_t key_id, uint64_t entry_index) const;
  bool MayIssue(std::string_view issuer, uint16_t record_type) const;

  struct NodeRef {
    const Agency* agency;
    const Node* node;
  };
  std::optional<NodeRef> FindNode(uint64_t number) const;
  std::optional<NodeRef> FindNodeByName(std::string_view name) const;
  std::optional<NodeRef> FindNodeByTlsKey(const Digest& spki) const;
  std::vector<NodeRef> nodes() const;    // by agency, then number; also removed ones
  std::vector<NodeRef> members() const;  // likewise, without removed ones
  std::vector<NodeRef> voters() const;   // likewise

  struct ClientRef {
    const Agency* agency;
    Role role;
  };
  std::optional<ClientRef> FindClient(const Digest& spki) const;

  const Steward* FindSteward(std::string_view agency, uint32_t key_id) const;

  bool operator==(const Registry&) const = default;
};

// Brings every list into the order that the format asks for.
void SortRegistry(Registry& registry);

// Every rule of docs/formats.md section 4; InvalidArgument naming agency, field and rule.
absl::Status CheckRegistry(const Registry& registry);

// The rules for what one node says of itself; InvalidArgument naming the field.
absl::Status CheckNode(const Node& node);
// Whether the key, or the digest of one, stands anywhere in the registry, also with a removed node.
bool HoldsKey(const Registry& registry, const Digest& key);

bool IsAgencyId(std::string_view id);
bool IsNodeName(std::string_view name);
bool IsHostPort(std::string_view address);

void EncodeNode(const Node& node, Writer& out);
// Failures go to the reader; validity is for CheckNode to say.
Node DecodeNode(Reader& in);

// The canonical encoding, part of the genesis and input of the registry digests. The registry must be valid.
void EncodeRegistry(const Registry& registry, Writer& out);
Bytes EncodeRegistry(const Registry& registry);
// Reads one registry; failures go to the reader. Validity is for CheckRegistry to say.
Registry DecodeRegistry(Reader& in);

// registry digest(0); `genesis_bytes` hold the registry.
Digest GenesisRegistryDigest(ByteView genesis_bytes, const Registry& registry);
// registry digest(version) from the one before, chained by the governance entry that made the change.
Digest NextRegistryDigest(const Digest& previous, uint64_t version, uint64_t entry_index,
                          ByteView governance_payload, const Registry& registry);

}  // namespace symbolon::ledger
