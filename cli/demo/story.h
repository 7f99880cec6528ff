#pragma once
// The demo: a network of five agencies on this machine, from an empty folder to an audit, told step by step.

#include <absl/status/statusor.h>

#include <string>

#include "cli/console.h"
#include "cli/network/layout.h"

namespace symbolon::cli {

struct DemoOptions {
  Path folder;       // empty or not there yet
  uint64_t records = 20000;  // of the publication during which the leader is killed
  bool keep_running = false;
};

// True when every step held. A step that does not hold ends the story; the error says which part broke only when the
// demo itself could not go on. Nodes are stopped at the end unless keep_running.
absl::StatusOr<bool> TellStory(const Console& console, const DemoOptions& options);

}  // namespace symbolon::cli
