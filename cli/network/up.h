#pragma once
// Runs every node of a network as a process on this machine, for training and tests.

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "cli/network/layout.h"

namespace symbolon::cli {

// The agencies of a network's folder, in the order of its registry.
absl::StatusOr<std::vector<std::string>> AgenciesOf(const Path& network);

// Every node of a network's folder: those of the genesis, and those added later.
struct NodeFolder {
  std::string agency;
  Path dir;
  Path operator_profile;  // by which its agency's operator asks it
};
absl::StatusOr<std::vector<NodeFolder>> NodesOf(const Path& network);

// Starts the founding node of one agency; OK when it runs already. Does not wait for it.
absl::Status StartNode(const Path& network, const std::string& agency);
// Ends it: by SIGTERM, so that it hands over and flushes, or by SIGKILL. OK when it does not run.
absl::Status StopNode(const Path& network, const std::string& agency);
absl::Status KillNode(const Path& network, const std::string& agency);
bool NodeRuns(const Path& network, const std::string& agency);

// Waits until every running node of `agencies` knows the same leader; the leader's agency. UNAVAILABLE after
// `timeout_ms`, with the last lines of the log of a node that ended.
absl::StatusOr<std::string> WaitForLeader(const Path& network, const std::vector<std::string>& agencies, int timeout_ms);
// Waits until the node of `agency` has applied entry `index`.
absl::Status WaitForApplied(const Path& network, const std::string& agency, uint64_t index, int timeout_ms);

// Starts every node that does not run yet, and waits until all that are members know the same leader.
absl::Status NetworkUp(const Path& network);
absl::Status NetworkDown(const Path& network);

// The last lines of a node's log, for an error message.
std::string LogTail(const Path& node_dir, int lines);

}  // namespace symbolon::cli
