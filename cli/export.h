#pragma once
// The ledger as a folder of files, as C2SP tlog-tiles lays it out (docs/formats.md section 12): for auditors, and for any
// web server.

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "base/bytes.h"
#include "cli/console.h"
#include "cli/profile.h"

namespace symbolon::cli {

struct ExportSummary {
  uint64_t entries = 0;
  uint64_t bodies = 0;
};

// From a running node, up to the checkpoint that it shows first. `out` must not exist, or be empty.
absl::StatusOr<ExportSummary> ExportFromNode(const Console& console, const ClientProfile& profile,
                                             const std::string& out);

// From the data folder of a node that does not run, damaged or not: bytes are taken as they lie on disk, leaf hashes from
// the stored tiles, so that an audit of the export finds what does not fit. The checkpoint is the last one that the
// node signed, signed again with its log key.
absl::StatusOr<ExportSummary> ExportFromData(const Console& console, const std::string& node_config,
                                             const std::string& out);

struct ExportedEntry {
  Bytes header;
  Bytes body;
  Digest leaf_hash{};
};

// Reads entries in ascending order; holds one bundle and one tile in memory.
class ExportReader {
 public:
  // NotFound when a file is missing; the message names it.
  static absl::StatusOr<ExportReader> Open(const std::string& folder);

  const Bytes& genesis() const { return genesis_; }
  const Bytes& checkpoint() const { return checkpoint_; }
  // Who the nodes were since the genesis, as the export proves it.
  absl::Status FollowMembers(ledger::Trust& trust) const;
  // Entry `index` (from 1) of an export of `size` entries.
  absl::StatusOr<ExportedEntry> Read(uint64_t index, uint64_t size);

 private:
  absl::Status Load(uint64_t bundle, uint64_t size);

  std::string folder_;
  Bytes genesis_;
  Bytes checkpoint_;
  uint64_t loaded_ = UINT64_MAX;
  std::vector<Bytes> headers_;
  std::vector<Digest> leaves_;
};

}  // namespace symbolon::cli
