#include "storage/body_tiles.h"

#include <algorithm>

#include "ledger/entries/batch.h"
#include "ledger/entry_header.h"
#include "ledger/merkle/memory_tree.h"

namespace symbolon::storage {
namespace {

constexpr size_t kDigestSize = std::tuple_size_v<Digest>;
constexpr size_t kTagItemSize = 2 + kDigestSize;

// Where each of `count` tag lists ends, or nothing unless the bytes are exactly that many lists.
std::optional<std::vector<size_t>> TagListEnds(ByteView lists, size_t count) {
  std::vector<size_t> ends;
  ends.reserve(count);
  size_t at = 0;
  while (ends.size() < count) {
    if (at >= lists.size()) return std::nullopt;
    at += 1 + static_cast<uint8_t>(lists[at]) * kTagItemSize;
    if (at > lists.size()) return std::nullopt;
    ends.push_back(at);
  }
  if (at != lists.size()) return std::nullopt;
  return ends;
}

void CutCommitments(ByteView commitments, std::vector<BodyTile>* tiles) {
  constexpr size_t kStride = kBodyTileWidth * kDigestSize;
  for (uint32_t tile = 0; tile * kStride < commitments.size(); ++tile) {
    tiles->push_back({BodyTree::kCommitments, 0, tile, commitments.substr(tile * kStride, kStride)});
  }
}

void CutTags(ByteView lists, const std::vector<size_t>& ends, std::vector<BodyTile>* tiles) {
  size_t begin = 0;
  for (uint32_t tile = 0; tile * kBodyTileWidth < ends.size(); ++tile) {
    const size_t end = ends[std::min<size_t>((tile + 1) * kBodyTileWidth, ends.size()) - 1];
    tiles->push_back({BodyTree::kTags, 0, tile, lists.substr(begin, end - begin)});
    begin = end;
  }
}

std::optional<ledger::BatchHeader> BatchHeaderOf(ByteView header) {
  const auto entry = ledger::DecodeEntryHeader(header);
  if (!entry.ok() || entry->kind != ledger::Kind::kBatch) return std::nullopt;
  const auto batch = ledger::DecodeSignedBatch(entry->payload);
  if (!batch.ok()) return std::nullopt;
  return batch->header;
}

}  // namespace

std::vector<BodyTile> CutBody(ByteView header, ByteView body) {
  std::vector<BodyTile> tiles;
  if (body.empty()) return tiles;
  const std::vector<BodyTile> raw = {{BodyTree::kRaw, 0, 0, body}};
  const std::optional<ledger::BatchHeader> batch = BatchHeaderOf(header);
  if (!batch || body.size() < batch->count * kDigestSize) return raw;

  const ByteView lists = body.substr(batch->count * kDigestSize);
  const auto ends = TagListEnds(lists, batch->has_tags() ? batch->count : 0);
  if (!ends) return raw;
  CutCommitments(body.substr(0, body.size() - lists.size()), &tiles);
  CutTags(lists, *ends, &tiles);
  return tiles;
}

std::optional<std::vector<ByteView>> SplitTagTile(ByteView tile) {
  std::vector<ByteView> lists;
  while (!tile.empty()) {
    const size_t size = 1 + static_cast<uint8_t>(tile[0]) * kTagItemSize;
    if (size > tile.size() || lists.size() == kBodyTileWidth) return std::nullopt;
    lists.push_back(tile.substr(0, size));
    tile.remove_prefix(size);
  }
  return lists;
}

std::vector<Digest> GroupRoots(std::span<const Digest> hashes) {
  std::vector<Digest> roots;
  for (; !hashes.empty(); hashes = hashes.subspan(std::min<size_t>(kBodyTileWidth, hashes.size()))) {
    const auto group = hashes.first(std::min<size_t>(kBodyTileWidth, hashes.size()));
    roots.push_back(ledger::MemoryTree({group.begin(), group.end()}).Root());
  }
  return roots;
}

std::vector<UpperTile> MakeUpperTiles(std::span<const Digest> leaf_hashes) {
  std::vector<UpperTile> tiles;
  std::vector<Digest> hashes(leaf_hashes.begin(), leaf_hashes.end());
  for (uint8_t level = kBodyTileBits; hashes.size() > kBodyTileWidth; level += kBodyTileBits) {
    hashes = GroupRoots(hashes);
    for (uint32_t tile = 0; tile * kBodyTileWidth < hashes.size(); ++tile) {
      UpperTile& upper = tiles.emplace_back(UpperTile{level, tile, {}});
      const size_t end = std::min<size_t>((tile + 1) * kBodyTileWidth, hashes.size());
      for (size_t i = tile * kBodyTileWidth; i < end; ++i) upper.hashes.append(View(hashes[i]));
    }
  }
  return tiles;
}

}  // namespace symbolon::storage
