#pragma once
// Looks at the nodes from outside while others do harm: what each says of itself, and the whole ledger of
// one.

#include <absl/status/status.h>

#include <cstdint>
#include <string>

#include "tests/system/nemesis/client/network.h"

namespace symbolon::history {

// Asks every node for its state, again and again, and prints the answers on standard output, one JSON object
// a line, until the program is asked to end.
absl::Status WatchNodes(const Network& network, int64_t interval_ms);

// Writes every entry that the agency's node shows, one JSON object a line, and last the checkpoint over them
// (docs/history-format.md, "The ledger").
absl::Status DumpLedger(const Network& network, const std::string& agency, const std::string& file);

}  // namespace symbolon::history
