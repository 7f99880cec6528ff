#pragma once
// Everything that can be tuned, with its default.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string_view>

#include "consensus/configuration.h"
#include "consensus/entry.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// What this node's word is worth after what its storage found at start (docs/consensus.md, recovery).
enum class Standing {
  kMember,      // log, term and vote are those that it promised
  kRecovering,  // term and vote are, but the end of its log is lost: `Options::promised` says how far it went
  kObserver,    // term and vote are lost, or moved back in time by a restore: it promises nothing any more
};
std::string_view StandingName(Standing standing);
std::ostream& operator<<(std::ostream& out, Standing standing);

// What Raft::Create is told. Times are in ticks, sizes in bytes.
struct Options {
  NodeId id;              // this node; not 0
  Configuration genesis;  // the configuration in force before the first entry

  // The members that a configuration entry states, all of them. Pure. Without it configuration entries are
  // refused; as is one that it cannot read.
  std::function<absl::StatusOr<Configuration>(const EntryData&)> read_configuration;

  Standing standing = Standing::kMember;
  // Recovering: the durable mark, the end of the log when this node last acknowledged anything. Whoever keeps
  // the mark must not lower it to the shorter log before Raft::standing() is kMember again.
  LogPosition promised;

  // Larger than at every earlier start with this identity, durably so before the start; 0: not known. Peers
  // refuse a sender whose number falls: an old message, or two processes on copies of one disk.
  uint64_t incarnation = 0;

  // How far the state machine had got, durably, when the process started: commit index to begin with.
  Index applied;

  // Makes the leader's no-op at the start of its term. Required; pure.
  EntryFactory no_op;

  // A source of random numbers: election timeouts, first id of forwarded reads. Required. A deterministic one
  // gives a deterministic Raft; two processes of one node must not share a sequence.
  std::function<uint64_t()> random;

  // A follower that hears no leader for election_ticks to 2 * election_ticks - 1 ticks asks for votes.
  uint64_t election_ticks = 10;
  // Waited besides: election priority. Who should lead only when nobody better is there has more than others.
  uint64_t election_delay_ticks = 0;
  // A leader speaks at least this often. At least 1, and below election_ticks.
  uint64_t heartbeat_ticks = 1;

  size_t max_append_bytes = size_t{1} << 20;    // entries of one message (one entry may exceed it)
  size_t max_inflight_bytes = size_t{8} << 20;  // sent to one follower and not yet acknowledged
  size_t max_inflight_messages = 64;            // the same, in messages
  // What a learner is sent in a tick besides what is new, in bytes of entries, so that one that catches up
  // does not slow the voters; 0: as much as its window holds.
  size_t learner_bytes_per_tick = 0;
  size_t max_uncommitted_bytes = size_t{64} << 20;  // proposals of a leader not yet committed
  size_t max_unpersisted_bytes = size_t{64} << 20;  // entries accepted by a follower not yet persisted
  size_t tail_cache_bytes = size_t{4} << 20;        // persisted entries kept in memory for slow followers
  size_t max_pending_reads = 16384;                 // at a leader, its own and forwarded ones together

  // After these a read fails and a proposal is answered as unknown, if nothing was decided before.
  uint64_t read_timeout_ticks = 50;
  uint64_t proposal_timeout_ticks = 100;

  // Where to write one line for each input (trace.h, docs/trace-format.md). Empty: nothing is written, and it
  // costs nothing.
  std::function<void(std::string_view)> trace;

  // What is missing or contradictory, by field name.
  absl::Status Validate() const;
};

}  // namespace symbolon::consensus
