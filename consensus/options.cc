#include "consensus/options.h"

#include "base/status_macros.h"

namespace symbolon::consensus {

std::string_view StandingName(Standing standing) {
  switch (standing) {
    case Standing::kMember:
      return "member";
    case Standing::kRecovering:
      return "recovering";
    case Standing::kObserver:
      return "observer";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, Standing standing) {
  return out << StandingName(standing);
}

absl::Status Options::Validate() const {
  if (id == NodeId(0)) return absl::InvalidArgumentError("id: a node's number starts at 1");
  if (absl::Status status = genesis.Validate(); !status.ok()) return Annotate(status, "genesis");
  if (!no_op) return absl::InvalidArgumentError("no_op: the maker of no-op entries is missing");
  if (!random) return absl::InvalidArgumentError("random: the source of random numbers is missing");
  if (heartbeat_ticks == 0) return absl::InvalidArgumentError("heartbeat_ticks: must be at least 1");
  if (election_ticks <= heartbeat_ticks) {
    return absl::InvalidArgumentError("election_ticks: must be more than heartbeat_ticks, usually ten times");
  }
  if (election_delay_ticks > 100 * election_ticks) {
    return absl::InvalidArgumentError(
        "election_delay_ticks: at most 100 times election_ticks, or nobody may lead for long");
  }
  if (max_append_bytes == 0 || max_inflight_bytes == 0 || max_inflight_messages == 0 ||
      max_uncommitted_bytes == 0 || max_unpersisted_bytes == 0 || max_pending_reads == 0) {
    return absl::InvalidArgumentError("max_*: a limit of 0 lets nothing through");
  }
  if (read_timeout_ticks == 0 || proposal_timeout_ticks == 0) {
    return absl::InvalidArgumentError("*_timeout_ticks: must be at least 1");
  }
  return absl::OkStatus();
}

}  // namespace symbolon::consensus
