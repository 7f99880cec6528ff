#pragma once
// The refusals that a client can act on. All mean: surely not in the log.

#include <absl/status/status.h>

#include <optional>

#include "consensus/types.h"

namespace symbolon::consensus {

// FailedPrecondition: this node does not lead; `leader` does, if known.
absl::Status NotLeaderError(std::optional<NodeId> leader);
bool IsNotLeader(const absl::Status& status);

// Unavailable: leadership is moving to `target`; try there, or here again if the transfer fails.
absl::Status TransferringError(NodeId target);
bool IsTransferring(const absl::Status& status);

// ResourceExhausted: too much is waiting already; try again after a pause.
absl::Status BusyError(size_t waiting, size_t limit);
bool IsBusy(const absl::Status& status);

// ResourceExhausted: the leader's disk is full; another node may lead, or space come back.
absl::Status NoSpaceError();
bool IsNoSpace(const absl::Status& status);

// Whom to ask instead: the leader of a NotLeaderError, the target of a TransferringError.
std::optional<NodeId> RetryAt(const absl::Status& status);

}  // namespace symbolon::consensus
