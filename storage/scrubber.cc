#include "storage/scrubber.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "ledger/index.h"
#include "ledger/merkle/tile.h"
#include "storage/database.h"
#include "storage/entry_check.h"
#include "storage/ledger_store.h"
#include "storage/ledger_tiles.h"

namespace symbolon::storage {
namespace {

using ledger::kTileWidth;

// The full tile of leaf hashes that the entry belongs to, as it lies on disk, against the hash one level up.
// The tile at the edge is in memory and written often: it is not cold.
absl::Status CheckTileOf(const Database& database, const LedgerStore& ledger, uint64_t index) {
  const ledger::TileId tile{0, ledger::LeafOfEntry(index) / kTileWidth};
  const uint64_t full = ledger::TreeSizeAfter(ledger.applied_index()) / kTileWidth;
  if (tile.index >= full) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<Digest> items,
                   ReadTile(database, tile, kTileWidth, /*large_scan=*/true));
  ASSIGN_OR_RETURN(const Bytes parent, ledger.Tile(1, tile.index / kTileWidth));
  const size_t at = tile.index % kTileWidth * sizeof(Digest);
  if (ByteView(parent).substr(at, sizeof(Digest)) == View(ledger::HashItems(items))) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("{} does not hash to its item one level up", ledger::TilePath(tile, kTileWidth)));
}

absl::Status CheckApplied(const Database& database, const LedgerStore& ledger, uint64_t index,
                          const StoredEntry& entry) {
  ASSIGN_OR_RETURN(const Digest leaf_hash, ledger.LeafHash(index));
  RETURN_IF_ERROR(CheckEntry(index, entry, &leaf_hash));
  ASSIGN_OR_RETURN(const ledger::Verdict verdict, ledger.VerdictOf(index));
  return verdict == ledger::Verdict::kAccepted ? CheckUpperTiles(database, index, entry) : absl::OkStatus();
}

}  // namespace

ScrubResult Scrub(Store* store, const LedgerStore& ledger, uint64_t first, uint64_t max_bytes) {
  const Database& database = store->database();
  ScrubResult result;
  const auto note = [&](const absl::Status& status) {
    if (!absl::IsDataLoss(status)) return result.unreadable.Update(status);
    store->NoteDamage(status);
    result.damage.emplace_back(status.message());
  };
  const uint64_t last = ledger.applied_index();
  if (first == ledger::kGenesisIndex || first > last) first = 1;
  std::unique_ptr<EntryReader> reader;
  for (uint64_t index = first; index <= last; ++index) {
    if (index == first || ledger::LeafOfEntry(index) % kTileWidth == 0) {
      note(CheckTileOf(database, ledger, index));
    }
    if (reader == nullptr)
      reader = std::make_unique<EntryReader>(database, index, nullptr, /*large_scan=*/true);
    const absl::StatusOr<StoredEntry> entry = reader->Next();
    if (!entry.ok()) {
      note(entry.status());
      reader = nullptr;  // it cannot pass what it cannot read
    } else {
      note(CheckApplied(database, ledger, index, *entry));
      result.bytes += entry->header.size() + entry->body.size();
    }
    result.next = index < last ? index + 1 : 1;
    if (result.bytes >= max_bytes || !result.damage.empty() || !result.unreadable.ok()) break;
  }
  return result;
}

}  // namespace symbolon::storage
