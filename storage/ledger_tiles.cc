#include "storage/ledger_tiles.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "storage/keys.h"

namespace symbolon::storage {
namespace {

using ledger::ItemsAtLevel;
using ledger::kTileHeight;
using ledger::kTileWidth;
using ledger::MemoryTree;
using ledger::TileId;

constexpr size_t kDigestSize = std::tuple_size_v<Digest>;
constexpr size_t kExpandedTileBytes = 2 * kTileWidth * kDigestSize + 512;

Digest Item(const MemoryTree& items, uint64_t i) {
  return items.Node(0, i).value_or(Digest{});
}

Bytes JoinItems(const MemoryTree& items, uint64_t from) {
  Bytes out;
  out.reserve((items.size() - from) * kDigestSize);
  for (uint64_t i = from; i < items.size(); ++i) out.append(View(Item(items, i)));
  return out;
}

bool AppendDigests(ByteView bytes, std::vector<Digest>* out) {
  if (bytes.size() % kDigestSize != 0) return false;
  Reader r(bytes, "tile");
  while (r.remaining() > 0) out->push_back(r.Fixed32("hash"));
  return true;
}

}  // namespace

struct LedgerTiles::Growth {
  uint64_t size = 0;
  std::vector<EdgeTile> edge;                      // by level
  std::vector<std::pair<TileId, Tree>> completed;  // full tiles that are not in the cache yet

  // Appends an item to a level, and completes the tiles above as they fill.
  void Push(const Database& database, uint8_t level, const Digest& hash, rocksdb::WriteBatch* batch);
};

void LedgerTiles::Growth::Push(const Database& database, uint8_t level, const Digest& hash,
                               rocksdb::WriteBatch* batch) {
  if (edge.size() <= level) edge.emplace_back();
  EdgeTile& tile = edge[level];
  tile.items.Append(hash);
  if (tile.items.size() < kTileWidth) return;

  rocksdb::ColumnFamilyHandle* family = database.handle(Family::kTiles);
  for (const uint8_t run : tile.runs) {
    if (run != 0) batch->Delete(family, TileKey(level, tile.index, run));
  }
  batch->Put(family, TileKey(level, tile.index, 0), JoinItems(tile.items, 0));
  const Digest root = tile.items.Root();
  completed.emplace_back(TileId{level, tile.index},
                         std::make_shared<const MemoryTree>(std::move(tile.items)));
  tile = EdgeTile{.index = tile.index + 1, .items = {}, .runs = {}};
  Push(database, level + 1, root, batch);
}

absl::StatusOr<std::vector<Digest>> ReadTile(const Database& database, TileId tile, uint32_t width,
                                             bool large_scan) {
  const std::string path = ledger::TilePath(tile, width);
  std::vector<Digest> items;
  items.reserve(width);
  auto it = database.Iterate(Family::kTiles, nullptr, large_scan);
  const Bytes prefix = TileKey(tile.level, tile.index, 0).substr(0, 9);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    const size_t offset = static_cast<uint8_t>(it->key()[prefix.size()]);
    if (offset != items.size() || !AppendDigests(ToView(it->value()), &items) || items.size() > width) {
      return absl::DataLossError(fmt::format("{}: its stored pieces do not fit together", path));
    }
  }
  RETURN_IF_ERROR(database.Convert(it->status(), "reading " + path));
  if (items.size() != width) {
    return absl::DataLossError(fmt::format("{}: {} of its {} hashes are stored", path, items.size(), width));
  }
  return items;
}

LedgerTiles::LedgerTiles(const Database* database, size_t cache_bytes)
    : database_(database), max_cached_(std::max<size_t>(cache_bytes / kExpandedTileBytes, 4)) {}

absl::StatusOr<std::unique_ptr<LedgerTiles>> LedgerTiles::Open(const Database* database, uint64_t size,
                                                               size_t cache_bytes) {
  auto tiles = std::unique_ptr<LedgerTiles>(new LedgerTiles(database, cache_bytes));
  auto growth = std::make_shared<Growth>();
  growth->size = size;
  for (uint8_t level = 0; ItemsAtLevel(size, level) > 0; ++level) {
    const uint64_t count = ItemsAtLevel(size, level);
    EdgeTile& tile = growth->edge.emplace_back();
    tile.index = count / kTileWidth;
    const auto width = static_cast<uint32_t>(count % kTileWidth);
    if (width == 0) continue;
    ASSIGN_OR_RETURN(const std::vector<Digest> items, ReadTile(*database, {level, tile.index}, width));
    tile.items = MemoryTree(items);
    // Runs that may be there; deleting one that is not does no harm, and this happens once for a tile.
    for (uint32_t offset = 0; offset < width; ++offset) tile.runs.push_back(static_cast<uint8_t>(offset));
  }
  tiles->growth_ = std::move(growth);
  return tiles;
}

std::shared_ptr<const LedgerTiles::Growth> LedgerTiles::growth() const {
  std::lock_guard lock(mutex_);
  return growth_;
}

uint64_t LedgerTiles::size() const {
  return growth()->size;
}

std::shared_ptr<const LedgerTiles::Growth> LedgerTiles::Append(std::span<const Digest> leaf_hashes,
                                                               rocksdb::WriteBatch* batch) const {
  auto grown = std::make_shared<Growth>(*growth());
  grown->completed.clear();
  std::vector<std::pair<uint64_t, uint64_t>> before;  // index and width by level
  for (const EdgeTile& tile : grown->edge) before.emplace_back(tile.index, tile.items.size());
  for (const Digest& leaf : leaf_hashes) grown->Push(*database_, 0, leaf, batch);
  grown->size += leaf_hashes.size();

  for (uint8_t level = 0; level < grown->edge.size(); ++level) {
    EdgeTile& tile = grown->edge[level];
    const bool same_tile = level < before.size() && before[level].first == tile.index;
    const uint64_t written = same_tile ? before[level].second : 0;
    if (tile.items.size() == written) continue;
    tile.runs.push_back(static_cast<uint8_t>(written));
    batch->Put(database_->handle(Family::kTiles), TileKey(level, tile.index, static_cast<uint8_t>(written)),
               JoinItems(tile.items, written));
  }
  return grown;
}

void LedgerTiles::Show(std::shared_ptr<const Growth> grown) {
  for (const auto& [tile, tree] : grown->completed) Remember(tile, tree);
  std::lock_guard lock(mutex_);
  growth_ = std::move(grown);
}

// The tree of a growth, as a NodeSource.
class LedgerTiles::GrowthSource final : public ledger::NodeSource {
 public:
  GrowthSource(const LedgerTiles& tiles, const Growth& growth) : tiles_(tiles), growth_(growth) {}
  absl::StatusOr<Digest> Node(uint8_t level, uint64_t index) const override {
    return tiles_.NodeOf(growth_, level, index);
  }

 private:
  const LedgerTiles& tiles_;
  const Growth& growth_;
};

absl::StatusOr<Digest> LedgerTiles::RootOf(const Growth& growth) const {
  return ledger::RootOf(growth.size, GrowthSource(*this, growth));
}

absl::StatusOr<Digest> LedgerTiles::Node(uint8_t level, uint64_t index) const {
  return NodeOf(*growth(), level, index);
}

absl::StatusOr<Digest> LedgerTiles::NodeOf(const Growth& growth, uint8_t level, uint64_t index) const {
  const ledger::PlaceInTile place = ledger::NodeInTile(level, index);
  const auto within = static_cast<uint8_t>(level % kTileHeight);
  const uint64_t index_within = place.first >> within;
  if (place.tile.level >= growth.edge.size() || place.tile.index > growth.edge[place.tile.level].index) {
    return absl::OutOfRangeError(
        fmt::format("no complete subtree ({}, {}) in a tree of {} leaves", level, index, growth.size));
  }
  const EdgeTile& edge = growth.edge[place.tile.level];
  if (place.tile.index == edge.index) return edge.items.Node(within, index_within);
  for (const auto& [tile, tree] : growth.completed) {
    if (tile == place.tile) return tree->Node(within, index_within);
  }
  ASSIGN_OR_RETURN(const Tree tree, FullTile(place.tile));
  return tree->Node(within, index_within);
}

absl::StatusOr<std::vector<Digest>> LedgerTiles::Tile(TileId tile) const {
  const auto shown = growth();
  const uint32_t width = ledger::TileWidthAt(shown->size, tile);
  if (width == 0) {
    return absl::OutOfRangeError(
        fmt::format("no tile ({}, {}) in a tree of {} leaves", tile.level, tile.index, shown->size));
  }
  Tree full;
  const MemoryTree* items = &shown->edge[tile.level].items;
  if (width == kTileWidth) {
    ASSIGN_OR_RETURN(full, FullTile(tile));
    items = full.get();
  }
  std::vector<Digest> out;
  for (uint32_t i = 0; i < width; ++i) out.push_back(Item(*items, i));
  return out;
}

absl::StatusOr<LedgerTiles::Tree> LedgerTiles::FullTile(TileId tile) const {
  {
    std::lock_guard lock(cache_mutex_);
    const auto found = cached_.find({tile.level, tile.index});
    if (found != cached_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
      return found->second->tree;
    }
  }
  ASSIGN_OR_RETURN(const std::vector<Digest> items, ReadTile(*database_, tile, kTileWidth));
  Tree tree = std::make_shared<const MemoryTree>(items);
  Remember(tile, tree);
  return tree;
}

void LedgerTiles::Remember(TileId tile, Tree tree) const {
  std::lock_guard lock(cache_mutex_);
  const auto [found, is_new] = cached_.try_emplace({tile.level, tile.index});
  if (!is_new) return;
  recent_.push_front({tile, std::move(tree)});
  found->second = recent_.begin();
  if (recent_.size() > max_cached_) {
    cached_.erase({recent_.back().tile.level, recent_.back().tile.index});
    recent_.pop_back();
  }
}

}  // namespace symbolon::storage
