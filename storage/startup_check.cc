#include "storage/startup_check.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "ledger/index.h"
#include "ledger/merkle/hash.h"
#include "ledger/merkle/memory_tree.h"
#include "ledger/merkle/proof_builder.h"
#include "ledger/merkle/tile.h"
#include "storage/database.h"
#include "storage/entry_check.h"
#include "storage/entry_reader.h"
#include "storage/keys.h"
#include "storage/ledger_rows.h"
#include "storage/ledger_tiles.h"
#include "storage/raft_state.h"
#include "storage/stored_state.h"

namespace symbolon::storage {
namespace {

using ledger::kTileWidth;
using ledger::TileId;

// Each full tile of a level must hash to the item that stands for it one level up.
absl::Status CheckLevel(const Database& database, uint64_t size, uint8_t level) {
  const uint64_t full = ledger::ItemsAtLevel(size, level) / kTileWidth;
  std::vector<Digest> parents;
  for (uint64_t index = 0; index < full; ++index) {
    const TileId tile{level, index};
    const TileId parent{static_cast<uint8_t>(level + 1), index / kTileWidth};
    if (index % kTileWidth == 0) {
      ASSIGN_OR_RETURN(parents,
                       ReadTile(database, parent, ledger::TileWidthAt(size, parent), /*large_scan=*/true));
    }
    ASSIGN_OR_RETURN(const std::vector<Digest> items,
                     ReadTile(database, tile, kTileWidth, /*large_scan=*/true));
    if (ledger::HashItems(items) != parents[index % kTileWidth]) {
      return absl::DataLossError(fmt::format("{} does not hash to item {} of {}",
                                             ledger::TilePath(tile, kTileWidth), index % kTileWidth,
                                             ledger::TilePath(parent, ledger::TileWidthAt(size, parent))));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTree(const Database& database, const AppliedRow& applied, bool with_leaves) {
  const uint64_t size = ledger::TreeSizeAfter(applied.index);
  for (uint8_t level = with_leaves ? 0 : 1; ledger::ItemsAtLevel(size, level) > 0; ++level) {
    RETURN_IF_ERROR(CheckLevel(database, size, level));
  }
  ASSIGN_OR_RETURN(const auto tiles, LedgerTiles::Open(&database, size, /*cache_bytes=*/0));
  ASSIGN_OR_RETURN(const Digest root, ledger::RootOf(size, *tiles));
  if (root != applied.root) {
    return absl::DataLossError(fmt::format(
        "the tiles at the right edge of the tree of {} entries do not lead to the stored root", size));
  }
  return absl::OkStatus();
}

// Every entry of the log: no gap, terms that do not fall, headers as in the tree, bodies as their headers
// say.
absl::Status CheckEntries(const Database& database, uint64_t applied, uint64_t last) {
  EntryReader reader(database, 1, nullptr, /*large_scan=*/true);
  std::vector<Digest> leaves;
  std::vector<consensus::Index> configurations;
  consensus::Term term;
  for (uint64_t index = 1; index <= last; ++index) {
    const uint64_t leaf = ledger::LeafOfEntry(index);
    const TileId tile{0, leaf / kTileWidth};
    if (index <= applied && leaf % kTileWidth == 0) {
      ASSIGN_OR_RETURN(
          leaves, ReadTile(database, tile, ledger::TileWidthAt(ledger::TreeSizeAfter(applied), tile), true));
    }
    ASSIGN_OR_RETURN(const StoredEntry entry, reader.Next());
    if (entry.term < term) {
      return absl::DataLossError(fmt::format("entry {}: its term {} is below the term {} of the entry before",
                                             index, entry.term, term));
    }
    term = entry.term;
    if (entry.kind == consensus::EntryKind::kConfiguration) configurations.emplace_back(index);
    RETURN_IF_ERROR(CheckEntry(index, entry, index <= applied ? &leaves[leaf % kTileWidth] : nullptr));
    Bytes verdict;
    if (index > applied || database.Get(Family::kVerdicts, U64Key(index), &verdict).ok()) continue;
    RETURN_IF_ERROR(CheckUpperTiles(database, index, entry));
  }
  ASSIGN_OR_RETURN(const std::vector<consensus::Index> stored, StoredConfigurationIndexes(database));
  if (stored == configurations) return absl::OkStatus();
  return absl::DataLossError(fmt::format("{} configuration entries are noted, but the log has {}, or others",
                                         stored.size(), configurations.size()));
}

// A configuration that is noted where there is none would put other nodes in charge.
absl::Status CheckConfigurations(const Database& database) {
  ASSIGN_OR_RETURN(const std::vector<consensus::Index> stored, StoredConfigurationIndexes(database));
  for (const consensus::Index index : stored) {
    Bytes value;
    const absl::Status status = database.Get(Family::kHeaders, U64Key(index.value()), &value);
    if (!status.ok() && !absl::IsNotFound(status)) return status;
    const auto header = status.ok() ? DecodeHeaderValue(value) : std::nullopt;
    if (header && header->kind == consensus::EntryKind::kConfiguration) continue;
    return absl::DataLossError(fmt::format("entry {} is noted as a configuration entry, and is none", index));
  }
  return absl::OkStatus();
}

// The newest entry is the one that a crash would have hurt.
absl::Status CheckNewestEntry(const Database& database, uint64_t applied, uint64_t last) {
  if (last == 0) return absl::OkStatus();
  EntryReader reader(database, last, nullptr, /*large_scan=*/false);
  ASSIGN_OR_RETURN(const StoredEntry entry, reader.Next());
  if (last != applied) return CheckEntry(last, entry, nullptr);
  const uint64_t leaf = ledger::LeafOfEntry(last);
  const TileId tile{0, leaf / kTileWidth};
  ASSIGN_OR_RETURN(const std::vector<Digest> leaves,
                   ReadTile(database, tile, ledger::TileWidthAt(ledger::TreeSizeAfter(applied), tile)));
  return CheckEntry(last, entry, &leaves[leaf % kTileWidth]);
}

// What has no hash of its own is at least read, against RocksDB's checksums.
absl::Status ReadEverything(const Database& database) {
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    auto it = database.Iterate(static_cast<Family>(i), nullptr, /*large_scan=*/true);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
    }
    RETURN_IF_ERROR(database.Convert(it->status(), fmt::format("reading family {}", kFamilyNames[i])));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckAtStart(const Store& store, const Options& options, Verification verification) {
  if (verification == Verification::kNone) return absl::OkStatus();
  const Database& database = store.database();
  ASSIGN_OR_RETURN(const AppliedRow applied, LoadAppliedRow(database));
  ASSIGN_OR_RETURN(const consensus::Index last, StoredLastIndex(database));
  if (last.value() < applied.index) {
    return absl::DataLossError(
        fmt::format("the log ends at entry {}, but entry {} was applied", last, applied.index));
  }
  ASSIGN_OR_RETURN(const auto state, LoadStoredState(database));
  if ((state ? state->meta.applied_index : 0) != applied.index) {
    return absl::DataLossError("the stored state and the stored applied index are of different entries");
  }
  if (state && options.check_state) {
    if (const absl::Status status = options.check_state(*state, applied.root); !status.ok()) {
      return absl::DataLossError(fmt::format("the stored state: {}", std::string(status.message())));
    }
  }
  const bool full = verification == Verification::kFull;
  RETURN_IF_ERROR(CheckTree(database, applied, full));
  RETURN_IF_ERROR(CheckConfigurations(database));
  if (!full) return CheckNewestEntry(database, applied.index, last.value());
  RETURN_IF_ERROR(CheckEntries(database, applied.index, last.value()));
  return ReadEverything(database);
}

std::string FirstDamagedEntry(const Database& unverified) {
  const auto applied = LoadAppliedRow(unverified);
  const auto last = StoredLastIndex(unverified);
  if (!applied.ok() || !last.ok()) return "";
  const absl::Status status = CheckEntries(unverified, applied->index, last->value());
  return status.ok() ? "" : std::string(status.message());
}

}  // namespace symbolon::storage
