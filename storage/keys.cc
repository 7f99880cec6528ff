#include "storage/keys.h"

#include "base/encoding.h"

namespace symbolon::storage {

Bytes U64Key(uint64_t n) {
  return Writer().U64(n).Take();
}

std::optional<uint64_t> ParseU64Key(ByteView key) {
  Reader r(key, "key");
  const uint64_t n = r.U64("number");
  if (!r.ExpectEnd().ok()) return std::nullopt;
  return n;
}

Bytes ConfigurationKey(uint64_t index) {
  return Writer().Raw(kConfigurationPrefix).U64(index).Take();
}

std::optional<uint64_t> ParseConfigurationKey(ByteView key) {
  if (!key.starts_with(kConfigurationPrefix)) return std::nullopt;
  return ParseU64Key(key.substr(kConfigurationPrefix.size()));
}

Bytes EncodeBodyKey(const BodyKey& key) {
  return Writer().U64(key.index).U8(static_cast<uint8_t>(key.tree)).U8(key.level).U32(key.tile).Take();
}

std::optional<BodyKey> ParseBodyKey(ByteView key) {
  Reader r(key, "key");
  BodyKey k;
  k.index = r.U64("index");
  k.tree = static_cast<BodyTree>(r.U8("tree"));
  k.level = r.U8("level");
  k.tile = r.U32("tile");
  if (!r.ExpectEnd().ok()) return std::nullopt;
  return k;
}

Bytes LastSequenceKey(ByteView issuer, uint32_t key_id) {
  return Writer().Raw(kLastSequencePrefix).Vec8(issuer).U32(key_id).Take();
}

Bytes MissingKey(uint64_t index) {
  return Writer().Raw(kMissingPrefix).U64(index).Take();
}

std::optional<IssuerKey> ParseLastSequenceKey(ByteView key) {
  if (!key.starts_with(kLastSequencePrefix)) return std::nullopt;
  Reader r(key.substr(kLastSequencePrefix.size()), "key");
  IssuerKey k;
  k.issuer = r.Vec8("issuer");
  k.key_id = r.U32("key id");
  if (!r.ExpectEnd().ok()) return std::nullopt;
  return k;
}

Bytes StatusChunkKey(uint64_t chunk) {
  return Writer().U8(0).U64(chunk).Take();
}

Bytes StatusUndoKey(uint64_t version, uint64_t chunk) {
  return Writer().U8(1).U64(version).U64(chunk).Take();
}

std::optional<StatusKey> ParseStatusKey(ByteView key) {
  Reader r(key, "key");
  StatusKey k;
  const uint8_t table = r.U8("table");
  k.is_undo = table == 1;
  if (k.is_undo) k.version = r.U64("version");
  k.chunk = r.U64("chunk");
  if (!r.ExpectEnd().ok() || table > 1) return std::nullopt;
  return k;
}

Bytes TileKey(uint8_t level, uint64_t tile, uint8_t offset) {
  return Writer().U8(level).U64(tile).U8(offset).Take();
}

Bytes SequenceKey(ByteView issuer, uint32_t key_id, uint64_t sequence) {
  return Writer().Vec8(issuer).U32(key_id).U64(sequence).Take();
}

Bytes TagKey(const Digest& tag, uint64_t attestation_number) {
  return Writer().Raw(TagPrefix(tag)).U64(attestation_number).Take();
}

}  // namespace symbolon::storage
