#pragma once
// The line-based texts of C2SP: decimals, hashes and lines, each with exactly one accepted form.

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace symbolon::ledger {

// ASCII decimal without sign, leading zeros or overflow.
std::optional<uint64_t> ParseDecimal(std::string_view text);

// Standard base64 of exactly 32 bytes. InvalidArgument, saying what is wrong, without the text itself.
absl::StatusOr<Digest> ParseHash(std::string_view base64);

// Takes lines off the front of a text. Views point into the text.
class LineReader {
 public:
  explicit LineReader(ByteView text) : rest_(text) {}

  // The next line without its LF, or nullopt when no LF is left.
  std::optional<std::string_view> Next();
  // Whether the next line begins so; false at the end.
  bool NextStartsWith(std::string_view prefix) const { return rest_.starts_with(prefix); }

  ByteView rest() const { return rest_; }
  int line_number() const { return line_number_; }  // of the line taken last, from 1

 private:
  ByteView rest_;
  int line_number_ = 0;
};

// Hashes in base64, one a line, up to and with the empty line that ends them. InvalidArgument, naming `what`
// and the line, when one is no hash, there are more than `most`, or the empty line is missing.
absl::StatusOr<std::vector<Digest>> ReadHashLines(LineReader& lines, size_t most, const std::string& what);

}  // namespace symbolon::ledger
