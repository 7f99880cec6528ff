#pragma once
// Runs scenario files (the language: ../README.md).

#include <absl/status/status.h>

#include <ostream>
#include <string>

namespace symbolon::consensus {

// Runs all cases of the file. The error says file:line, what was expected and what is, and ends with the last
// events before it. With `trace`, every line and every event is written there as it happens.
absl::Status RunScenario(const std::string& path, std::ostream* trace = nullptr);

}  // namespace symbolon::consensus
