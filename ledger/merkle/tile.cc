#include "ledger/merkle/tile.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "ledger/merkle/hash.h"

namespace symbolon::ledger {

uint64_t ItemsAtLevel(uint64_t size, uint8_t level) {
  const int shift = kTileHeight * level;
  return shift < 64 ? size >> shift : 0;
}

uint32_t TileWidthAt(uint64_t size, TileId tile) {
  const uint64_t items = ItemsAtLevel(size, tile.level);
  if (tile.index > items / kTileWidth) return 0;
  return static_cast<uint32_t>(std::min(items - tile.index * kTileWidth, kTileWidth));
}

std::vector<TileId> TilesOf(uint64_t size) {
  std::vector<TileId> tiles;
  for (uint8_t level = 0; ItemsAtLevel(size, level) > 0; ++level) {
    const uint64_t items = ItemsAtLevel(size, level);
    for (uint64_t i = 0; i < (items + kTileWidth - 1) / kTileWidth; ++i) tiles.push_back({level, i});
  }
  return tiles;
}

std::string TileIndexPath(uint64_t index) {
  std::string path = fmt::format("{:03}", index % 1000);
  while ((index /= 1000) > 0) path = fmt::format("x{:03}/{}", index % 1000, path);
  return path;
}

std::string TilePath(TileId tile, uint32_t width) {
  std::string path = fmt::format("tile/{}/{}", tile.level, TileIndexPath(tile.index));
  return width == kTileWidth ? path : fmt::format("{}.p/{}", path, width);
}

std::string EntriesPath(uint64_t index, uint32_t width) {
  std::string path = "tile/entries/" + TileIndexPath(index);
  return width == kTileWidth ? path : fmt::format("{}.p/{}", path, width);
}

PlaceInTile NodeInTile(uint8_t level, uint64_t index) {
  const int within = level % kTileHeight;
  const uint64_t first = index << within;
  return {{static_cast<uint8_t>(level / kTileHeight), first / kTileWidth},
          static_cast<uint32_t>(first % kTileWidth),
          uint32_t{1} << within};
}

Digest HashItems(std::span<const Digest> items) {
  if (items.size() == 1) return items[0];
  const size_t half = items.size() / 2;
  return NodeHash(HashItems(items.first(half)), HashItems(items.subspan(half)));
}

Bytes EncodeEntryBundle(const std::vector<Bytes>& entries) {
  Writer w;
  for (const Bytes& entry : entries) w.Vec16(entry);
  return w.Take();
}

absl::StatusOr<std::vector<Bytes>> DecodeEntryBundle(ByteView bytes, uint32_t count) {
  Reader r(bytes, "entry bundle");
  std::vector<Bytes> entries;
  for (uint32_t i = 0; i < count && r.ok(); ++i) entries.emplace_back(r.Vec16("entry"));
  RETURN_IF_ERROR(r.ExpectEnd());
  return entries;
}

}  // namespace symbolon::ledger
