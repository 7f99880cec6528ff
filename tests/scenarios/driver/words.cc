#include "tests/scenarios/driver/words.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include "base/status_macros.h"

namespace symbolon::consensus {

absl::StatusOr<uint64_t> ParseNumber(const std::string& word) {
  uint64_t value = 0;
  if (!absl::SimpleAtoi(word, &value))
    return absl::InvalidArgumentError(fmt::format("a number is expected, not \"{}\"", word));
  return value;
}

absl::StatusOr<std::vector<uint64_t>> ParseList(const std::string& word) {
  if (word.size() < 2 || word.front() != '[' || word.back() != ']')
    return absl::InvalidArgumentError(fmt::format("a list like [1 1 2] is expected, not \"{}\"", word));
  const std::vector<std::string> runs =
      absl::StrSplit(word.substr(1, word.size() - 2), ' ', absl::SkipEmpty());
  std::vector<uint64_t> out;
  for (const std::string& run : runs) {
    const std::vector<std::string> parts = absl::StrSplit(run, absl::MaxSplits('*', 1));
    ASSIGN_OR_RETURN(const uint64_t value, ParseNumber(parts[0]));
    uint64_t times = 1;
    if (parts.size() == 2) {
      ASSIGN_OR_RETURN(times, ParseNumber(parts[1]));
    }
    out.insert(out.end(), times, value);
  }
  return out;
}

std::string ShowList(const std::vector<uint64_t>& numbers) {
  constexpr size_t kLongRun = 4;
  std::string out;
  for (size_t i = 0; i < numbers.size();) {
    size_t end = i;
    while (end < numbers.size() && numbers[end] == numbers[i]) ++end;
    if (end - i < kLongRun) end = i + 1;
    out += fmt::format("{}{}", out.empty() ? "" : " ", numbers[i]);
    if (end - i > 1) out += fmt::format("*{}", end - i);
    i = end;
  }
  return "[" + out + "]";
}

absl::StatusOr<LogPosition> ParsePosition(const std::string& word) {
  const std::vector<std::string> parts = absl::StrSplit(word, ':');
  if (parts.size() != 2)
    return absl::InvalidArgumentError(fmt::format("INDEX:TERM is expected, not \"{}\"", word));
  ASSIGN_OR_RETURN(const uint64_t index, ParseNumber(parts[0]));
  ASSIGN_OR_RETURN(const uint64_t term, ParseNumber(parts[1]));
  return LogPosition{Index(index), Term(term)};
}

}  // namespace symbolon::consensus
