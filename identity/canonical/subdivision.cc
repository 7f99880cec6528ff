#include "identity/canonical/subdivision.h"

#include <algorithm>
#include <string_view>

#include "identity/canonical/iso3166.h"

namespace symbolon::identity {

Canonical<Bytes> CanonicalSubdivision(ByteView value) {
  const Canonical<std::u32string> text = CanonicalTextPoints(value);
  if (!text.ok()) return text.reject();
  Bytes code = EncodeUtf8(ToUpper(*text));
  if (code.size() < 4 || code.size() > 6 || code[2] != '-') return RejectCode::kBadSubdivision;
  const bool plain = std::all_of(code.begin() + 3, code.end(),
                                 [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
  if (!plain || !Alpha3Of(std::string_view(code).substr(0, 2))) return RejectCode::kBadSubdivision;
  return code;
}

}  // namespace symbolon::identity
