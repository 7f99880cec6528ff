#pragma once
// How the body of a batch is stored: once, cut into small tiles, so that the proof of one position is a few
// small reads.
//
// Both trees of a batch are cut alike. A tile of level 0 holds the raw leaves of 16 positions: commitments,
// or tag lists. A tile of level 4 holds the hashes of up to 16 subtrees of 16 leaves, a tile of level 8 those
// of up to 16 subtrees of 256. An RFC 6962 tree over n leaves is the same as one over the hashes of its
// groups of 16 (the last may be shorter), so paths are put together from three small trees; 16^3 = 4096 is
// the limit of a batch.
//
// Level-0 tiles are written with the log; joined, they are the body's exact bytes. Upper tiles are written at
// apply. Bytes that are not cut so easily (of an entry that will be rejected, say) are one value under
// BodyTree::kRaw.

#include <absl/status/statusor.h>

#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "storage/keys.h"

namespace symbolon::storage {

inline constexpr uint32_t kBodyTileWidth = 16;
inline constexpr uint8_t kBodyTileBits = 4;

struct BodyTile {
  BodyTree tree = BodyTree::kCommitments;
  uint8_t level = 0;
  uint32_t tile = 0;
  ByteView bytes;
};

// The level-0 tiles; views into `body`. `header` are the entry header's bytes. Empty for an empty body.
std::vector<BodyTile> CutBody(ByteView header, ByteView body);

// The tag lists in a level-0 tile of the tag tree: where each position's list lies. Nothing when malformed.
std::optional<std::vector<ByteView>> SplitTagTile(ByteView tile);

// The roots of each 16 neighbouring hashes; the last group may be shorter.
std::vector<Digest> GroupRoots(std::span<const Digest> hashes);

// The upper tiles of a tree: hashes joined, in order of level. Empty for 16 leaves or fewer.
struct UpperTile {
  uint8_t level = 0;
  uint32_t tile = 0;
  Bytes hashes;
};
std::vector<UpperTile> MakeUpperTiles(std::span<const Digest> leaf_hashes);

}  // namespace symbolon::storage
