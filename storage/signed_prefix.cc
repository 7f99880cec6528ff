#include "storage/signed_prefix.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "ledger/entry_header.h"
#include "ledger/index.h"
#include "ledger/merkle/compact_range.h"
#include "storage/database.h"
#include "storage/durable_mark.h"
#include "storage/keys.h"
#include "storage/raft_state.h"

namespace symbolon::storage {

absl::StatusOr<uint64_t> LastSignedEntry(const Store& store) {
  const Promises promises = store.mark()->promises();
  if (promises.signed_size == 0) return 0;
  const uint64_t last = ledger::LastEntryOf(promises.signed_size);
  const Database& database = store.database();
  ledger::CompactRange range;
  auto headers = database.Iterate(Family::kHeaders, nullptr, /*large_scan=*/true);
  headers->SeekToFirst();
  for (uint64_t index = 1; index <= last; ++index, headers->Next()) {
    RETURN_IF_ERROR(
        database.Convert(headers->status(), fmt::format("reading the header of entry {}", index)));
    if (!headers->Valid()) return 0;
    const auto header = ParseU64Key(ToView(headers->key())) == index
                            ? DecodeHeaderValue(ToView(headers->value()))
                            : std::nullopt;
    if (!header) return absl::DataLossError(fmt::format("entry {}: its header is missing", index));
    range.Append(ledger::EntryLeafHash(header->header));
  }
  return range.Root() == promises.signed_root ? last : 0;
}

}  // namespace symbolon::storage
