#pragma once
// Starting and ending symbolond processes on this machine.

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "cli/network/layout.h"

namespace symbolon::cli {

// A program beside this one, e.g. Sibling("symbolond").
absl::StatusOr<Path> Sibling(const std::string& program);

// Starts a process in a session of its own, with no standard input and both outputs appended to `log`.
absl::StatusOr<pid_t> SpawnDetached(const std::vector<std::string>& arguments, const Path& log);

// The process of a pid file, if it still runs and was started with `argument` on its command line (a pid may
// have been given to another program since); else NotFound.
absl::StatusOr<pid_t> RunningProcess(const Path& pid_file, const std::string& argument);

// Sends SIGTERM and waits; after `grace_ms` SIGKILL. OK also when it was gone already.
absl::Status EndProcess(pid_t pid, int grace_ms);

// Sends SIGKILL and waits until the process is gone.
absl::Status KillProcess(pid_t pid);

}  // namespace symbolon::cli
