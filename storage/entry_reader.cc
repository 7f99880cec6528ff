#include "storage/entry_reader.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "storage/keys.h"

namespace symbolon::storage {

EntryReader::EntryReader(const Database& database, uint64_t first, const rocksdb::Snapshot* snapshot,
                         bool large_scan)
    : database_(database),
      next_(first),
      headers_(database.Iterate(Family::kHeaders, snapshot, large_scan)),
      bodies_(database.Iterate(Family::kBodies, snapshot, large_scan)) {
  headers_->Seek(U64Key(first));
  bodies_->Seek(U64Key(first));
}

absl::StatusOr<StoredEntry> EntryReader::Next() {
  RETURN_IF_ERROR(
      database_.Convert(headers_->status(), fmt::format("reading the header of entry {}", next_)));
  if (!headers_->Valid()) return absl::OutOfRangeError(fmt::format("the log ends before entry {}", next_));
  if (ParseU64Key(ToView(headers_->key())) != next_) {
    return absl::DataLossError(fmt::format("entry {}: its header is missing", next_));
  }
  const auto value = DecodeHeaderValue(ToView(headers_->value()));
  if (!value) return absl::DataLossError(fmt::format("entry {}: its stored header cannot be read", next_));
  StoredEntry entry{value->term, value->kind, Bytes(value->header), {}};
  ASSIGN_OR_RETURN(entry.body, NextBody());
  headers_->Next();
  ++next_;
  return entry;
}

absl::StatusOr<Bytes> EntryReader::NextBody() {
  Bytes body;
  BodyTree tree = BodyTree::kCommitments;
  uint32_t expected_tile = 0;
  for (; bodies_->Valid(); bodies_->Next()) {
    const auto key = ParseBodyKey(ToView(bodies_->key()));
    if (!key || key->index < next_)
      return absl::DataLossError(fmt::format("entry {}: a stray piece of a body before it", next_));
    if (key->index > next_) break;
    if (key->level != 0) continue;
    if (key->tree != tree) expected_tile = 0;
    tree = key->tree;
    if (key->tile != expected_tile++) {
      return absl::DataLossError(fmt::format("entry {}: tile {} of its body (tree {}) is missing", next_,
                                             expected_tile - 1, static_cast<int>(tree)));
    }
    body.append(bodies_->value().data(), bodies_->value().size());
  }
  RETURN_IF_ERROR(database_.Convert(bodies_->status(), fmt::format("reading the body of entry {}", next_)));
  return body;
}

}  // namespace symbolon::storage
