#pragma once
// Makes the folder of a new network: keys, certificates, genesis, node configurations and client profiles.
//
// For training and tests everything is made in one place. In a real network each agency makes its own keys and only
// public halves meet in the genesis; the folders are laid out so that each can be handed to its agency and the rest of
// it removed.

#include <absl/status/status.h>

#include "cli/network/layout.h"
#include "cli/network/plan.h"

namespace symbolon::cli {

// `plan_text` is kept as DIR/network.toml. AlreadyExists when `network` exists and is not empty: keys are never overwritten.
// `now_ms`: milliseconds since 1970.
absl::Status InitNetwork(const NetworkPlan& plan, const std::string& plan_text, const Path& network, uint64_t now_ms);

}  // namespace symbolon::cli
