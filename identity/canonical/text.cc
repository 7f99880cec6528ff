#include "identity/canonical/text.h"

namespace symbolon::identity {

bool IsInvisible(char32_t c) {
  return c == 0x00AD || c == 0x034F || c == 0x061C || c == 0x180E || c == 0x200B || c == 0x200E ||
         c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

bool IsJoiner(char32_t c) {
  return c == 0x200C || c == 0x200D;
}

bool IsWhiteSpace(char32_t c) {
  return c == 0x09 || c == 0x0A || c == 0x0D || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

Canonical<std::u32string> CanonicalTextPoints(ByteView value) {
  const Canonical<std::u32string> decoded = DecodeUtf8(value);
  if (!decoded.ok()) return decoded.reject();
  std::u32string out;
  bool pending_space = false;
  for (const char32_t c : Nfc(*decoded)) {
    if (IsInvisible(c)) continue;
    if (IsWhiteSpace(c)) {
      pending_space = !out.empty();
      continue;
    }
    if (IsForbidden(c)) return RejectCode::kBadCharacter;
    if (pending_space) out.push_back(U' ');
    pending_space = false;
    out.push_back(c);
  }
  // A removed character may have kept a letter and its mark apart.
  out = Nfc(out);
  if (EncodeUtf8(out).size() > kMaxTextBytes) return RejectCode::kTooLong;
  return out;
}

Canonical<Bytes> CanonicalText(ByteView value) {
  const Canonical<std::u32string> points = CanonicalTextPoints(value);
  if (!points.ok()) return points.reject();
  return EncodeUtf8(*points);
}

}  // namespace symbolon::identity
