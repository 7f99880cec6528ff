#include "ledger/checkpoint/text_lines.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "base/status_macros.h"
#include "base/text_encoding.h"

namespace symbolon::ledger {

std::optional<uint64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

absl::StatusOr<Digest> ParseHash(std::string_view base64) {
  const absl::StatusOr<Bytes> bytes = FromBase64(base64);
  if (!bytes.ok()) return bytes.status();
  Digest hash;
  if (bytes->size() != hash.size()) {
    return absl::InvalidArgumentError(fmt::format("a hash has 32 bytes, not {}", bytes->size()));
  }
  std::memcpy(hash.data(), bytes->data(), hash.size());
  return hash;
}

std::optional<std::string_view> LineReader::Next() {
  const size_t end = rest_.find('\n');
  if (end == ByteView::npos) return std::nullopt;
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  ++line_number_;
  return line;
}

absl::StatusOr<std::vector<Digest>> ReadHashLines(LineReader& lines, size_t most, const std::string& what) {
  std::vector<Digest> hashes;
  while (const auto line = lines.Next()) {
    if (line->empty()) return hashes;
    if (hashes.size() == most) {
      return absl::InvalidArgumentError(fmt::format("{}: more than {} hashes", what, most));
    }
    const absl::StatusOr<Digest> hash = ParseHash(*line);
    if (!hash.ok()) return Annotate(hash.status(), fmt::format("{}: line {}", what, lines.line_number()));
    hashes.push_back(*hash);
  }
  return absl::InvalidArgumentError(what + ": no empty line after the hashes");
}

}  // namespace symbolon::ledger
