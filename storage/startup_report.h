#pragma once
// What a start found, and what the node's word is therefore worth (docs/consensus.md, recovery).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "consensus/options.h"

namespace symbolon::storage {

using consensus::Standing;

// An entry that cannot be read, and whose bytes can be proved: repaired from anybody (L15).
struct MissingEntry {
  uint64_t index = 0;
  // The hash of its header in the ledger tree. Without it the entry is proved by the root that this node has
  // signed, together with all others.
  std::optional<Digest> leaf_hash;

  bool operator==(const MissingEntry&) const = default;
};

struct StartupReport {
  // kMember: the store holds everything that this node has promised. kRecovering: the log lacks entries that
  // were acknowledged. kObserver: what was promised is unknown, and stays so under this identity.
  Standing standing = Standing::kMember;
  // kRecovering: the end of the log when this node last acknowledged anything.
  consensus::LogPosition promised;
  // Not empty: only EntryRepair (storage/entry_repair.h) may work on the store; when it is done, the store is
  // closed and opened again.
  std::vector<MissingEntry> missing;
  // What was found and done, a line each, for the node's log.
  std::vector<std::string> findings;
};

}  // namespace symbolon::storage
