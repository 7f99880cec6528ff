#include "storage/stored_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"
#include "ledger/merkle/hash.h"
#include "storage/delete_rows.h"
#include "storage/keys.h"

namespace symbolon::storage {
namespace {

absl::Status LoadSequences(const Database& database, const rocksdb::Snapshot* snapshot,
                           ledger::StateSnapshot* out) {
  auto it = database.Iterate(Family::kMeta, snapshot);
  for (it->Seek(ToSlice(kLastSequencePrefix));
       it->Valid() && it->key().starts_with(ToSlice(kLastSequencePrefix)); it->Next()) {
    const auto key = ParseLastSequenceKey(ToView(it->key()));
    const auto sequence = ParseU64Key(ToView(it->value()));
    if (!key || !sequence) return absl::DataLossError("the stored last sequence of a key cannot be read");
    out->sequences.push_back({key->issuer, key->key_id, *sequence});
  }
  return database.Convert(it->status(), "reading the last sequences");
}

absl::Status LoadStatus(const Database& database, const rocksdb::Snapshot* snapshot,
                        ledger::StateSnapshot* out) {
  const uint64_t count = ledger::StatusChunkCount(out->meta.attestation_count);
  uint64_t next = 0;
  auto it = database.Iterate(Family::kStatus, snapshot, /*large_scan=*/true);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const auto key = ParseStatusKey(ToView(it->key()));
    if (!key || it->value().size() != ledger::kStatusChunkSize) {
      return absl::DataLossError(fmt::format("status chunk {} or the row after it cannot be read", next));
    }
    ledger::StatusChunk chunk{};
    std::copy_n(it->value().data(), chunk.size(), chunk.begin());
    if (key->is_undo) {
      out->status_undo.push_back({key->version, key->chunk, chunk});
      continue;
    }
    if (key->chunk != next++) return absl::DataLossError(fmt::format("status chunk {} is missing", next - 1));
    out->status_chunks.append(it->value().data(), it->value().size());
  }
  RETURN_IF_ERROR(
      database.Convert(it->status(), fmt::format("reading the status register at chunk {}", next)));
  if (next < count) return absl::DataLossError(fmt::format("status chunk {} is missing", next));
  if (next > count) {
    return absl::DataLossError(
        fmt::format("status chunk {} is stored, but {} attestations fill only {} chunks", next - 1,
                    out->meta.attestation_count, count));
  }
  return absl::OkStatus();
}

absl::StatusOr<AppliedRow> LoadRow(const Database& database, ByteView key, const char* name) {
  Bytes value;
  const absl::Status status = database.Get(Family::kMeta, key, &value);
  if (absl::IsNotFound(status)) return AppliedRow{0, ledger::EmptyRoot()};
  RETURN_IF_ERROR(status);
  const auto row = DecodeApplied(value);
  if (!row) return absl::DataLossError(fmt::format("{} cannot be read", name));
  return *row;
}

}  // namespace

absl::Status PutStateChanges(const Database& database, const ledger::StateChanges& changes,
                             rocksdb::WriteBatch* batch) {
  rocksdb::ColumnFamilyHandle* meta = database.handle(Family::kMeta);
  rocksdb::ColumnFamilyHandle* status = database.handle(Family::kStatus);
  batch->Put(meta, ToSlice(kStateKey), ledger::EncodeStateMeta(changes.meta));
  if (!changes.membership.empty()) batch->Put(meta, ToSlice(kMembershipKey), changes.membership);
  for (const ledger::KeySequence& key : changes.sequences) {
    batch->Put(meta, LastSequenceKey(key.issuer, key.key_id), U64Key(key.sequence));
  }
  for (const auto& [number, chunk] : changes.status.chunks) {
    batch->Put(status, StatusChunkKey(number), ToSlice(View(chunk)));
  }
  for (const uint64_t version : changes.status.versions_dropped) {
    RETURN_IF_ERROR(DeleteRows(database, Family::kStatus, StatusUndoKey(version, 0),
                               StatusUndoKey(version + 1, 0),
                               /*large_scan=*/false, batch));
  }
  for (const ledger::StatusUndo& undo : changes.status.undo_added) {
    batch->Put(status, StatusUndoKey(undo.version, undo.chunk_number), ToSlice(View(undo.chunk)));
  }
  return absl::OkStatus();
}

absl::StatusOr<AppliedRow> LoadAppliedRow(const Database& database) {
  return LoadRow(database, kAppliedKey, "the stored applied index");
}

absl::StatusOr<AppliedRow> LoadSalvagedAppliedRow(const Database& database) {
  return LoadRow(database, kSalvagedAppliedKey, "what was applied before the salvage");
}

absl::StatusOr<std::optional<ledger::StateSnapshot>> LoadStoredState(const Database& database) {
  const ScopedSnapshot snapshot(database);
  Bytes value;
  const absl::Status status = database.Get(Family::kMeta, kStateKey, &value, snapshot.get());
  if (absl::IsNotFound(status)) return std::nullopt;
  RETURN_IF_ERROR(status);
  ledger::StateSnapshot out;
  ASSIGN_OR_RETURN(out.meta, ledger::DecodeStateMeta(value));
  const absl::Status membership =
      database.Get(Family::kMeta, kMembershipKey, &out.membership, snapshot.get());
  if (!membership.ok() && !absl::IsNotFound(membership)) return membership;
  RETURN_IF_ERROR(LoadSequences(database, snapshot.get(), &out));
  RETURN_IF_ERROR(LoadStatus(database, snapshot.get(), &out));
  return out;
}

}  // namespace symbolon::storage
