#pragma once
// Free TCP ports of the loopback interface.

#include <vector>

namespace symbolon::bench {

// All different; an empty list when the machine has none.
std::vector<int> FreePorts(int count);

}  // namespace symbolon::bench
