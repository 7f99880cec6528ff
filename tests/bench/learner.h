#pragma once
// What it costs the others that a new node catches up with a long ledger under load.

#include <absl/status/status.h>

#include "tests/bench/options.h"
#include "tests/bench/table.h"

namespace symbolon::bench {

// In earnest every node has a machine of its own. Here the three voters and their clients have all processors
// but the last, and the learner has the last, and its disk in memory: what is measured is what its catching
// up asks of the others. For a while it catches up by turns, paused in between: the ratio of the two is free
// of whatever else slows down the machine.
absl::Status MeasureLearner(const Options& options, const std::string& folder, Report& report);

}  // namespace symbolon::bench
