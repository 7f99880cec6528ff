#pragma once
// Exit codes of every `symbolon` command.

#include <absl/status/status.h>

namespace symbolon::cli {

enum ExitCode : int {
  kOk = 0,           // done, or verified
  kNotVerified = 1,  // checked and not verified; the reason is printed
  kBadInput = 2,     // wrong usage or input
  kUnreachable = 3,  // the node cannot be reached or does not permit it
};

// 3 for UNAVAILABLE, DEADLINE_EXCEEDED, PERMISSION_DENIED, UNAUTHENTICATED and RESOURCE_EXHAUSTED, else 2.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace symbolon::cli
