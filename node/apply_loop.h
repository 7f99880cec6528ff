#pragma once
// The one worker that applies committed entries, signs checkpoints and publishes what the node shows.

#include <absl/status/status.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "consensus/entry.h"
#include "ledger/signature_memo.h"
#include "ledger/verdict.h"
#include "node/checkpoint_signer.h"
#include "node/decoded_cache.h"
#include "node/entry_buffer.h"
#include "node/runtime.h"
#include "node/shared_state.h"
#include "storage/ledger_store.h"
#include "storage/raft_log.h"

namespace symbolon::node {

// One applied entry, for whoever waits for it.
struct AppliedEntry {
  uint64_t index = 0;
  uint64_t term = 0;
  ledger::Verdict verdict = ledger::Verdict::kAccepted;
  uint64_t first_attestation = 0;
  uint32_t attestation_count = 0;
};

// Thread-safe but for Start and Stop.
class ApplyLoop {
 public:
  struct Options {
    uint64_t self = 0;  // this node's number: it signs while the registry has it as a member
    std::chrono::milliseconds checkpoint_interval{0};
    std::chrono::milliseconds cosign_interval{60'000};
    size_t max_range_bytes = size_t{4} << 20;
    size_t max_range_entries = 256;
  };

  // From the loop's turns; must not block.
  struct Callbacks {
    // Everything up to `index` is applied, though perhaps not shown yet.
    std::function<void(consensus::Index index)> applied;
    // These entries are applied, and the view's checkpoint covers them: they may be shown.
    std::function<void(const ReadViewPtr& view, const std::vector<AppliedEntry>& entries)> published;
    // A checkpoint cannot be signed any more, and so nothing new is shown; the node goes on replicating.
    std::function<void(const absl::Status& why)> signing_stopped;
    // Nothing can be applied any more: once, and the process should end.
    std::function<void(const absl::Status& status)> failed;
  };

  // What it works on; all outlive it.
  struct Parts {
    Runtime* runtime;
    SharedState* state;
    storage::LedgerStore* store;
    storage::RaftLog* log;
    EntryBuffer* buffer;
    DecodedCache* decoded;
    ledger::SignatureMemo* memo;
    CheckpointSigner* signer;
  };

  ApplyLoop(Options options, Parts parts, Callbacks callbacks);
  ~ApplyLoop();  // Stop()

  // For what is known to be committed before anybody says so: applies up to `last` without a word, and
  // without the memory that a start needs for each entry that is not applied (LV-19). Before Start, once.
  absl::Status ApplyBeforeStart(consensus::Index last);
  // Signs the tree as it was restored, before anything new is applied, and starts.
  void Start();
  // Finishes the range under way.
  void Stop();

  // Entries up to `index` are committed and durable here.
  void SetApplicable(consensus::Index index);
  // Soon, and for ever: no checkpoint is signed any more.
  void StopSigning(std::string why);

 private:
  MonotonicTime Turn();
  absl::Status ApplyNext(uint64_t applicable);
  absl::Status ApplyRange(uint64_t applicable);
  absl::StatusOr<std::vector<consensus::Entry>> ReadRange(uint64_t first, uint64_t last) const;
  std::vector<DecodedCache::Decoded> Decode(const std::vector<consensus::Entry>& entries) const;
  absl::Status ApplyDecoded(const std::vector<DecodedCache::Decoded>& entries, ledger::State& state,
                            ReadViewPtr& view);
  void NoteOutcome(const ledger::DecodedEntry& entry, const ledger::Outcome& outcome);
  // Durable when it returns; an error when that could not be.
  absl::Status StopSigningNow(const std::string& why);
  absl::Status StopSigningOver(const ledger::DecodedEntry& entry, const ledger::Outcome& outcome);
  // A new checkpoint for everything applied, or a fresh signature for the one there is.
  absl::Status Checkpoint(uint64_t applied);
  absl::StatusOr<std::shared_ptr<const PublishedCheckpoint>> SignTree(uint64_t size, const Digest& root,
                                                                      uint64_t seal_index);
  void Publish();
  // When the checkpoint wants to be renewed; kNever while there is nothing to sign.
  MonotonicTime NextCheckpoint() const;

  const Options options_;
  const Parts parts_;
  const Callbacks callbacks_;

  // Belong to the turns.
  uint64_t applied_ = 0;
  std::optional<MonotonicTime> last_checkpoint_;
  bool failed_ = false;
  bool is_member_ = false;  // by the registry as applied
  std::vector<AppliedEntry> unpublished_;

  std::mutex mutex_;
  uint64_t applicable_ = 0;   // guarded by mutex_
  std::string stop_signing_;  // guarded by mutex_; why
  std::unique_ptr<Worker> worker_;
};

}  // namespace symbolon::node
