#pragma once
// What a node shows of its ledger, as one immutable value.

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "node/membership_view.h"

namespace symbolon::node {

// A signed checkpoint, and what every verification proof under it has in common.
struct PublishedCheckpoint {
  uint64_t size = 0;
  Digest root{};
  Bytes note;
  // The last accepted seal and its path to the root; 0 before the first.
  uint64_t seal_index = 0;
  Bytes seal_header;
  std::vector<Digest> seal_path;
};

// Never null where it is handed out; the checkpoint is null while nothing was signed by this process.
struct ReadView {
  uint64_t applied_index = 0;
  uint64_t applied_time_ms = 0;
  uint64_t attestation_count = 0;
  bool needs_seal = false;
  uint64_t last_seal_index = 0;
  MembershipViewPtr membership;
  std::shared_ptr<const PublishedCheckpoint> checkpoint;

  uint64_t checkpoint_size() const { return checkpoint ? checkpoint->size : 0; }
};

using ReadViewPtr = std::shared_ptr<const ReadView>;

}  // namespace symbolon::node
