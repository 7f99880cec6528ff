#pragma once
// A seal: the leader states the roots of the state that every node took when it applied the previous seal
// (docs/formats.md section 7). Nobody predicts: the roots stated are always of an entry already applied.

#include <absl/status/statusor.h>

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace symbolon::ledger {

struct NamedRoot {
  std::string name;
  Digest root{};
  bool operator==(const NamedRoot&) const = default;
};

struct Seal {
  Digest network{};
  uint64_t previous_index = 0;  // entry index of the previous accepted seal; 0: genesis
  // As they were right after applying the entry at previous_index:
  Digest status_root{};
  uint64_t status_count = 0;
  uint64_t registry_version = 0;
  Digest registry_digest{};
  std::vector<NamedRoot> further_roots;  // empty in this version
  bool operator==(const Seal&) const = default;
};

Bytes EncodeSeal(const Seal& seal);
absl::StatusOr<Seal> DecodeSeal(ByteView payload);

}  // namespace symbolon::ledger
