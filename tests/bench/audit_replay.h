#pragma once
// Replaying a ledger, beside the hashing and the signature checks that no replay can do without.

#include <absl/status/statusor.h>

#include <cstdint>

#include "tests/bench/symbolon_network.h"

namespace symbolon::bench {

struct AuditReplay {
  uint64_t entries = 0;
  uint64_t attestations = 0;
  double replay_s = 0;  // processor time of one thread, entries in memory
  double floor_s = 0;  // the same, for the same number of SHA-256 of the same sizes and Ed25519 verifications
  uint64_t hashes = 0;
  uint64_t signatures = 0;
  double from_node_s = 0;  // by the clock, read from a node as `symbolon audit` does
};

absl::StatusOr<AuditReplay> MeasureAudit(const SymbolonNetwork& network);

}  // namespace symbolon::bench
