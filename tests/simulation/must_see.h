#pragma once
// What a long enough run must have come across: one that never met a conflict proves nothing.

#include <string>
#include <vector>

namespace symbolon::simulation {

std::vector<std::string> MustSee();

}  // namespace symbolon::simulation
