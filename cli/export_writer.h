#pragma once
// Writes an export, entry by entry.

#include <absl/status/status.h>

#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger/merkle/tile.h"

namespace symbolon::cli {

class ExportWriter {
 public:
  explicit ExportWriter(std::string folder) : folder_(std::move(folder)) {}

  // The next entry, from index 1 on. `leaf_hash` goes into the tiles as it is.
  absl::Status Add(const Bytes& header, const Bytes& body, const Digest& leaf_hash);
  // Partial tiles, genesis and, last, the checkpoint: an export with a checkpoint is complete.
  // `members`: headers of the accepted decisions and configurations (cli/export.h).
  absl::Status Finish(ByteView genesis, const std::vector<Bytes>& members, ByteView checkpoint);

  uint64_t entries() const { return entries_; }
  uint64_t bodies() const { return bodies_; }

 private:
  struct Level {
    uint64_t tiles = 0;          // written in full
    std::vector<Digest> items;  // of the next tile
  };

  absl::Status AddHash(size_t level, const Digest& hash);
  absl::Status WriteTile(size_t level);
  absl::Status WriteBundle();
  absl::Status Write(const std::string& name, ByteView bytes);

  std::string folder_;
  uint64_t entries_ = 0;
  uint64_t bodies_ = 0;
  std::vector<Bytes> bundle_;
  std::vector<Level> levels_;
};

}  // namespace symbolon::cli
