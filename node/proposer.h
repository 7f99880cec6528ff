#pragma once
// Makes the leader's entries: gives each its place, time, and first attestation number, and refuses what must
// not enter the ledger.

#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include <deque>
#include <functional>
#include <memory>

#include "consensus/raft.h"
#include "ledger/signature_memo.h"
#include "node/decoded_cache.h"
#include "node/log_tail.h"
#include "node/prepared_transaction.h"
#include "node/shared_state.h"
#include "storage/ledger_store.h"

namespace symbolon::node {

// Where a transaction stands in the log. Final only when an entry of that index and term is applied.
struct Placement {
  consensus::LogPosition position;
  bool existing = false;  // it was there before
};
using PlacementDone = std::function<void(absl::StatusOr<Placement>)>;

// Belongs to the event loop, but for CheckAhead and FindInLedger.
class Proposer {
 public:
  // Milliseconds since 1970 by the system's clock, which may jump: what goes into the ledger never falls.
  using WallClock = std::function<uint64_t()>;

  Proposer(SharedState* state, storage::LedgerStore* store, ledger::SignatureMemo* memo,
           DecodedCache* decoded, LogTail tail, WallClock clock);

  // What can be done before the event loop's turn, on any thread: verifies the signature, and judges a batch.
  // OK, or what the client gets.
  absl::Status CheckAhead(const PreparedTransaction& transaction) const;
  // Where a transaction with the same signed bytes stands in the applied ledger, if it does. On any thread.
  absl::StatusOr<std::optional<consensus::LogPosition>> FindInLedger(const TransactionOwner& owner) const;

  // Proposes, or finds it in the log already; `done` is called exactly once, now or (for a status transaction
  // whose predecessors are still being applied) from OnApplied or OnLost. A null `raft` means that the loop
  // has stopped.
  //   Unavailable      not the leader; OutOfRange: another sequence is expected; ResourceExhausted: busy;
  //   FailedPrecondition: the rules reject it
  void Propose(consensus::Raft* raft, std::shared_ptr<PreparedTransaction> transaction, PlacementDone done);

  // A seal, if the state wants one and none is on its way. Whether it was proposed.
  bool ProposeSeal(consensus::Raft& raft);

  // The next step of a change of members: as Raft::ProposeConfiguration, whose refusals it gives back.
  absl::StatusOr<consensus::LogPosition> ProposeConfiguration(consensus::Raft& raft,
                                                              const ledger::Configuration& configuration);

  // The bytes of a new leader's no-op.
  std::shared_ptr<const consensus::EntryData> MakeNoOp(consensus::Index index, consensus::Term term);

  void OnAppend(const std::vector<consensus::Entry>& entries);
  void OnApplied(consensus::Raft& raft, uint64_t index);
  // This node leads no longer, or stops: what waits is answered.
  void OnLost();

  const LogTail& tail() const { return tail_; }

 private:
  using Key = std::pair<std::string, uint32_t>;

  // Whether a status may change, or a decision be taken, depends on what is in the log before it: such a
  // transaction waits until that is applied, and transactions of the same key wait behind it. Batches depend
  // on nothing but their sequence.
  struct Waiting {
    uint64_t after;  // what is not a batch is judged when this index is applied
    std::shared_ptr<PreparedTransaction> transaction;
    PlacementDone done;
  };

  static Key KeyOf(const PreparedTransaction& t) { return {t.owner.issuer, t.owner.key_id}; }
  bool IsReady(const Waiting& item, uint64_t applied, const absl::flat_hash_set<Key>& waiting_keys) const;
  absl::Status Judge(const PreparedTransaction& transaction) const;
  absl::StatusOr<Placement> Place(consensus::Raft& raft, PreparedTransaction& transaction);
  absl::StatusOr<std::optional<Placement>> FindExisting(const PreparedTransaction& transaction,
                                                        uint64_t expected) const;
  std::shared_ptr<const consensus::EntryData> MakeEntry(consensus::Index index, consensus::Term term,
                                                        ledger::DecodedPayload decoded, Bytes payload,
                                                        Bytes body, uint32_t attestation_count);
  uint64_t TimeNow() const;

  SharedState* const state_;
  storage::LedgerStore* const store_;
  ledger::SignatureMemo* const memo_;
  DecodedCache* const decoded_;
  LogTail tail_;
  const WallClock clock_;
  std::deque<Waiting> waiting_;
};

}  // namespace symbolon::node
