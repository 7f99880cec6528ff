#pragma once
// What a node does instead of all else while its log lacks entries whose bytes can be proved
// (storage/entry_repair.h): it asks the other nodes for them. No part of consensus runs meanwhile (CONSENSUS
// L14, L15).

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/peer.h"
#include "ledger/entries/configuration.h"
#include "node/config.h"
#include "node/node_options.h"
#include "node/rate_limit.h"
#include "node/runtime.h"
#include "storage/entry_repair.h"
#include "storage/store.h"

namespace symbolon::node {

// How a node opens its store.
absl::StatusOr<std::unique_ptr<storage::Store>> OpenNodeStore(const NodeOptions& options,
                                                              const NodeFiles& files);

// The error of a start that needs a Repairer first.
absl::Status RepairNeeded(const storage::StartupReport& report);
bool IsRepairNeeded(const absl::Status& status);

// Some entries at a time, from one node after the other, until nothing is missing; who gives wrong bytes, or
// none, is passed over. When nobody had anything it waits, longer each time. Thread-safe but for destruction.
class Repairer {
 public:
  struct Callbacks {
    // One of them, once, from a turn. The store is closed and whole; the node is to be started again.
    std::function<void()> done;
    std::function<void(const absl::Status&)> failed;
  };

  Repairer(NodeOptions options, NodeFiles files, Callbacks callbacks);
  // Without the answers that are under way. Not from within a callback.
  ~Repairer();

  static absl::StatusOr<std::unique_ptr<Repairer>> Start(NodeOptions options, Callbacks callbacks);
  // FailedPrecondition when there is no other node to ask.
  absl::Status Begin();

 private:
  struct Source {
    ledger::Member member;
    std::unique_ptr<api::Peer> peer;
  };

  absl::Status Connect(const ledger::Member& member);
  MonotonicTime Turn();
  absl::Status Take(const absl::StatusOr<std::vector<api::LedgerEntry>>& answer);
  absl::Status Take(uint64_t index, const api::LedgerEntry& entry);
  MonotonicTime AskNext();
  void NextRound();
  void Refused(const absl::Status& why);

  const NodeOptions options_;
  const NodeFiles files_;
  const Callbacks callbacks_;
  Runtime* const runtime_;

  std::unique_ptr<storage::Store> store_;
  std::optional<storage::EntryRepair> repair_;

  // Of the turns. A round asks one source for everything that is missing then.
  size_t source_ = 0;
  std::deque<uint64_t> wanted_;
  std::vector<uint64_t> asked_;  // what is asked for now
  bool progress_ = true;
  size_t in_vain_ = 0;  // rounds
  std::chrono::milliseconds pause_;
  bool ended_ = false;
  MonotonicTime next_round_;
  RateLimit refusals_;

  std::mutex mutex_;
  std::optional<absl::StatusOr<std::vector<api::LedgerEntry>>> answer_;  // guarded by mutex_
  std::unique_ptr<Worker> worker_;
  std::vector<Source> sources_;  // last: they answer while they are destroyed
};

}  // namespace symbolon::node
