#include "storage/entry_check.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "ledger/decoded_entry.h"
#include "storage/body_tiles.h"
#include "storage/keys.h"

namespace symbolon::storage {

absl::Status CheckEntry(uint64_t index, const StoredEntry& entry, const Digest* leaf_hash) {
  if (leaf_hash != nullptr && ledger::EntryLeafHash(entry.header) != *leaf_hash) {
    return absl::DataLossError(fmt::format("entry {}: its header is not the one in the ledger tree", index));
  }
  const ledger::DecodedEntry decoded = ledger::DecodeEntry(entry.header, entry.body);
  if (decoded.header_ok && decoded.body_fault() != ledger::Verdict::kAccepted) {
    return absl::DataLossError(
        fmt::format("entry {}: its body is not the one that its header commits to ({})", index,
                    std::string(ledger::VerdictName(decoded.body_fault()))));
  }
  return absl::OkStatus();
}

absl::Status CheckUpperTiles(const Database& database, uint64_t index, const StoredEntry& entry) {
  const ledger::DecodedEntry decoded = ledger::DecodeEntry(entry.header, entry.body);
  if (!decoded.header_ok || !decoded.payload.body) return absl::OkStatus();
  const auto check = [&](BodyTree tree, const std::vector<Digest>& leaf_hashes) -> absl::Status {
    for (const UpperTile& tile : MakeUpperTiles(leaf_hashes)) {
      Bytes stored;
      const absl::Status status =
          database.Get(Family::kBodies, EncodeBodyKey({index, tree, tile.level, tile.tile}), &stored, nullptr,
                       /*large_scan=*/true);
      if (!status.ok() && !absl::IsNotFound(status))
        return Annotate(status, fmt::format("entry {}: its body", index));
      if (stored != tile.hashes) {
        return absl::DataLossError(
            fmt::format("entry {}: tile (level {}, {}) of its body is wrong", index, tile.level, tile.tile));
      }
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(check(BodyTree::kCommitments, ledger::CommitmentLeafHashes(*decoded.payload.body)));
  return check(BodyTree::kTags, ledger::TagLeafHashes(*decoded.payload.body));
}

}  // namespace symbolon::storage
