#pragma once
// The Raft log and hard state on disk (Raft paper figure 2, persistent state). The log is the ledger: one
// copy of every entry, never compacted.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "consensus/effects.h"
#include "consensus/entry.h"
#include "consensus/log_view.h"
#include "storage/store.h"

namespace symbolon::storage {

// What one consensus::Effects wants persisted.
struct LogWrite {
  std::optional<consensus::HardState> hard_state;
  // Consecutive; whatever the log holds at append.front().index and after is cut.
  std::vector<consensus::Entry> append;
};

// Reading is thread-safe, beside one thread that writes.
class RaftLog : public consensus::LogView {
 public:
  // `store` must outlive the log.
  static absl::StatusOr<std::unique_ptr<RaftLog>> Open(Store* store);
  ~RaftLog() override;

  // ---- LogView
  consensus::Index LastIndex() const override;
  // OutOfRange beyond the last index. From memory.
  absl::StatusOr<consensus::Term> TermAt(consensus::Index index) const override;
  // From memory.
  absl::StatusOr<std::vector<consensus::Index>> ConfigurationIndexes() const override;
  // DataLoss names the first index that is missing or cannot be read.
  absl::StatusOr<std::vector<consensus::Entry>> Read(consensus::Index first, consensus::Index last,
                                                     size_t max_bytes) const override;

  // Term 0 without a vote in a new store.
  consensus::HardState hard_state() const;

  // All writes in order as one atomic write: when it returns OK everything is on disk, and the durable mark
  // says so; only then may messages leave that depend on it. When it fails, or the process dies before it
  // returns, either all or nothing is there after the next start.
  //
  // ResourceExhausted while failure() is OK: proposals would use up the reserve of the disk
  // (Options::reserve_bytes). Nothing is written, the log goes on, and the same call may be made again when
  // there is space. Writes without proposals are never refused so.
  //
  // InvalidArgument (nothing written, and the log goes on): entries that leave a gap, terms that fall, a cut
  // at or below the applied index, a hard state whose term falls or whose vote changes within the term
  // (RB-13). Any other error is final: this call and every later one fail, and the process must stop (LV-14).
  [[nodiscard]] absl::Status Persist(std::span<const LogWrite> writes);
  [[nodiscard]] absl::Status Persist(const LogWrite& write) { return Persist(std::span(&write, 1)); }

  // Store::failure().
  absl::Status failure() const { return store_->failure(); }

 private:
  struct State;
  struct Plan;
  explicit RaftLog(Store* store);
  absl::Status PrepareCut(consensus::Index first);
  absl::Status RaiseMark(const State& state);

  Store* const store_;
  bool recovering_ = false;  // of the thread that writes
  mutable std::mutex mutex_;
  std::unique_ptr<State> state_;  // guarded by mutex_
};

}  // namespace symbolon::storage
