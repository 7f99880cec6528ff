#include "identity/canonical/hex_bytes.h"

#include "base/text_encoding.h"

namespace symbolon::identity {

Canonical<Bytes> CanonicalHexBytes(ByteView value) {
  const Canonical<Bytes> text = CanonicalText(value);
  if (!text.ok()) return text.reject();
  Bytes hex = *text;
  for (char& c : hex) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  if (hex.size() > 2 * kMaxBytesValue) return RejectCode::kTooLong;
  absl::StatusOr<Bytes> raw = FromHex(hex);
  if (!raw.ok() || raw->empty()) return RejectCode::kBadBytes;
  return *std::move(raw);
}

}  // namespace symbolon::identity
