#pragma once
// Publishing a registry's file: every row attested exactly once, however often and wherever it is interrupted.
//
//   1. finish what an earlier run left pending
//   2. read the whole file and refuse it if any row is bad (or note the bad rows, with skip_bad); nothing is sent yet
//   3. read it again; row by row, what is not attested yet goes into batches; each batch is on disk with its
//      secrets before it is sent, and its credentials are on disk before it is forgotten
//
// Memory: one batch, and about 60 bytes for each row of the file and of earlier files in the same folder.

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <vector>

#include "api/client.h"
#include "cli/profile.h"

namespace symbolon::cli {

inline constexpr uint32_t kDefaultBatchSize = 4096;
// Refusals that are kept to be shown; more are only counted (skip_bad writes all of them to a file).
inline constexpr size_t kMaxRefusalsShown = 100;

struct PublishOptions {
  std::string file;
  std::string mapping_file;
  std::string record_type;  // must be the mapping's; empty: whatever the mapping says
  std::string out;          // folder for credentials
  uint32_t batch_size = kDefaultBatchSize;
  bool skip_bad = false;    // publish the good rows; bad ones go to OUT/refused-<file>.csv
  bool check_only = false;  // stop after step 2; needs no node
  int retry_for_ms = 120000;
  std::function<void(uint64_t rows, uint64_t total)> on_progress = [](uint64_t, uint64_t) {};
  std::function<void(const std::string&)> note = [](const std::string&) {};
};

struct Refused {
  uint64_t line = 0;
  std::string column;
  std::string reason;  // code, never the value
};

struct PublishedBatch {
  uint64_t sequence = 0;
  uint64_t entry_index = 0;
  uint64_t first_attestation = 0;
  uint32_t count = 0;
  bool existing = false;  // it was in the ledger already
};

struct PublishSummary {
  uint64_t rows = 0;       // good rows of the file
  uint64_t attested = 0;   // by this run, pending batches of earlier runs included
  uint64_t unchanged = 0;  // attested before with the same content
  uint64_t refused = 0;    // bad rows
  std::vector<Refused> refusals;         // the first kMaxRefusalsShown
  std::string refused_file;              // with skip_bad, if there were any
  std::vector<PublishedBatch> batches;
};

// With refusals and not skip_bad the summary comes back with refused > 0 and nothing published.
// Other errors: the file, mapping, folder or key cannot be used; the network cannot be reached in time (run again).
absl::StatusOr<PublishSummary> Publish(const ClientProfile& profile, const PublishOptions& options);

}  // namespace symbolon::cli
