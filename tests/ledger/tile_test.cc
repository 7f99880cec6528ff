#include "ledger/merkle/tile.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/merkle/hash.h"
#include "ledger/merkle/memory_tree.h"
#include "tests/ledger/vectors.h"

namespace symbolon::ledger {
namespace {

TEST(Tile, PublishedIndexPaths) {
  const auto vectors = Vectors("tlog.json");
  for (const auto& c : vectors["tile_index_paths"]) {
    EXPECT_EQ(TileIndexPath(c["n"]), c["path"].get<std::string>());
  }
}

TEST(Tile, PublishedTilesOfSizes) {
  const auto vectors = Vectors("tlog.json");
  for (const auto& c : vectors["tiles_of_size"]) {
    const uint64_t size = c["size"];
    size_t tiles = 0;
    for (const auto& level : c["levels"]) {
      const uint8_t l = level["level"];
      const uint64_t full = level["full_tiles"];
      const uint32_t width = level["partial_width"];
      if (full > 0) {
        EXPECT_EQ(TileWidthAt(size, {l, full - 1}), kTileWidth);
      }
      EXPECT_EQ(TileWidthAt(size, {l, full}), width);
      EXPECT_EQ(TileWidthAt(size, {l, full + 1}), 0u);
      if (width != 0) {
        EXPECT_EQ(TilePath({l, full}, width), level["partial_path"].get<std::string>());
      }
      tiles += full + (width != 0);
    }
    EXPECT_EQ(TilesOf(size).size(), tiles) << size;
  }
}

TEST(Tile, PublishedEntryBundle) {
  const auto v = Vectors("tlog.json")["entry_bundle"];
  std::vector<Bytes> entries;
  for (const auto& e : v["entries"]) entries.push_back(FromHex(e.get<std::string>()).value());
  const Bytes bytes = FromHex(v["bytes_hex"].get<std::string>()).value();
  EXPECT_EQ(EncodeEntryBundle(entries), bytes);
  EXPECT_EQ(DecodeEntryBundle(bytes, static_cast<uint32_t>(entries.size())).value(), entries);
  EXPECT_FALSE(DecodeEntryBundle(bytes, static_cast<uint32_t>(entries.size()) - 1).ok());
  EXPECT_FALSE(DecodeEntryBundle(bytes, static_cast<uint32_t>(entries.size()) + 1).ok());
}

TEST(Tile, EveryCompleteSubtreeIsFoundInItsTile) {
  const uint64_t size = 1024;
  std::vector<Digest> leaves;
  for (uint64_t i = 0; i < size; ++i) leaves.push_back(LeafHash(fmt::format("{}", i)));
  const MemoryTree tree(leaves);
  for (uint8_t level = 0; level <= 10; ++level) {
    for (uint64_t index = 0; index < size >> level; ++index) {
      const PlaceInTile place = NodeInTile(level, index);
      ASSERT_EQ(place.tile.level, level / kTileHeight);
      ASSERT_LE(place.first + place.count, kTileWidth);
      std::vector<Digest> items;
      for (uint32_t i = 0; i < place.count; ++i) {
        items.push_back(*tree.Node(static_cast<uint8_t>(place.tile.level * kTileHeight),
                                   place.tile.index * kTileWidth + place.first + i));
      }
      ASSERT_EQ(HashItems(items), *tree.Node(level, index));
    }
  }
}

TEST(Tile, EntryBundlesHaveTheirOwnFolder) {
  EXPECT_EQ(EntriesPath(0, 256), "tile/entries/000");
  EXPECT_EQ(EntriesPath(1234067, 256), "tile/entries/x001/x234/067");
  EXPECT_EQ(EntriesPath(273, 112), "tile/entries/273.p/112");
}

TEST(Tile, TheHighestNodesHaveAPlaceToo) {
  const PlaceInTile top = NodeInTile(63, 1);
  EXPECT_EQ(top.tile, (TileId{7, 0}));
  EXPECT_EQ(top.first, 128u);
  EXPECT_EQ(top.count, 128u);
  const PlaceInTile last = NodeInTile(0, ~uint64_t{0} - 1);
  EXPECT_EQ(last.tile, (TileId{0, ~uint64_t{0} >> 8}));
  EXPECT_EQ(last.first, 254u);
  EXPECT_EQ(TileWidthAt(~uint64_t{0}, {7, 0}), 255u);
  EXPECT_EQ(TileWidthAt(~uint64_t{0}, {8, 0}), 0u);
}

TEST(Tile, BundlesCutShortOrPaddedAreRefused) {
  const std::vector<Bytes> entries = {"a", "", Bytes(0xffff, 'x')};
  const Bytes good = EncodeEntryBundle(entries);
  EXPECT_EQ(*DecodeEntryBundle(good, 3), entries);
  EXPECT_FALSE(DecodeEntryBundle(good + '\0', 3).ok());
  for (const size_t length : {size_t{0}, size_t{1}, size_t{2}, size_t{4}, good.size() - 1}) {
    EXPECT_FALSE(DecodeEntryBundle(good.substr(0, length), 3).ok()) << length;
  }
  EXPECT_TRUE(DecodeEntryBundle("", 0)->empty());
}

}  // namespace
}  // namespace symbolon::ledger
