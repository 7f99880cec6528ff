#pragma once
// What a seed stands for: a network, its options, the faults that it meets and what its clients do.
// Everything that chance decides about the whole of a run is decided here; what is left to chance later are
// the delays and losses of single messages and turns.

#include <absl/status/status.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/machine.h"
#include "tests/simulation/world.h"

namespace symbolon::simulation {

enum class FaultKind : uint8_t {
  kPartition,         // one of the shapes of partitions.h, for a while
  kSwizzle,           // cut off some nodes one by one, let them back in another order
  kLinkNoise,         // much loss and delay, for a while
  kPause,             // the process stands still for a while
  kClockJump,         // of the wall clock
  kKill,              // the process ends; what it wrote unsynced survives
  kPowerLoss,         // what was not synced is lost, or half there
  kPowerLossInWrite,  // the same, in the middle of a write
  kPowerLossOfAll,
  kPowerLossOfMajority,
  kRestart,  // an orderly stop and start
  kSlowDisk,
  kHangingDisk,
  kWriteError,  // the next writes fail
  kReadError,   // reads fail for a while
  kDiskLow,     // below the floor: nothing is taken
  kDiskFull,
  kBitRot,      // in what lies on a disk of a stopped node
  kMarkRot,     // in one copy of the durable mark
  kLostWrites,  // a disk that lied about its last syncs
  kMarkLoss,    // rot in all copies of the durable mark
  kRestore,     // a copy of the disk is taken, and some time later put back
  kCount,
};
const char* FaultName(FaultKind kind);
// A disk no longer holds what was written to it.
bool LosesSomething(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::kPartition;
  size_t number = 0;  // in the plan as it was drawn
  Time at = 0;
  Time duration = 0;
  uint64_t dice = 0;  // for what is not decided yet: whom it hits, and how
};

enum class OperationKind : uint8_t { kPublish, kChangeStatus, kVerify, kAudit, kDecide, kCount };
const char* OperationName(OperationKind kind);

struct Operation {
  OperationKind kind = OperationKind::kPublish;
  size_t number = 0;
  Time at = 0;
  uint64_t client = 0;
  uint64_t dice = 0;
};

// What is left of a plan when it has been cut down.
struct Edits {
  std::optional<std::set<size_t>> faults, operations;  // those that stay, by number
  std::map<std::string, std::string> settings;         // by name, as --options prints them

  // For symbolon-sim.
  std::string ToArguments() const;
};

struct Plan {
  uint64_t seed = 0;
  uint64_t voters = 3;
  uint64_t learners = 0;

  // ---- the network
  double drop = 0;
  double duplicate = 0;
  Time min_delay = 100, max_delay = 2000;
  bool in_order = true;  // messages of one link do not overtake each other
  double call_loss = 0;  // of clients' requests and answers

  Pace pace;

  // ---- the nodes' options, often at their smallest
  size_t max_append_bytes = 0, max_inflight_bytes = 0, max_inflight_messages = 0, learner_bytes_per_tick = 0;
  size_t max_uncommitted_bytes = 0, max_unpersisted_bytes = 0, tail_cache_bytes = 0;
  size_t entry_cache_bytes = 0, decoded_cache_bytes = 0, inbox_bytes = 0;
  uint64_t max_pending_reads = 0;
  uint64_t delayed = 0;  // so many voters, from the first on, should lead only when the others cannot
  int64_t checkpoint_interval_ms = 0, seal_interval_ms = 1000, seal_every_entries = 1000;
  int64_t submission_timeout_ms = 15000;
  uint64_t write_buffer_bytes = 0;  // of the simulated disk
  bool verify_everything = false;

  // ---- clients
  uint64_t window = 1;     // transactions of a registrar under way
  uint64_t max_batch = 4;  // attestations of a batch
  double send_twice = 0;   // the same bytes to two nodes at once

  Time safety = 40 * kSecond;  // how long faults go on
  std::vector<Fault> faults;
  std::vector<Operation> operations;

  static Plan Draw(uint64_t seed);
  // InvalidArgument for a setting that there is not, or a value that it cannot have.
  absl::Status Apply(const Edits& edits);
  // Name and value of every setting.
  std::map<std::string, std::string> Settings() const;
  // The settings, one paragraph, and the faults, one line each.
  std::string ToString() const;

 private:
  template <typename F>
  void ForEachSetting(F&& f);
};

}  // namespace symbolon::simulation
