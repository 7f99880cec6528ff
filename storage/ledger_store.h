#pragma once
// The applied ledger on disk: what apply derives from the log (tree, verdicts, indexes, status register), and
// every read that a proof or an answer needs. All of it can be rebuilt from the log.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "ledger/attestation_source.h"
#include "ledger/decoded_entry.h"
#include "ledger/entries/batch.h"
#include "ledger/outcome.h"
#include "ledger/state_snapshot.h"
#include "ledger/verdict.h"
#include "storage/store.h"

namespace symbolon::storage {

// One applied entry. Both must live until LedgerStore::Apply returns.
struct AppliedEntry {
  const ledger::DecodedEntry* entry = nullptr;
  const ledger::Outcome* outcome = nullptr;
};

// What a transaction's place in the sequence of its key was used for.
struct UsedSequence {
  uint64_t entry_index = 0;
  Digest signed_digest{};  // of the signed bytes, without the signature
};

struct CommitmentProof {
  Digest commitment{};
  std::vector<Digest> path;  // to the commitment root, nearest sibling first
};

struct TagProof {
  std::vector<ledger::LookupTag> tags;  // of that position, sorted
  std::vector<Digest> path;             // to the tag root
};

// A checkpoint that this node has signed, or is about to.
struct SignedTree {
  uint64_t size = 0;
  Digest root{};
  bool operator==(const SignedTree&) const = default;
};

// An entry with what became of it.
struct LedgerEntry {
  Bytes header;
  Bytes body;
  ledger::Verdict verdict = ledger::Verdict::kAccepted;
};

// One thread may call Apply and RecordSigned; everything else is thread-safe, beside it too. A read sees
// whole ranges only.
//
// Reading errors: OutOfRange beyond the applied index (an entry that may still vanish is never shown),
// DataLoss when what should be there is not or cannot be read (the message names entry and piece).
class LedgerStore : public ledger::AttestationSource {
 public:
  // `store` must outlive it.
  static absl::StatusOr<std::unique_ptr<LedgerStore>> Open(Store* store);
  ~LedgerStore() override;

  // 0: nothing applied.
  uint64_t applied_index() const;
  // The root of the ledger tree of size applied_index().
  Digest applied_root() const;

  // For ledger::State::Restore. Nothing when nothing was applied yet.
  absl::StatusOr<std::optional<ledger::StateSnapshot>> LoadState() const;

  // Everything that a range of entries brought about, in one atomic write, not synced: lost in a crash, it is
  // applied again from the log. `entries` are consecutive from applied_index() + 1; `changes` is
  // State::TakeChanges() after the last; they agree, or InvalidArgument and nothing happens. Any other error
  // is final, as in RaftLog::Persist.
  [[nodiscard]] absl::Status Apply(std::span<const AppliedEntry> entries,
                                   const ledger::StateChanges& changes);

  // Durable when it returns OK, and only then may the node sign this tree. FailedPrecondition: a size that is
  // not applied, one below the last signed, another root than the last signed at the same size, or another
  // than this store's own root. (A store that lost applied state in a crash signs nothing before it has
  // applied as far again.)
  [[nodiscard]] absl::Status RecordSigned(const SignedTree& tree);
  // Size 0: nothing signed yet.
  SignedTree last_signed() const;

  // ---- entries
  absl::StatusOr<Bytes> Header(uint64_t index) const;
  absl::StatusOr<Bytes> Body(uint64_t index) const;  // empty when the entry has none
  absl::StatusOr<ledger::Verdict> VerdictOf(uint64_t index) const;
  absl::StatusOr<Digest> LeafHash(uint64_t index) const;
  // Entries first..last in order, for streams and exports: at least one, then as many as fit in `max_bytes`
  // of header and body.
  absl::StatusOr<std::vector<LedgerEntry>> ReadEntries(uint64_t first, uint64_t last, size_t max_bytes) const;

  // ---- ledger tree (RFC 6962, nearest sibling first); a few small reads, mostly from memory
  absl::StatusOr<Digest> RootAt(uint64_t tree_size) const;
  absl::StatusOr<std::vector<Digest>> InclusionPath(uint64_t index, uint64_t tree_size) const;
  absl::StatusOr<std::vector<Digest>> ConsistencyPath(uint64_t first_size, uint64_t second_size) const;
  // Items of tile (level, number), C2SP tlog-tiles: 256 when full, fewer (as many as are applied) at the
  // edge.
  absl::StatusOr<Bytes> Tile(uint8_t level, uint64_t number) const;

  // ---- attestations
  absl::StatusOr<std::optional<ledger::BatchRef>> BatchOf(uint64_t attestation_number) const override;
  // `batch` as BatchOf gave it, accepted; `position` < batch.count. At most three small reads each.
  absl::StatusOr<CommitmentProof> ProveCommitment(const ledger::BatchRef& batch, uint32_t position) const;
  // NotFound when the batch has no tags.
  absl::StatusOr<TagProof> ProveTags(const ledger::BatchRef& batch, uint32_t position) const;
  // Attestation numbers of accepted batches that carry the tag, ascending; at most `limit`.
  absl::StatusOr<std::vector<uint64_t>> FindTag(const ledger::LookupTag& tag, size_t limit) const;

  // ---- sequences
  absl::StatusOr<std::optional<UsedSequence>> FindSequence(std::string_view issuer, uint32_t key_id,
                                                           uint64_t sequence) const;

 private:
  struct Impl;
  explicit LedgerStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace symbolon::storage
