#pragma once
// Keys of the column families (docs/storage.md). Integers are big-endian, so that the order of keys is that
// of numbers.

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace symbolon::storage {

// ---- meta (RocksDB's default family)
inline constexpr ByteView kIdentityKey = "identity";        // [32] network, u64 node number
inline constexpr ByteView kIncarnationKey = "incarnation";  // u64; a copy is in the family raft
inline constexpr ByteView kAppliedKey = "applied";          // u64 index, [32] root of the ledger at that size
// Likewise, as it was in the damaged database that a salvage replaced.
inline constexpr ByteView kSalvagedAppliedKey = "salvaged applied";
inline constexpr ByteView kStateKey = "state";            // ledger::EncodeStateMeta
inline constexpr ByteView kMembershipKey = "membership";  // ledger::EncodeMembership; none: the genesis's
// "sequence" || vec8 issuer || u32 key id -> u64 sequence that the key used last
inline constexpr ByteView kLastSequencePrefix = "sequence";
Bytes LastSequenceKey(ByteView issuer, uint32_t key_id);
struct IssuerKey {
  Bytes issuer;
  uint32_t key_id = 0;
};
std::optional<IssuerKey> ParseLastSequenceKey(ByteView key);

// "missing" || u64 entry index -> its leaf hash, or nothing when that is not known (storage/startup_report.h)
inline constexpr ByteView kMissingPrefix = "missing";
Bytes MissingKey(uint64_t index);

// ---- raft
inline constexpr ByteView kHardStateKey = "hard state";  // u64 term, u8 has vote, u64 vote

Bytes U64Key(uint64_t n);                           // headers, verdicts, attestations
std::optional<uint64_t> ParseU64Key(ByteView key);  // nothing unless exactly 8 bytes

// "configuration" || u64 entry index -> nothing: where the configuration entries of the log are
inline constexpr ByteView kConfigurationPrefix = "configuration";
Bytes ConfigurationKey(uint64_t index);
std::optional<uint64_t> ParseConfigurationKey(ByteView key);

// ---- bodies: u64 index || u8 tree || u8 level || u32 tile
enum class BodyTree : uint8_t { kCommitments = 0, kTags = 1, kRaw = 2 };
struct BodyKey {
  uint64_t index = 0;
  BodyTree tree = BodyTree::kCommitments;
  uint8_t level = 0;
  uint32_t tile = 0;
};
Bytes EncodeBodyKey(const BodyKey& key);
std::optional<BodyKey> ParseBodyKey(ByteView key);

// ---- tiles: u8 level || u64 tile || u8 offset of the first hash in it
Bytes TileKey(uint8_t level, uint64_t tile, uint8_t offset);

// ---- status: u8 0 || u64 chunk -> [64];  u8 1 || u64 version || u64 chunk -> [64] as it was in that version
Bytes StatusChunkKey(uint64_t chunk);
Bytes StatusUndoKey(uint64_t version, uint64_t chunk);
struct StatusKey {
  bool is_undo = false;
  uint64_t version = 0;
  uint64_t chunk = 0;
};
std::optional<StatusKey> ParseStatusKey(ByteView key);

// ---- sequences: vec8 issuer || u32 key id || u64 sequence
Bytes SequenceKey(ByteView issuer, uint32_t key_id, uint64_t sequence);

// ---- tags: first bytes of the tag || u64 attestation number
inline constexpr size_t kTagPrefixSize = 16;
Bytes TagKey(const Digest& tag, uint64_t attestation_number);
inline ByteView TagPrefix(const Digest& tag) {
  return View(tag).substr(0, kTagPrefixSize);
}

}  // namespace symbolon::storage
