#pragma once
// The machine and the libraries, as far as figures depend on them.

#include <string>

#include "tests/bench/options.h"
#include "tests/bench/table.h"

namespace symbolon::bench {

// `folder`: where the data goes, on the file system whose write times are taken.
void DescribeSetup(const Options& options, const std::string& folder, Report& report);

}  // namespace symbolon::bench
