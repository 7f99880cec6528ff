#pragma once
// The values that words stand for.

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "consensus/types.h"

namespace symbolon::consensus {

absl::StatusOr<uint64_t> ParseNumber(const std::string& word);

// [1 1 2], or [1*2 2]
absl::StatusOr<std::vector<uint64_t>> ParseList(const std::string& word);
std::string ShowList(const std::vector<uint64_t>& numbers);

// INDEX:TERM
absl::StatusOr<LogPosition> ParsePosition(const std::string& word);

}  // namespace symbolon::consensus
