#pragma once
// Signed batches of made-up commitments, each with one look-up tag, made ahead of the measurement.

#include <absl/status/statusor.h>

#include <vector>

#include "base/bytes.h"
#include "tests/bench/symbolon_network.h"

namespace symbolon::bench {

struct ReadyBatch {
  Bytes signed_batch;
  Bytes body;
  size_t size() const { return signed_batch.size() + body.size(); }
};

// The issuer's next batch of `count` random attestations.
absl::StatusOr<ReadyBatch> MakeBatch(Issuer& issuer, const Digest& network, uint32_t count);
absl::StatusOr<std::vector<ReadyBatch>> MakeBatches(Issuer& issuer, const Digest& network, uint64_t batches,
                                                    uint32_t count);

}  // namespace symbolon::bench
