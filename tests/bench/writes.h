#pragma once
// One attestation per request, durable and committed, beside etcd's put of equal bytes.

#include <absl/status/status.h>

#include "tests/bench/options.h"
#include "tests/bench/table.h"

namespace symbolon::bench {

absl::Status MeasureWrites(const Options& options, const std::string& folder, Report& report);

}  // namespace symbolon::bench
