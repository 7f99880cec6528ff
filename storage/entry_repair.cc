#include "storage/entry_repair.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "ledger/decoded_entry.h"
#include "ledger/index.h"
#include "storage/database.h"
#include "storage/entry_rows.h"
#include "storage/keys.h"
#include "storage/raft_state.h"
#include "storage/signed_prefix.h"

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
  for (const MissingEntry& entry : missing) {
    missing_.emplace(entry.index, entry);
    if (!entry.leaf_hash) ++unknown_;
  }
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
  if (!wanted->second.leaf_hash) {
    unproved_.emplace(index, decoded.leaf_hash);
    if (unknown_ > unproved_.size()) return absl::OkStatus();
    RETURN_IF_ERROR(ProveTogether());
  }
  if (decoded.leaf_hash == *wanted->second.leaf_hash) return Write(entry);
  return absl::InvalidArgumentError(
      fmt::format("entry {}: its header is not the one in the ledger tree", index));
}

// Leaf hashes of all entries up to the signed size, from headers that are here, from what is known of those
// that are missing, and from what was offered: only the right ones lead to the root.
absl::Status EntryRepair::ProveTogether() {
  std::map<uint64_t, Digest> offered;
  offered.swap(unproved_);
  const auto root = RootOfHeaders(*database_, promises_.signed_size, [&](uint64_t index) -> const Digest* {
    const auto missing = missing_.find(index);
    if (missing == missing_.end()) return nullptr;
    const std::optional<Digest>& known = missing->second.leaf_hash;
    return known ? &*known : &offered.at(index);
  });
  if (absl::IsOutOfRange(root.status())) return absl::DataLossError(root.status().message());
  RETURN_IF_ERROR(root.status());
  if (*root != promises_.signed_root) {
    return absl::InvalidArgumentError(
        fmt::format("entry {} and {} others do not lead to the root that this node has signed for {} entries",
                    offered.begin()->first, offered.size() - 1, promises_.signed_size));
  }
  rocksdb::WriteBatch batch;
  for (const auto& [index, leaf_hash] : offered) PutMissing(*database_, {index, leaf_hash}, &batch);
  RETURN_IF_ERROR(database_->Write(&batch, /*sync=*/true, "noting the hashes of missing entries"));
  for (const auto& [index, leaf_hash] : offered) missing_.at(index).leaf_hash = leaf_hash;
  unknown_ = 0;
  return absl::OkStatus();
}

absl::Status EntryRepair::Write(const Entry& entry) {
  rocksdb::WriteBatch batch;
  PutEntry(*database_, entry, &batch);
  DeleteMissing(*database_, entry.index.value(), &batch);
  RETURN_IF_ERROR(database_->Write(&batch, /*sync=*/false, "putting back an entry"));
  missing_.erase(entry.index.value());
  return absl::OkStatus();
}

std::vector<Bytes> ReadableConfigurations(const Store& store) {
  std::vector<Bytes> headers;
  const auto indexes = StoredConfigurationIndexes(store.database());
  if (!indexes.ok()) return headers;
  for (const consensus::Index index : *indexes) {
    Bytes value;
    if (!store.database().Get(Family::kHeaders, U64Key(index.value()), &value).ok()) continue;
    if (const auto header = DecodeHeaderValue(value)) headers.emplace_back(header->header);
  }
  return headers;
}

}  // namespace symbolon::storage
