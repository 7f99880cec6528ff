#pragma once
// What the benchmark is asked to do.

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

namespace symbolon::bench {

struct Options {
  std::string dir;        // where nodes keep their data; empty: the system's folder for temporary files
  std::string json_file;  // empty: none
  std::string only;       // rows to measure, comma-separated group names; empty: all
  int clients = 32;       // connections with one request in flight each, the same for both sides
  uint64_t single_requests = 16000;           // one attestation, or one put, each
  uint64_t attestations = uint64_t{1} << 20;  // in batches, and keys in etcd
  int read_seconds = 10;                      // for each way of reading
  int failovers = 7;

  // Whether a group of rows is wanted: writes, bulk, failover, learner.
  bool Wants(const std::string& group) const;
};

// InvalidArgument names the argument. `--quick` comes first in effect, whatever its place.
absl::StatusOr<Options> ParseOptions(int argc, char** argv);

extern const char kUsage[];

}  // namespace symbolon::bench
