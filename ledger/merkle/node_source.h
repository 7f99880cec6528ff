#pragma once
// Where the hashes of complete subtrees come from: tiles on disk, or memory.

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "ledger/merkle/tree_math.h"

namespace symbolon::ledger {

// Contract: a hash, once returned for a coordinate, never changes. Only complete subtrees are asked for.
// Errors are the source's own and are passed on as they are; implementations say which node they are about.
class NodeSource {
 public:
  virtual ~NodeSource() = default;

  virtual absl::StatusOr<Digest> Node(uint8_t level, uint64_t index) const = 0;

  // The hashes of several nodes, in the order asked. A source that reads faster in bulk overrides this.
  virtual absl::StatusOr<std::vector<Digest>> Nodes(std::span<const NodeCoordinate> wanted) const;
};

}  // namespace symbolon::ledger
