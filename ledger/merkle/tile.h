#pragma once
// C2SP tlog-tiles: where the hashes of a tree lie when they are kept in tiles of 256, and how a tile is
// named.

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace symbolon::ledger {

inline constexpr int kTileHeight = 8;
inline constexpr uint64_t kTileWidth = 1 << kTileHeight;

// Item i of tile (level, index) is MTH of the leaves (index * 256 + i) * 256^level up to the next.
struct TileId {
  uint8_t level = 0;
  uint64_t index = 0;
  auto operator<=>(const TileId&) const = default;
};

// How many items of a level a tree of `size` leaves has in all; the last tile holds the remainder.
uint64_t ItemsAtLevel(uint64_t size, uint8_t level);
// 256 for a full tile; floor(size / 256^level) mod 256 for the partial one; 0 past the end.
uint32_t TileWidthAt(uint64_t size, TileId tile);
// Every tile of a tree of `size` leaves, level by level.
std::vector<TileId> TilesOf(uint64_t size);

// "x001/x234/067": groups of three digits, all but the last behind an x.
std::string TileIndexPath(uint64_t index);
// "tile/<L>/<N>" and, for a width under 256, ".p/<W>". 1 <= width <= 256.
std::string TilePath(TileId tile, uint32_t width);
std::string EntriesPath(uint64_t index, uint32_t width);

// The complete subtree (level, index) is made of `count` items of one tile, from `first` on.
struct PlaceInTile {
  TileId tile;
  uint32_t first = 0;
  uint32_t count = 1;  // a power of two
};
PlaceInTile NodeInTile(uint8_t level, uint64_t index);
// The hash over a power of two of neighbouring items.
Digest HashItems(std::span<const Digest> items);

// (u16 length || entry)*, at most 256 entries, each under 64 KiB.
Bytes EncodeEntryBundle(const std::vector<Bytes>& entries);
// Exactly `count` entries, no bytes left over.
absl::StatusOr<std::vector<Bytes>> DecodeEntryBundle(ByteView bytes, uint32_t count);

}  // namespace symbolon::ledger
