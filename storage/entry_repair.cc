#include "storage/entry_repair.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"
#include "ledger/decoded_entry.h"
#include "ledger/index.h"
#include "ledger/merkle/compact_range.h"
#include "storage/database.h"
#include "storage/entry_rows.h"
#include "storage/keys.h"
#include "storage/raft_state.h"

namespace symbolon::storage {
namespace {

using consensus::Entry;

consensus::EntryKind RaftKindOf(ledger::Kind kind) {
  if (kind == ledger::Kind::kNoOp) return consensus::EntryKind::kNoOp;
  return kind == ledger::Kind::kConfiguration ? consensus::EntryKind::kConfiguration
                                              : consensus::EntryKind::kNormal;
}

// Everything that can be said of an entry without the tree.
absl::Status CheckAlone(const Entry& entry, const ledger::DecodedEntry& decoded) {
  const auto refuse = [&](const char* why) {
    return absl::InvalidArgumentError(fmt::format("entry {}: {}", entry.index, why));
  };
  if (!decoded.header_ok) return refuse("its header is none");
  if (decoded.header.index != entry.index.value()) return refuse("its header is of another index");
  if (decoded.header.term != entry.term.value()) return refuse("its header is of another term");
  if (entry.kind != RaftKindOf(decoded.header.kind)) return refuse("its header is of another kind");
  if (decoded.body_fault() != ledger::Verdict::kAccepted) return refuse("its body is not its header's");
  return absl::OkStatus();
}

}  // namespace

EntryRepair::EntryRepair(Database* database, const std::vector<MissingEntry>& missing,
                         const Promises& promises)
    : database_(database), promises_(promises) {
  for (const MissingEntry& entry : missing) missing_.emplace(entry.index, entry);
}

absl::StatusOr<EntryRepair> EntryRepair::Open(Store* store) {
  ASSIGN_OR_RETURN(const std::vector<MissingEntry> missing, LoadMissing(store->database()));
  return EntryRepair(&store->database(), missing, store->mark()->promises());
}

std::vector<MissingEntry> EntryRepair::missing() const {
  std::vector<MissingEntry> out;
  for (const auto& [index, entry] : missing_) {
    if (!unproved_.contains(index)) out.push_back(entry);
  }
  return out;
}

absl::Status EntryRepair::Offer(const Entry& entry) {
  const uint64_t index = entry.index.value();
  const auto wanted = missing_.find(index);
  if (wanted == missing_.end() || unproved_.contains(index)) {
    return absl::InvalidArgumentError(fmt::format("entry {} is not wanted", index));
  }
  const ledger::DecodedEntry decoded = ledger::DecodeEntry(entry.data->header, entry.data->body);
  RETURN_IF_ERROR(CheckAlone(entry, decoded));
  if (wanted->second.leaf_hash) {
    if (decoded.leaf_hash == *wanted->second.leaf_hash) return Write({entry});
    return absl::InvalidArgumentError(
        fmt::format("entry {}: its header is not the one in the ledger tree", index));
  }
  unproved_.emplace(index, entry);
  const auto unknown = std::count_if(missing_.begin(), missing_.end(),
                                     [](const auto& item) { return !item.second.leaf_hash.has_value(); });
  return static_cast<size_t>(unknown) == unproved_.size() ? ProveTogether() : absl::OkStatus();
}

// Leaf hashes of all entries up to the signed size, from headers that are here, from what is known of those
// that are missing, and from the candidates: only the right candidates lead to the root.
absl::Status EntryRepair::ProveTogether() {
  ledger::CompactRange range;
  auto headers = database_->Iterate(Family::kHeaders, nullptr, /*large_scan=*/true);
  headers->SeekToFirst();
  for (uint64_t index = 1; index <= ledger::LastEntryOf(promises_.signed_size); ++index) {
    if (const auto candidate = unproved_.find(index); candidate != unproved_.end()) {
      range.Append(ledger::EntryLeafHash(candidate->second.data->header));
      continue;
    }
    if (const auto missing = missing_.find(index); missing != missing_.end()) {
      range.Append(*missing->second.leaf_hash);
      continue;
    }
    RETURN_IF_ERROR(
        database_->Convert(headers->status(), fmt::format("reading the header of entry {}", index)));
    const auto header = headers->Valid() && ParseU64Key(ToView(headers->key())) == index
                            ? DecodeHeaderValue(ToView(headers->value()))
                            : std::nullopt;
    if (!header) return absl::DataLossError(fmt::format("entry {}: its header is missing", index));
    range.Append(ledger::EntryLeafHash(header->header));
    headers->Next();
  }
  std::vector<Entry> entries;
  for (auto& [index, entry] : unproved_) entries.push_back(std::move(entry));
  unproved_.clear();
  if (range.Root() == promises_.signed_root) return Write(entries);
  return absl::InvalidArgumentError(
      fmt::format("entry {} and {} others do not lead to the root that this node has signed for {} entries",
                  entries.front().index, entries.size() - 1, promises_.signed_size));
}

absl::Status EntryRepair::Write(const std::vector<Entry>& entries) {
  rocksdb::WriteBatch batch;
  for (const Entry& entry : entries) {
    DeleteEntries(*database_, entry.index, entry.index, &batch);
    PutEntry(*database_, entry, &batch);
    DeleteMissing(*database_, entry.index.value(), &batch);
  }
  RETURN_IF_ERROR(database_->Write(&batch, /*sync=*/true, "putting back entries"));
  for (const Entry& entry : entries) missing_.erase(entry.index.value());
  return absl::OkStatus();
}

}  // namespace symbolon::storage
