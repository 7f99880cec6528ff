#pragma once
// The rows about a ledger of a million attestations: batches, verification, memory, disk, audit, proof size.

#include <absl/status/status.h>

#include "tests/bench/options.h"
#include "tests/bench/table.h"

namespace symbolon::bench {

absl::Status MeasureBulk(const Options& options, const std::string& folder, Report& report);

}  // namespace symbolon::bench
