#pragma once
// The state as pieces to persist: a small record, and three tables of which only the changed rows are
// written.

#include <absl/status/statusor.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger/entries/seal.h"
#include "ledger/outcome.h"
#include "ledger/status_register.h"

namespace symbolon::ledger {

// The sequence that a key used last.
struct KeySequence {
  std::string issuer;
  uint32_t key_id = 0;
  uint64_t sequence = 0;
  auto operator<=>(const KeySequence&) const = default;
};

// The last accepted seal.
struct LastSeal {
  uint64_t entry_index = 0;
  Seal seal;
  bool operator==(const LastSeal&) const = default;
};

// A few hundred bytes, written whole with every applied range.
struct StateMeta {
  Digest network{};
  uint64_t applied_index = 0;
  uint64_t last_term = 0;
  uint64_t last_time_ms = 0;
  uint64_t attestation_count = 0;
  uint64_t last_change_index = 0;    // the last entry that changed what a seal states
  std::vector<Digest> ledger_range;  // compact range of the ledger tree over applied_index leaves
  uint64_t registry_version = 0;
  Digest registry_digest{};
  StateRoots captured;  // what the next seal must state
  std::optional<LastSeal> last_seal;
  std::vector<StatusVersion> status_versions;  // oldest first
  bool operator==(const StateMeta&) const = default;
};

Bytes EncodeStateMeta(const StateMeta& meta);
// DataLoss unless the bytes are exactly one record.
absl::StatusOr<StateMeta> DecodeStateMeta(ByteView bytes);

// All pieces.
struct StateSnapshot {
  StateMeta meta;
  std::vector<KeySequence> sequences;   // any order
  Bytes status_chunks;                  // StatusChunkCount(attestation_count) * 64 bytes
  std::vector<StatusUndo> status_undo;  // any order
  Bytes membership;                     // EncodeMembership; empty: that of the genesis
};

// The rows that changed since the last State::TakeChanges(), and the new record.
struct StateChanges {
  StateMeta meta;
  std::vector<KeySequence> sequences;
  StatusRegisterChanges status;
  Bytes membership;  // EncodeMembership; empty: unchanged
};

}  // namespace symbolon::ledger
