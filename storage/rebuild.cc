#include "storage/rebuild.h"

#include "base/status_macros.h"
#include "storage/database.h"
#include "storage/delete_rows.h"
#include "storage/keys.h"
#include "storage/raft_state.h"

namespace symbolon::storage {
namespace {

constexpr Family kDerivedFamilies[] = {Family::kTiles,     Family::kVerdicts, Family::kAttestations,
                                       Family::kSequences, Family::kTags,     Family::kStatus};

// Above every key of these families: none is as long, and none begins with so many of these bytes.
const Bytes kEnd(64, '\xff');

// Which entries are configuration entries, by what each of them says.
absl::Status RemakeConfigurationRows(const Database& database, rocksdb::WriteBatch* batch) {
  rocksdb::ColumnFamilyHandle* raft = database.handle(Family::kRaft);
  const Bytes prefix(kConfigurationPrefix);
  RETURN_IF_ERROR(DeleteRows(database, Family::kRaft, prefix, prefix + kEnd, /*large_scan=*/true, batch));
  auto it = database.Iterate(Family::kHeaders, nullptr, /*large_scan=*/true);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const auto header = DecodeHeaderValue(ToView(it->value()));
    if (header && header->kind == consensus::EntryKind::kConfiguration) {
      batch->Put(raft, prefix + Bytes(ToView(it->key())), rocksdb::Slice());
    }
  }
  return database.Convert(it->status(), "looking for the configuration entries");
}

}  // namespace

absl::Status DropDerivedState(Store* store) {
  Database& database = store->database();
  rocksdb::WriteBatch batch;
  RETURN_IF_ERROR(RemakeConfigurationRows(database, &batch));
  for (const Family family : kDerivedFamilies) {
    RETURN_IF_ERROR(DeleteRows(database, family, "", kEnd, /*large_scan=*/true, &batch));
  }
  rocksdb::ColumnFamilyHandle* meta = database.handle(Family::kMeta);
  batch.Delete(meta, ToSlice(kAppliedKey));
  batch.Delete(meta, ToSlice(kStateKey));
  batch.Delete(meta, ToSlice(kMembershipKey));
  const Bytes prefix(kLastSequencePrefix);
  RETURN_IF_ERROR(DeleteRows(database, Family::kMeta, prefix, prefix + kEnd, /*large_scan=*/true, &batch));
  return database.Write(&batch, /*sync=*/true, "forgetting derived state");
}

}  // namespace symbolon::storage
