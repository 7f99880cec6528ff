#pragma once
// Cuts a failing plan down: first its faults, then its operations, then what the network does by itself, then
// its nodes; each by running it again without them.

#include <functional>

#include "tests/simulation/plan.h"

namespace symbolon::simulation {

// `plan` fails with `violation`. Returns what must be left of it so that it still fails in that way, numbers
// in the sentence aside. `tell` hears of the progress, one line at a time.
Edits Shrink(const Plan& plan, const std::string& violation,
             const std::function<void(const std::string&)>& tell);

}  // namespace symbolon::simulation
