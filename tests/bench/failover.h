#pragma once
// How long nothing is committed after the leader's process is killed.

#include <absl/status/status.h>

#include "tests/bench/options.h"
#include "tests/bench/table.h"

namespace symbolon::bench {

absl::Status MeasureFailover(const Options& options, const std::string& folder, Report& report);

}  // namespace symbolon::bench
