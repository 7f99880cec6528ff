#include "identity/canonical/country.h"

#include <algorithm>
#include <string_view>

#include "identity/canonical/iso3166.h"

namespace symbolon::identity {
namespace {

struct Alias {
  std::string_view from;
  std::string_view to;
};

constexpr Alias kAliases[] = {{"D", "DEU"},   {"ROM", "ROU"}, {"BUR", "MMR"}, {"TMP", "TLS"},
                              {"ZAR", "COD"}, {"XKX", "RKS"}, {"XK", "RKS"},  {"KS", "RKS"},
                              {"EU", "EUE"},  {"QU", "XXX"},  {"QS", "XXA"},  {"UT", "UTO"}};

// Doc 9303-3 section 5, parts B to D: kinds of British nationality, organisations, persons without a
// nationality.
constexpr std::string_view kDoc9303[] = {"GBD", "GBN", "GBO", "GBP", "GBS", "RKS", "EUE", "UNO", "UNA",
                                         "UNK", "XBA", "XIM", "XCC", "XCE", "XCO", "XEC", "XES", "XPO",
                                         "XMP", "XOM", "XDC", "XXA", "XXB", "XXC", "XXX"};

}  // namespace

Canonical<Bytes> CanonicalCountry(ByteView value, CountryOptions options) {
  const Canonical<std::u32string> text = CanonicalTextPoints(value);
  if (!text.ok()) return text.reject();
  Bytes code = EncodeUtf8(ToUpper(*text));
  while (!code.empty() && code.back() == '<') code.pop_back();
  for (const Alias& alias : kAliases) {
    if (code == alias.from) {
      code = alias.to;
      break;
    }
  }
  if (const auto alpha3 = Alpha3Of(code)) return Bytes(*alpha3);
  const bool known =
      IsAlpha3(code) || std::find(std::begin(kDoc9303), std::end(kDoc9303), code) != std::end(kDoc9303) ||
      (options.former_allowed && IsFormerAlpha3(code)) || (options.test_network && code == "UTO");
  if (!known) return RejectCode::kBadCountry;
  return code;
}

}  // namespace symbolon::identity
