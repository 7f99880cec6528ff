#include "storage/body_proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "ledger/merkle/memory_tree.h"
#include "storage/keys.h"

namespace symbolon::storage {
namespace {

using ledger::LookupTag;
using ledger::MemoryTree;

std::string TileName(const BodyPosition& at, BodyTree tree, uint8_t level, uint32_t tile) {
  return fmt::format("entry {}: tile (level {}, {}) of its {} tree", at.entry_index, level, tile,
                     tree == BodyTree::kTags ? "tag" : "commitment");
}

absl::StatusOr<Bytes> ReadBodyTile(const Database& database, const BodyPosition& at, BodyTree tree,
                                   uint8_t level, uint32_t tile) {
  Bytes value;
  const absl::Status status =
      database.Get(Family::kBodies, EncodeBodyKey({at.entry_index, tree, level, tile}), &value);
  if (absl::IsNotFound(status)) return absl::NotFoundError(TileName(at, tree, level, tile) + " is missing");
  if (!status.ok()) return Annotate(status, TileName(at, tree, level, tile));
  return value;
}

// How many items tile `tile` of a level has when the level has `items`.
uint32_t WidthOf(uint32_t items, uint32_t tile) {
  return std::min(kBodyTileWidth, items - tile * kBodyTileWidth);
}

absl::StatusOr<std::vector<Digest>> SplitDigests(ByteView bytes, uint32_t count, const std::string& name) {
  Reader r(bytes, "tile");
  std::vector<Digest> out;
  for (uint32_t i = 0; i < count; ++i) out.push_back(r.Fixed32("hash"));
  if (!r.ExpectEnd().ok()) return absl::DataLossError(fmt::format("{} has not {} hashes", name, count));
  return out;
}

// Path of `position` from the hashes of the leaves of its level-0 tile up through the stored upper tiles.
absl::StatusOr<std::vector<Digest>> PathFrom(const Database& database, const BodyPosition& at, BodyTree tree,
                                             const std::vector<Digest>& leaf_hashes) {
  std::vector<Digest> path = MemoryTree(leaf_hashes).Inclusion(at.position % kBodyTileWidth);
  uint32_t items = at.count;
  uint32_t position = at.position;
  for (uint8_t level = kBodyTileBits; items > kBodyTileWidth; level += kBodyTileBits) {
    items = (items + kBodyTileWidth - 1) / kBodyTileWidth;
    position /= kBodyTileWidth;
    const uint32_t tile = position / kBodyTileWidth;
    absl::StatusOr<Bytes> bytes = ReadBodyTile(database, at, tree, level, tile);
    if (absl::IsNotFound(bytes.status())) return absl::DataLossError(bytes.status().message());
    RETURN_IF_ERROR(bytes.status());
    ASSIGN_OR_RETURN(const std::vector<Digest> hashes,
                     SplitDigests(*bytes, WidthOf(items, tile), TileName(at, tree, level, tile)));
    const std::vector<Digest> higher = MemoryTree(hashes).Inclusion(position % kBodyTileWidth);
    path.insert(path.end(), higher.begin(), higher.end());
  }
  return path;
}

absl::StatusOr<std::vector<LookupTag>> DecodeTagList(ByteView bytes) {
  Reader r(bytes, "tag list");
  const uint8_t count = r.U8("count");
  std::vector<LookupTag> tags;
  for (uint8_t i = 0; i < count && r.ok(); ++i) {
    LookupTag& tag = tags.emplace_back();
    tag.profile = r.U16("profile");
    tag.tag = r.Fixed32("tag");
  }
  RETURN_IF_ERROR(r.ExpectEnd());
  return tags;
}

}  // namespace

absl::StatusOr<Digest> ReadCommitment(const Database& database, const BodyPosition& at,
                                      std::vector<Digest>* path) {
  const uint32_t tile = at.position / kBodyTileWidth;
  ASSIGN_OR_RETURN(const Bytes bytes, ReadBodyTile(database, at, BodyTree::kCommitments, 0, tile));
  ASSIGN_OR_RETURN(
      const std::vector<Digest> commitments,
      SplitDigests(bytes, WidthOf(at.count, tile), TileName(at, BodyTree::kCommitments, 0, tile)));
  if (path != nullptr) {
    std::vector<Digest> leaves;
    for (uint32_t i = 0; i < commitments.size(); ++i) {
      leaves.push_back(ledger::CommitmentLeafHash(tile * kBodyTileWidth + i, commitments[i]));
    }
    ASSIGN_OR_RETURN(*path, PathFrom(database, at, BodyTree::kCommitments, leaves));
  }
  return commitments[at.position % kBodyTileWidth];
}

absl::StatusOr<std::vector<LookupTag>> ReadTags(const Database& database, const BodyPosition& at,
                                                std::vector<Digest>* path) {
  const uint32_t tile = at.position / kBodyTileWidth;
  ASSIGN_OR_RETURN(const Bytes bytes, ReadBodyTile(database, at, BodyTree::kTags, 0, tile));
  const auto lists = SplitTagTile(bytes);
  const absl::Status damaged =
      absl::DataLossError(TileName(at, BodyTree::kTags, 0, tile) + " cannot be read");
  if (!lists || lists->size() != WidthOf(at.count, tile)) return damaged;

  std::vector<LookupTag> wanted;
  std::vector<Digest> leaves;
  for (uint32_t i = 0; i < lists->size(); ++i) {
    absl::StatusOr<std::vector<LookupTag>> tags = DecodeTagList((*lists)[i]);
    if (!tags.ok()) return damaged;
    if (path != nullptr) leaves.push_back(ledger::TagLeafHash(tile * kBodyTileWidth + i, *tags));
    if (i == at.position % kBodyTileWidth) wanted = *std::move(tags);
  }
  if (path != nullptr) {
    ASSIGN_OR_RETURN(*path, PathFrom(database, at, BodyTree::kTags, leaves));
  }
  return wanted;
}

}  // namespace symbolon::storage
