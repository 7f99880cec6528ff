#include <cstring>

#include "ledger/registry.h"

namespace symbolon::ledger {
namespace {

PublicKey ReadKey(Reader& in, const char* field) {
  PublicKey key{};
  const ByteView bytes = in.Raw(key.size(), field);
  if (in.ok()) std::memcpy(key.data(), bytes.data(), key.size());
  return key;
}

constexpr size_t kMinNodeSize = 8 + 2 + 1 + 2 + 3 * 32;

void WriteBatchKey(const BatchKey& key, Writer& out) {
  out.U32(key.id).Raw(View(key.key)).U64(key.valid_from).U64(key.valid_until);
}

BatchKey ReadBatchKey(Reader& in) {
  BatchKey key;
  key.id = in.U32("batch key id");
  key.key = ReadKey(in, "batch key");
  key.valid_from = in.U64("batch key valid from");
  key.valid_until = in.U64("batch key valid until");
  return key;
}
constexpr size_t kBatchKeySize = 4 + 32 + 8 + 8;
constexpr size_t kClientSize = 1 + 32;

// Reads `count` items with `read`, after checking that so many can be there at all.
template <typename T, typename Read>
std::vector<T> ReadList(Reader& in, size_t count, size_t min_item_size, const char* field, Read read) {
  std::vector<T> items;
  if (in.CanHold(count, min_item_size, field)) items.reserve(count);
  for (size_t i = 0; i < count && in.ok(); ++i) items.push_back(read(in));
  return items;
}

void WriteAgency(const Agency& agency, Writer& out) {
  out.Vec8(agency.id).Vec16(agency.display_name).Vec16(agency.ca_certificate);
  out.U8(static_cast<uint8_t>(agency.record_types.size()));
  for (uint16_t type : agency.record_types) out.U16(type);
  out.U8(static_cast<uint8_t>(agency.batch_keys.size()));
  for (const BatchKey& key : agency.batch_keys) WriteBatchKey(key, out);
  out.U8(static_cast<uint8_t>(agency.clients.size()));
  for (const ClientCertificate& client : agency.clients) {
    out.U8(static_cast<uint8_t>(client.role)).Fixed(client.spki);
  }
  out.U8(static_cast<uint8_t>(agency.nodes.size()));
  for (const Node& node : agency.nodes) EncodeNode(node, out);
}

Agency ReadAgency(Reader& in) {
  Agency agency;
  agency.id = in.Vec8("agency id", 1);
  agency.display_name = in.Vec16("agency display name", 1, 256);
  agency.ca_certificate = in.Vec16("agency CA certificate", 1);
  agency.record_types = ReadList<uint16_t>(in, in.U8("record types"), 2, "record types",
                                           [](Reader& r) { return r.U16("record type"); });
  agency.batch_keys = ReadList<BatchKey>(in, in.U8("batch keys"), kBatchKeySize, "batch keys", ReadBatchKey);
  agency.clients = ReadList<ClientCertificate>(
      in, in.U8("client certificates"), kClientSize, "client certificates", [](Reader& r) {
        const Role role = static_cast<Role>(r.U8("client role"));
        return ClientCertificate{role, r.Fixed32("client key digest")};
      });
  agency.nodes = ReadList<Node>(in, in.U8("nodes"), kMinNodeSize, "nodes", DecodeNode);
  return agency;
}
constexpr size_t kMinAgencySize = 2 + 3 + 3 + 4;

Steward ReadSteward(Reader& in) {
  Steward steward;
  steward.agency = in.Vec8("steward's agency", 1);
  steward.key_id = in.U32("steward's key id");
  steward.key = ReadKey(in, "steward's key");
  return steward;
}
constexpr size_t kMinStewardSize = 2 + 4 + 32;

}  // namespace

void EncodeNode(const Node& node, Writer& out) {
  out.U64(node.number)
      .Vec8(node.name)
      .U8(static_cast<uint8_t>(node.kind))
      .Vec8(node.address)
      .Fixed(node.tls_spki)
      .Raw(View(node.log_key))
      .Raw(View(node.cosigning_key));
}

Node DecodeNode(Reader& in) {
  Node node;
  node.number = in.U64("node number");
  node.name = in.Vec8("node name", 1, 64);
  node.kind = static_cast<NodeKind>(in.U8("node kind"));
  node.address = in.Vec8("node address", 1);
  node.tls_spki = in.Fixed32("node TLS key digest");
  node.log_key = ReadKey(in, "node log key");
  node.cosigning_key = ReadKey(in, "node cosigning key");
  return node;
}

void EncodeRegistry(const Registry& registry, Writer& out) {
  out.U32(registry.issue_time_granularity_s);
  out.U16(static_cast<uint16_t>(registry.agencies.size()));
  for (const Agency& agency : registry.agencies) WriteAgency(agency, out);
  out.U8(registry.steward_threshold);
  out.U8(static_cast<uint8_t>(registry.stewards.size()));
  for (const Steward& steward : registry.stewards) {
    out.Vec8(steward.agency).U32(steward.key_id).Raw(View(steward.key));
  }
}

Bytes EncodeRegistry(const Registry& registry) {
  Writer out;
  EncodeRegistry(registry, out);
  return out.Take();
}

Registry DecodeRegistry(Reader& in) {
  Registry registry;
  registry.issue_time_granularity_s = in.U32("issue time granularity");
  registry.agencies = ReadList<Agency>(in, in.U16("agencies"), kMinAgencySize, "agencies", ReadAgency);
  registry.steward_threshold = in.U8("steward threshold");
  registry.stewards = ReadList<Steward>(in, in.U8("stewards"), kMinStewardSize, "stewards", ReadSteward);
  return registry;
}

}  // namespace symbolon::ledger
