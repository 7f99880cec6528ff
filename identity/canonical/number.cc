#include "identity/canonical/number.h"

namespace symbolon::identity {

Canonical<Bytes> CanonicalNumber(ByteView value) {
  const Canonical<std::u32string> text = CanonicalTextPoints(value);
  if (!text.ok()) return text.reject();
  Bytes out;
  for (const char32_t c : ToUpper(AsciiDigits(Nfkc(*text)))) {
    if ((c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9')) {
      out.push_back(static_cast<char>(c));
    } else if (!IsPunctuationOrSymbol(c) && !IsSeparator(c) && !IsInvisible(c)) {
      return RejectCode::kBadCharacter;
    }
  }
  if (out.empty() || out.size() > kMaxNumberBytes) return RejectCode::kBadNumber;
  return out;
}

Canonical<Bytes> CanonicalInteger(ByteView value) {
  const Canonical<std::u32string> text = CanonicalTextPoints(value);
  if (!text.ok()) return text.reject();
  const std::u32string digits = AsciiDigits(*text);
  if (digits.empty() || digits.size() > 18) return RejectCode::kBadInteger;
  Bytes out;
  for (const char32_t c : digits) {
    if (c < U'0' || c > U'9') return RejectCode::kBadInteger;
    if (out == "0") out.clear();
    out.push_back(static_cast<char>(c));
  }
  return out;
}

}  // namespace symbolon::identity
