#include "storage/ledger_store.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "ledger/index.h"
#include "ledger/merkle/compact_range.h"
#include "ledger/merkle/hash.h"
#include "ledger/merkle/proof_builder.h"
#include "storage/body_proof.h"
#include "storage/body_tiles.h"
#include "storage/database.h"
#include "storage/durable_mark.h"
#include "storage/entry_reader.h"
#include "storage/keys.h"
#include "storage/ledger_rows.h"
#include "storage/ledger_tiles.h"
#include "storage/raft_state.h"
#include "storage/stored_state.h"

namespace symbolon::storage {

using ledger::BatchRef;
using ledger::LookupTag;
using ledger::Verdict;

struct LedgerStore::Impl {
  Store* store = nullptr;
  Database* database = nullptr;
  std::unique_ptr<LedgerTiles> tiles;
  mutable std::mutex mutex;
  AppliedRow applied;                         // guarded by mutex
  std::atomic<bool> continues_signed{false};  // whether the tree is known to continue what was signed before

  absl::Status CheckRange(std::span<const AppliedEntry> entries, const ledger::StateChanges& changes) const;
  absl::Status CheckApplied(uint64_t index) const;
  AppliedRow applied_row() const {
    std::lock_guard lock(mutex);
    return applied;
  }
};

namespace {

// The look-up tags of an accepted batch, and the upper tiles that make its proofs short.
void PutAttestations(const Database& database, const BatchRef& batch, const ledger::BatchBody& body,
                     rocksdb::WriteBatch* out) {
  const auto put_upper = [&](BodyTree tree, const std::vector<Digest>& leaf_hashes) {
    for (const UpperTile& tile : MakeUpperTiles(leaf_hashes)) {
      out->Put(database.handle(Family::kBodies),
               EncodeBodyKey({batch.entry_index, tree, tile.level, tile.tile}), tile.hashes);
    }
  };
  const bool has_upper_tiles = batch.count > kBodyTileWidth;
  if (has_upper_tiles) put_upper(BodyTree::kCommitments, ledger::CommitmentLeafHashes(body));
  if (!body.has_tags()) return;
  if (has_upper_tiles) put_upper(BodyTree::kTags, ledger::TagLeafHashes(body));
  for (uint32_t position = 0; position < batch.count; ++position) {
    for (const LookupTag& tag : body.tags(position)) {
      out->Put(database.handle(Family::kTags), TagKey(tag.tag, batch.first_number + position),
               rocksdb::Slice());
    }
  }
}

void PutOutcome(const Database& database, const AppliedEntry& applied, rocksdb::WriteBatch* out) {
  const ledger::Outcome& outcome = *applied.outcome;
  if (outcome.verdict != Verdict::kAccepted) {
    out->Put(database.handle(Family::kVerdicts), U64Key(outcome.index), EncodeVerdict(outcome.verdict));
  }
  if (outcome.attested) {
    out->Put(database.handle(Family::kAttestations), U64Key(outcome.attested->first_number),
             EncodeBatchRef(*outcome.attested));
    const std::optional<ledger::BatchBody>& body = applied.entry->payload.body;
    if (outcome.attested->accepted && body) PutAttestations(database, *outcome.attested, *body, out);
  }
  if (outcome.sequence) {
    const ledger::SequencePlace& use = *outcome.sequence;
    out->Put(database.handle(Family::kSequences), SequenceKey(use.issuer, use.key_id, use.sequence),
             EncodeSequence({outcome.index, use.signed_digest}));
  }
}

}  // namespace

absl::Status LedgerStore::Impl::CheckRange(std::span<const AppliedEntry> entries,
                                           const ledger::StateChanges& changes) const {
  uint64_t index = applied_row().index;
  for (const AppliedEntry& entry : entries) {
    if (entry.outcome->index != ++index) {
      return absl::InvalidArgumentError(
          fmt::format("entry {} cannot be applied after entry {}", entry.outcome->index, index - 1));
    }
    const std::optional<BatchRef>& attested = entry.outcome->attested;
    if (attested && attested->accepted &&
        (!entry.entry->payload.body || entry.entry->payload.body->commitments().size() != attested->count)) {
      return absl::InvalidArgumentError(fmt::format("entry {} comes without its body", index));
    }
  }
  if (entries.empty() || changes.meta.applied_index != index) {
    return absl::InvalidArgumentError(
        fmt::format("the range ends at entry {}, the state at entry {}", index, changes.meta.applied_index));
  }
  return absl::OkStatus();
}

absl::Status LedgerStore::Impl::CheckApplied(uint64_t index) const {
  const uint64_t last = applied_row().index;
  if (index != ledger::kGenesisIndex && index <= last) return absl::OkStatus();
  return absl::OutOfRangeError(fmt::format("entry {} is not applied here: entries 1 to {} are", index, last));
}

LedgerStore::LedgerStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LedgerStore::~LedgerStore() = default;

absl::StatusOr<std::unique_ptr<LedgerStore>> LedgerStore::Open(Store* store) {
  auto impl = std::make_unique<Impl>();
  impl->store = store;
  impl->database = &store->database();
  ASSIGN_OR_RETURN(impl->applied, LoadAppliedRow(*impl->database));
  ASSIGN_OR_RETURN(impl->tiles, LedgerTiles::Open(impl->database, ledger::TreeSizeAfter(impl->applied.index),
                                                  store->options().tile_cache_bytes));
  return std::unique_ptr<LedgerStore>(new LedgerStore(std::move(impl)));
}

uint64_t LedgerStore::applied_index() const {
  return impl_->applied_row().index;
}
Digest LedgerStore::applied_root() const {
  return impl_->applied_row().root;
}

absl::StatusOr<std::optional<ledger::StateSnapshot>> LedgerStore::LoadState() const {
  return LoadStoredState(*impl_->database);
}

absl::Status LedgerStore::Apply(std::span<const AppliedEntry> entries, const ledger::StateChanges& changes) {
  RETURN_IF_ERROR(impl_->database->failure());
  RETURN_IF_ERROR(impl_->CheckRange(entries, changes));

  rocksdb::WriteBatch batch;
  std::vector<Digest> leaf_hashes;
  for (const AppliedEntry& entry : entries) {
    leaf_hashes.push_back(entry.outcome->leaf_hash);
    PutOutcome(*impl_->database, entry, &batch);
  }
  auto grown = impl_->tiles->Append(leaf_hashes, &batch);
  ASSIGN_OR_RETURN(const Digest root, impl_->tiles->RootOf(*grown));
  const auto range = ledger::CompactRange::FromHashes(changes.meta.applied_index, changes.meta.ledger_range);
  if (!range.ok() || range->Root() != root) {
    return absl::InvalidArgumentError(
        fmt::format("the stored tiles lead to another ledger root at entry {} than the state",
                    changes.meta.applied_index));
  }
  RETURN_IF_ERROR(PutStateChanges(*impl_->database, changes, &batch));
  const AppliedRow applied{changes.meta.applied_index, root};
  batch.Put(impl_->database->handle(Family::kMeta), ToSlice(kAppliedKey), EncodeApplied(applied));
  RETURN_IF_ERROR(impl_->database->Write(&batch, /*sync=*/false, "storing applied entries"));
  // Tiles first: who sees the new applied index must find its hashes.
  impl_->tiles->Show(std::move(grown));
  std::lock_guard lock(impl_->mutex);
  impl_->applied = applied;
  return absl::OkStatus();
}

absl::Status LedgerStore::RecordSigned(const SignedTree& tree) {
  RETURN_IF_ERROR(impl_->database->failure());
  const SignedTree last = last_signed();
  if (tree == last) return absl::OkStatus();
  if (tree.size < last.size) {
    return absl::FailedPreconditionError(fmt::format(
        "a tree of {} entries was signed: one of {} may not be signed after it", last.size, tree.size));
  }
  if (tree.size == last.size) {
    return absl::FailedPreconditionError(
        fmt::format("for {} entries root {} was signed: {} may not be signed too: the ledger has "
                    "forked or this node's data is damaged",
                    tree.size, ToHex(last.root), ToHex(tree.root)));
  }
  if (tree.size > ledger::TreeSizeAfter(applied_index())) {
    return absl::FailedPreconditionError(
        fmt::format("a tree of {} entries may not be signed: {} are applied", tree.size, applied_index()));
  }
  // What was signed in earlier lives may have been lost since, and replaced. Once is enough: from then on it
  // is this tree that grows.
  if (!impl_->continues_signed.load() && last.size != 0) {
    ASSIGN_OR_RETURN(const Digest before, RootAt(last.size));
    if (before != last.root) {
      return absl::FailedPreconditionError(fmt::format(
          "for {} entries root {} was signed, and this ledger has {}: it has forked or this node's "
          "data is damaged; nothing may be signed",
          last.size, ToHex(last.root), ToHex(before)));
    }
    impl_->continues_signed = true;
  }
  ASSIGN_OR_RETURN(const Digest root, RootAt(tree.size));
  if (root != tree.root) {
    return absl::FailedPreconditionError(
        fmt::format("the root to sign for {} entries is not the one stored here", tree.size));
  }
  return impl_->database->Latch(impl_->store->mark()->SetSigned(tree.size, tree.root),
                                "recording what is about to be signed");
}

SignedTree LedgerStore::last_signed() const {
  if (impl_->store->mark() == nullptr) return {};
  const Promises promises = impl_->store->mark()->promises();
  return {promises.signed_size, promises.signed_root};
}

absl::StatusOr<Bytes> LedgerStore::Header(uint64_t index) const {
  RETURN_IF_ERROR(impl_->CheckApplied(index));
  Bytes value;
  const absl::Status status = impl_->database->Get(Family::kHeaders, U64Key(index), &value);
  if (absl::IsNotFound(status))
    return absl::DataLossError(fmt::format("entry {}: its header is missing", index));
  if (!status.ok()) return Annotate(status, fmt::format("entry {}: its header", index));
  const auto decoded = DecodeHeaderValue(value);
  if (!decoded) return absl::DataLossError(fmt::format("entry {}: its stored header cannot be read", index));
  return Bytes(decoded->header);
}

absl::StatusOr<Bytes> LedgerStore::Body(uint64_t index) const {
  RETURN_IF_ERROR(impl_->CheckApplied(index));
  EntryReader reader(*impl_->database, index, nullptr, /*large_scan=*/false);
  ASSIGN_OR_RETURN(StoredEntry entry, reader.Next());
  return std::move(entry.body);
}

absl::StatusOr<Verdict> LedgerStore::VerdictOf(uint64_t index) const {
  RETURN_IF_ERROR(impl_->CheckApplied(index));
  Bytes value;
  const absl::Status status = impl_->database->Get(Family::kVerdicts, U64Key(index), &value);
  if (absl::IsNotFound(status)) return Verdict::kAccepted;  // only rejections are stored
  if (!status.ok()) return Annotate(status, fmt::format("entry {}: its verdict", index));
  const auto verdict = DecodeVerdict(value);
  if (!verdict) return absl::DataLossError(fmt::format("entry {}: its stored verdict cannot be read", index));
  return *verdict;
}

absl::StatusOr<Digest> LedgerStore::LeafHash(uint64_t index) const {
  RETURN_IF_ERROR(impl_->CheckApplied(index));
  return impl_->tiles->Node(0, ledger::LeafOfEntry(index));
}

absl::StatusOr<std::vector<LedgerEntry>> LedgerStore::ReadEntries(uint64_t first, uint64_t last,
                                                                  size_t max_bytes) const {
  RETURN_IF_ERROR(impl_->CheckApplied(first));
  RETURN_IF_ERROR(impl_->CheckApplied(last));
  if (first > last)
    return absl::InvalidArgumentError(fmt::format("entries {} to {} are no range", first, last));
  EntryReader reader(*impl_->database, first, nullptr, /*large_scan=*/true);
  std::vector<LedgerEntry> entries;
  size_t bytes = 0;
  for (uint64_t index = first; index <= last; ++index) {
    ASSIGN_OR_RETURN(StoredEntry stored, reader.Next());
    bytes += stored.header.size() + stored.body.size();
    if (!entries.empty() && bytes > max_bytes) break;
    ASSIGN_OR_RETURN(const Verdict verdict, VerdictOf(index));
    entries.push_back({std::move(stored.header), std::move(stored.body), verdict});
  }
  return entries;
}

absl::StatusOr<Digest> LedgerStore::RootAt(uint64_t tree_size) const {
  if (tree_size > 0) RETURN_IF_ERROR(impl_->CheckApplied(ledger::LastEntryOf(tree_size)));
  return ledger::RootOf(tree_size, *impl_->tiles);
}

absl::StatusOr<std::vector<Digest>> LedgerStore::InclusionPath(uint64_t index, uint64_t tree_size) const {
  RETURN_IF_ERROR(impl_->CheckApplied(index));
  RETURN_IF_ERROR(impl_->CheckApplied(ledger::LastEntryOf(tree_size)));
  return ledger::BuildInclusion(ledger::LeafOfEntry(index), tree_size, *impl_->tiles);
}

absl::StatusOr<std::vector<Digest>> LedgerStore::ConsistencyPath(uint64_t first_size,
                                                                 uint64_t second_size) const {
  if (second_size > 0) RETURN_IF_ERROR(impl_->CheckApplied(ledger::LastEntryOf(second_size)));
  return ledger::BuildConsistency(first_size, second_size, *impl_->tiles);
}

absl::StatusOr<Bytes> LedgerStore::Tile(uint8_t level, uint64_t number) const {
  ASSIGN_OR_RETURN(const std::vector<Digest> items, impl_->tiles->Tile({level, number}));
  Bytes out;
  for (const Digest& item : items) out.append(View(item));
  return out;
}

absl::StatusOr<std::optional<BatchRef>> LedgerStore::BatchOf(uint64_t attestation_number) const {
  auto it = impl_->database->Iterate(Family::kAttestations);
  it->SeekForPrev(U64Key(attestation_number));
  RETURN_IF_ERROR(
      impl_->database->Convert(it->status(), fmt::format("looking for attestation {}", attestation_number)));
  if (!it->Valid()) return std::nullopt;
  const auto first = ParseU64Key(ToView(it->key()));
  std::optional<BatchRef> batch;
  if (first) batch = DecodeBatchRef(*first, ToView(it->value()));
  if (!batch) {
    return absl::DataLossError(
        fmt::format("the stored batch of attestation {} cannot be read", attestation_number));
  }
  if (attestation_number - batch->first_number >= batch->count) return std::nullopt;
  return batch;
}

absl::StatusOr<CommitmentProof> LedgerStore::ProveCommitment(const BatchRef& batch, uint32_t position) const {
  RETURN_IF_ERROR(impl_->CheckApplied(batch.entry_index));
  CommitmentProof proof;
  ASSIGN_OR_RETURN(proof.commitment,
                   ReadCommitment(*impl_->database, {batch.entry_index, batch.count, position}, &proof.path));
  return proof;
}

absl::StatusOr<TagProof> LedgerStore::ProveTags(const BatchRef& batch, uint32_t position) const {
  RETURN_IF_ERROR(impl_->CheckApplied(batch.entry_index));
  TagProof proof;
  ASSIGN_OR_RETURN(proof.tags,
                   ReadTags(*impl_->database, {batch.entry_index, batch.count, position}, &proof.path));
  return proof;
}

// The index holds only the beginning of each tag: what it finds is held against the tags themselves.
absl::StatusOr<std::vector<uint64_t>> LedgerStore::FindTag(const LookupTag& tag, size_t limit) const {
  std::vector<uint64_t> numbers;
  const ByteView prefix = TagPrefix(tag.tag);
  auto it = impl_->database->Iterate(Family::kTags);
  for (it->Seek(ToSlice(prefix)); it->Valid() && numbers.size() < limit; it->Next()) {
    const auto number = ParseU64Key(ToView(it->key()).substr(prefix.size()));
    if (!number) return absl::DataLossError("a key of the tag index cannot be read");
    ASSIGN_OR_RETURN(const std::optional<BatchRef> batch, BatchOf(*number));
    if (!batch)
      return absl::DataLossError(
          fmt::format("the tag index knows attestation {}, the ledger does not", *number));
    const auto position = static_cast<uint32_t>(*number - batch->first_number);
    ASSIGN_OR_RETURN(const std::vector<LookupTag> tags,
                     ReadTags(*impl_->database, {batch->entry_index, batch->count, position}, nullptr));
    if (std::find(tags.begin(), tags.end(), tag) != tags.end()) numbers.push_back(*number);
  }
  RETURN_IF_ERROR(impl_->database->Convert(it->status(), "looking for a tag"));
  return numbers;
}

absl::StatusOr<std::optional<UsedSequence>> LedgerStore::FindSequence(std::string_view issuer,
                                                                      uint32_t key_id,
                                                                      uint64_t sequence) const {
  Bytes value;
  if (issuer.size() > 0xff) return std::nullopt;
  const absl::Status status =
      impl_->database->Get(Family::kSequences, SequenceKey(issuer, key_id, sequence), &value);
  if (absl::IsNotFound(status)) return std::nullopt;
  RETURN_IF_ERROR(status);
  const auto row = DecodeSequence(value);
  if (!row) {
    return absl::DataLossError(
        fmt::format("what sequence {} of {} was used for cannot be read", sequence, std::string(issuer)));
  }
  return UsedSequence{row->entry_index, row->signed_digest};
}

}  // namespace symbolon::storage
