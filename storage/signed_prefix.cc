#include "storage/signed_prefix.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "ledger/entry_header.h"
#include "ledger/index.h"
#include "ledger/merkle/compact_range.h"
#include "storage/durable_mark.h"
#include "storage/keys.h"
#include "storage/ledger_rows.h"
#include "storage/raft_state.h"
#include "storage/stored_state.h"

namespace symbolon::storage {
namespace {

// The last entry of a tree of `size`, if it is beyond `applied` and the log leads to its root; else 0.
absl::StatusOr<uint64_t> LastOf(const Database& database, uint64_t applied, uint64_t size,
                                const Digest& root) {
  if (ledger::LastEntryOf(size) <= applied) return 0;
  const auto headers = RootOfHeaders(database, size, [](uint64_t) -> const Digest* { return nullptr; });
  if (absl::IsOutOfRange(headers.status())) return 0;
  RETURN_IF_ERROR(headers.status());
  return *headers == root ? ledger::LastEntryOf(size) : 0;
}

}  // namespace

absl::StatusOr<Digest> RootOfHeaders(const Database& database, uint64_t size,
                                     absl::FunctionRef<const Digest*(uint64_t)> instead) {
  ledger::CompactRange range;
  auto headers = database.Iterate(Family::kHeaders, nullptr, /*large_scan=*/true);
  headers->SeekToFirst();
  for (uint64_t index = 1; index <= ledger::LastEntryOf(size); ++index) {
    if (const Digest* leaf_hash = instead(index)) {
      range.Append(*leaf_hash);
      continue;
    }
    RETURN_IF_ERROR(
        database.Convert(headers->status(), fmt::format("reading the header of entry {}", index)));
    if (!headers->Valid()) return absl::OutOfRangeError(fmt::format("the log ends before entry {}", index));
    const auto header = ParseU64Key(ToView(headers->key())) == index
                            ? DecodeHeaderValue(ToView(headers->value()))
                            : std::nullopt;
    if (!header) return absl::DataLossError(fmt::format("entry {}: its header is missing", index));
    range.Append(ledger::EntryLeafHash(header->header));
    headers->Next();
  }
  return range.Root();
}

absl::StatusOr<uint64_t> LastProvedEntry(const Store& store, uint64_t applied) {
  const Promises promises = store.mark()->promises();
  ASSIGN_OR_RETURN(const uint64_t last,
                   LastOf(store.database(), applied, promises.signed_size, promises.signed_root));
  if (last != 0) return last;
  ASSIGN_OR_RETURN(const AppliedRow salvaged, LoadSalvagedAppliedRow(store.database()));
  if (salvaged.index == 0) return 0;
  return LastOf(store.database(), applied, ledger::TreeSizeAfter(salvaged.index), salvaged.root);
}

}  // namespace symbolon::storage
