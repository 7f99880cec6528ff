#pragma once
// A million keys in etcd: filled in transactions of 128 puts, read, weighed.

#include <absl/status/statusor.h>

#include <string>

#include "tests/bench/load.h"
#include "tests/bench/options.h"
#include "tests/bench/process_stats.h"

namespace symbolon::bench {

struct BulkEtcd {
  uint64_t keys = 0;
  Load fill;                // requests are transactions
  double fill_cpu_us = 0;   // of the three members, per key
  Memory memory;            // of the largest member, right after filling
  Load get_before_restart;  // linearizable, at the leader, right after filling
  Load get;                 // the same, after a restart
  double get_cpu_us = 0;    // of all members
  Load get_serializable;
  double disk_bytes_per_key = 0;  // the mean of the members, after a clean stop
};

// `item_bytes`: key and value together.
absl::StatusOr<BulkEtcd> MeasureBulkEtcd(const Options& options, const std::string& folder,
                                         size_t item_bytes);

}  // namespace symbolon::bench
