#pragma once
// What `expect` and `never` say.

#include <absl/status/status.h>

#include <span>
#include <string>

#include "tests/scenarios/driver/world.h"

namespace symbolon::consensus {

// OK when it is so; FailedPrecondition, with what is so instead, when it is not; InvalidArgument when it
// cannot be read.
absl::Status Check(const World& world, std::span<const std::string> words);

}  // namespace symbolon::consensus
