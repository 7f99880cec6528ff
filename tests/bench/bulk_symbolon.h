#pragma once
// A ledger of a million attestations in signed batches: filled, read, audited, weighed.

#include <absl/status/statusor.h>

#include <string>

#include "base/bytes.h"
#include "tests/bench/audit_replay.h"
#include "tests/bench/load.h"
#include "tests/bench/options.h"
#include "tests/bench/process_stats.h"

namespace symbolon::bench {

struct BulkSymbolon {
  uint64_t attestations = 0;
  size_t bytes_per_attestation = 0;  // of a request, its share of the header included
  Load fill;                         // requests are batches
  double fill_cpu_us = 0;            // of the three nodes, per attestation
  Memory memory;                     // of the largest node, right after filling
  Memory memory_after_reading;

  Load verify;  // at one node
  double verify_cpu_us = 0;
  Load verify_linearizable;
  double verify_linearizable_cpu_us = 0;
  double stream_per_second = 0;  // VerifyMany, four streams
  double stream_cpu_us = 0;
  size_t request_bytes = 0;  // of verify, on the wire
  size_t reply_bytes = 0;
  Bytes proof;  // a real one

  AuditReplay audit;
  double disk_bytes_per_attestation = 0;  // the mean of the nodes, after a clean stop
};

absl::StatusOr<BulkSymbolon> MeasureBulkSymbolon(const Options& options, const std::string& folder);

}  // namespace symbolon::bench
