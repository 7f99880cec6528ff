#pragma once
// The ledger tree on disk, in tiles of 256 hashes (C2SP tlog-tiles), over applied entries only.
//
// A full tile is one value. The tile at the right edge of each level grows by small runs, one for each
// applied range, so that appending one entry does not write 8 KiB; when it is full, one value takes the place
// of its runs. The edge is also kept in memory, and full tiles that were read stay in a cache of bounded size
// with all their inner hashes, so that a path costs look-ups and no hashing.

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "ledger/merkle/memory_tree.h"
#include "ledger/merkle/proof_builder.h"
#include "ledger/merkle/tile.h"
#include "storage/database.h"

namespace symbolon::storage {

// Items of one tile, from disk. DataLoss, naming the tile's path, unless it has exactly `width` of them.
absl::StatusOr<std::vector<Digest>> ReadTile(const Database& database, ledger::TileId tile, uint32_t width,
                                             bool large_scan = false);

// Reading is thread-safe, beside one thread that appends.
class LedgerTiles : public ledger::NodeSource {
 public:
  // The tree of the first `size` leaves.
  static absl::StatusOr<std::unique_ptr<LedgerTiles>> Open(const Database* database, uint64_t size,
                                                           size_t cache_bytes);

  // A tree that has grown but is not yet shown to readers.
  struct Growth;
  // Puts what the leaves change into the batch.
  std::shared_ptr<const Growth> Append(std::span<const Digest> leaf_hashes, rocksdb::WriteBatch* batch) const;
  // The root of the grown tree.
  absl::StatusOr<Digest> RootOf(const Growth& growth) const;
  // The batch is written: from now on readers see the grown tree.
  void Show(std::shared_ptr<const Growth> growth);

  uint64_t size() const;
  // OutOfRange for a subtree that is not complete.
  absl::StatusOr<Digest> Node(uint8_t level, uint64_t index) const override;
  // Up to 256 items; OutOfRange for a tile that has none.
  absl::StatusOr<std::vector<Digest>> Tile(ledger::TileId tile) const;

 private:
  // The partial tile of a level.
  struct EdgeTile {
    uint64_t index = 0;
    ledger::MemoryTree items;
    std::vector<uint8_t> runs;  // where the runs on disk begin
  };
  using Tree = std::shared_ptr<const ledger::MemoryTree>;
  class GrowthSource;

  LedgerTiles(const Database* database, size_t cache_bytes);
  std::shared_ptr<const Growth> growth() const;
  absl::StatusOr<Digest> NodeOf(const Growth& growth, uint8_t level, uint64_t index) const;
  absl::StatusOr<Tree> FullTile(ledger::TileId tile) const;
  void Remember(ledger::TileId tile, Tree tree) const;

  const Database* const database_;
  const size_t max_cached_;

  mutable std::mutex mutex_;
  std::shared_ptr<const Growth> growth_;  // guarded by mutex_

  struct Cached {
    ledger::TileId tile;
    Tree tree;
  };
  mutable std::mutex cache_mutex_;
  mutable std::list<Cached> recent_;  // most recently used first; guarded by cache_mutex_, like cached_
  mutable absl::flat_hash_map<std::pair<uint8_t, uint64_t>, std::list<Cached>::iterator> cached_;
};

}  // namespace symbolon::storage
