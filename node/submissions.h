#pragma once
// Clients' transactions on their way: to the leader, through the log, until this node has applied them and
// can give a receipt.

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "api/backend.h"
#include "consensus/effects.h"
#include "node/apply_loop.h"
#include "node/proposer.h"
#include "node/runtime.h"

namespace symbolon::node {

// A submission is a success only if the entry applied at its index is the one that was proposed: index and
// term must agree (Raft paper 5.3, log matching). Every submission ends exactly once, with
//   a receipt
//   UNAVAILABLE          surely not in the log, or unknown; the message says which; the same bytes may be
//   sent again another error        for good: what the proposer said, or FAILED_PRECONDITION with the verdict
// Thread-safe; callbacks run outside the lock.
class Submissions {
 public:
  struct Callbacks {
    // The leader as this node knows it.
    std::function<std::optional<consensus::NodeId>()> leader;
    // Hands a transaction to this node's own log, or to another node.
    std::function<void(const api::Transaction&, PlacementDone)> propose_here;
    std::function<void(consensus::NodeId, const api::Transaction&, PlacementDone)> forward;
    // The entry at an index that is shown already; nullopt when it is not shown yet.
    std::function<absl::StatusOr<std::optional<AppliedEntry>>(uint64_t index)> find_applied;
    std::function<absl::StatusOr<Bytes>(uint64_t index)> receipt;
    // Nothing is under way any more.
    std::function<void()> idle;
  };

  Submissions(consensus::NodeId self, Runtime* runtime, std::chrono::milliseconds timeout,
              Callbacks callbacks);

  void Submit(api::Transaction transaction, api::Done<api::Submitted> done);
  // A transaction that is known to be in the log at this position.
  void AwaitExisting(consensus::LogPosition position, api::Done<api::Submitted> done);

  // The leader changed: what was waiting for one goes on.
  void OnLeader();
  // What Raft says of a proposal made here.
  void OnProposal(const consensus::ProposalOutcome& outcome);
  // These entries are shown now.
  void OnPublished(const std::vector<AppliedEntry>& entries);
  // Tries again what failed for want of a leader, and ends what is overdue.
  void OnTick(MonotonicTime now);
  bool IsIdle();
  // Ends all, and everything that comes later at once.
  void Stop();

 private:
  enum class Phase : uint8_t { kParked, kPlacing, kInLog, kEnded };

  struct Submission {
    // Kept until it has a place in the log.
    std::shared_ptr<const api::Transaction> transaction;
    api::Done<api::Submitted> done;
    MonotonicTime deadline;
    Phase phase = Phase::kParked;
    Placement placement;
  };
  using Pointer = std::shared_ptr<Submission>;

  void Add(const Pointer& submission);
  void Route(const Pointer& submission);
  void OnPlaced(const Pointer& submission, const absl::StatusOr<Placement>& placement);
  void AwaitApply(const Pointer& submission, const Placement& placement);
  void Resolve(const Pointer& submission, const AppliedEntry& entry);
  void RouteParked();
  // False when it has ended before.
  bool End(const Pointer& submission, absl::StatusOr<api::Submitted> result);
  void Remove(const Pointer& submission);  // requires mutex_

  const consensus::NodeId self_;
  Runtime* const runtime_;
  const std::chrono::milliseconds timeout_;
  const Callbacks callbacks_;

  std::mutex mutex_;
  std::vector<Pointer> parked_;                      // no leader to send it to; guarded by mutex_
  std::map<uint64_t, std::vector<Pointer>> in_log_;  // by index; guarded by mutex_
  std::multimap<MonotonicTime, Pointer> all_;        // by deadline; guarded by mutex_
  bool stopped_ = false;                             // guarded by mutex_
};

}  // namespace symbolon::node
