#include "storage/rebuild.h"

#include "storage/database.h"
#include "storage/keys.h"

namespace symbolon::storage {
namespace {

constexpr Family kDerivedFamilies[] = {Family::kTiles,     Family::kVerdicts, Family::kAttestations,
                                       Family::kSequences, Family::kTags,     Family::kStatus};

// Above every key of these families: none is as long, and none begins with so many of these bytes.
const Bytes kEnd(64, '\xff');

}  // namespace

absl::Status DropDerivedState(Store* store) {
  Database& database = store->database();
  rocksdb::WriteBatch batch;
  for (const Family family : kDerivedFamilies) batch.DeleteRange(database.handle(family), "", kEnd);
  rocksdb::ColumnFamilyHandle* meta = database.handle(Family::kMeta);
  batch.Delete(meta, ToSlice(kAppliedKey));
  batch.Delete(meta, ToSlice(kStateKey));
  batch.Delete(meta, ToSlice(kMembershipKey));
  const Bytes prefix(kLastSequencePrefix);
  batch.DeleteRange(meta, prefix, prefix + kEnd);
  return database.Write(&batch, /*sync=*/true, "forgetting derived state");
}

}  // namespace symbolon::storage
