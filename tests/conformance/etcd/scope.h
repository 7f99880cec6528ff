#pragma once
// What of the scenarios is not carried out or not equal, and why.

#include <string>
#include <vector>

#include "tests/conformance/etcd/scenario.h"

namespace symbolon::conformance {

const std::vector<LeftOut>& AllLeftOut();
const std::vector<Difference>& AllDifferences();

// Commands of our own at the end of a scenario, in its format: what it asks while our nodes still differ,
// asked again when they no longer may. Empty for most.
std::string Continuation(const std::string& file);

}  // namespace symbolon::conformance
