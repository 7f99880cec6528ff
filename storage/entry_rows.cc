#include "storage/entry_rows.h"

#include "base/encoding.h"
#include "base/status_macros.h"
#include "storage/body_tiles.h"
#include "storage/delete_rows.h"
#include "storage/keys.h"
#include "storage/raft_state.h"

namespace symbolon::storage {

void PutEntry(const Database& database, const consensus::Entry& entry, rocksdb::WriteBatch* batch) {
  const consensus::EntryData& data = *entry.data;
  batch->Put(database.handle(Family::kHeaders), U64Key(entry.index.value()),
             EncodeHeaderValue({entry.term, entry.kind, data.header}));
  for (const BodyTile& tile : CutBody(data.header, data.body)) {
    batch->Put(database.handle(Family::kBodies),
               EncodeBodyKey({entry.index.value(), tile.tree, tile.level, tile.tile}), ToSlice(tile.bytes));
  }
  if (entry.kind == consensus::EntryKind::kConfiguration) {
    batch->Put(database.handle(Family::kRaft), ConfigurationKey(entry.index.value()), rocksdb::Slice());
  }
}

absl::Status DeleteEntries(const Database& database, consensus::Index first, consensus::Index last,
                           rocksdb::WriteBatch* batch) {
  const Bytes begin = U64Key(first.value());
  const Bytes end = U64Key(Next(last).value());
  for (const Family family : {Family::kHeaders, Family::kBodies}) {
    RETURN_IF_ERROR(DeleteRows(database, family, begin, end, /*large_scan=*/false, batch));
  }
  return DeleteRows(database, Family::kRaft, ConfigurationKey(first.value()),
                    ConfigurationKey(Next(last).value()),
                    /*large_scan=*/false, batch);
}

void PutMissing(const Database& database, const MissingEntry& entry, rocksdb::WriteBatch* batch) {
  batch->Put(database.handle(Family::kMeta), MissingKey(entry.index),
             entry.leaf_hash ? ToSlice(View(*entry.leaf_hash)) : rocksdb::Slice());
}

void DeleteMissing(const Database& database, uint64_t index, rocksdb::WriteBatch* batch) {
  batch->Delete(database.handle(Family::kMeta), MissingKey(index));
}

absl::StatusOr<std::vector<MissingEntry>> LoadMissing(const Database& database) {
  std::vector<MissingEntry> missing;
  auto it = database.Iterate(Family::kMeta);
  for (it->Seek(ToSlice(kMissingPrefix)); it->Valid() && it->key().starts_with(ToSlice(kMissingPrefix));
       it->Next()) {
    const auto index = ParseU64Key(ToView(it->key()).substr(kMissingPrefix.size()));
    if (!index) return absl::DataLossError("the list of missing entries cannot be read");
    MissingEntry& entry = missing.emplace_back(MissingEntry{*index, std::nullopt});
    if (it->value().empty()) continue;
    Reader r(ToView(it->value()), "missing entry");
    entry.leaf_hash = r.Fixed32("leaf hash");
    if (!r.ExpectEnd().ok()) return absl::DataLossError("the list of missing entries cannot be read");
  }
  const absl::Status status = database.Convert(it->status(), "reading the list of missing entries");
  if (!status.ok()) return status;
  return missing;
}

}  // namespace symbolon::storage
