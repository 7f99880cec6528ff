#pragma once
// The transliteration tables of ICAO Doc 9303-3 section 6, for upper-case letters. Pure look-ups; what they
// return lives for ever. An empty result means "nothing is written for this letter"; nullopt means "not in
// the table".

#include <optional>
#include <span>
#include <string_view>

namespace symbolon::identity {

// Table 6.A and the own additions.
std::optional<std::string_view> LatinLetter(char32_t c);

// Table 6.B; `lang` is an ISO 639-1 code and matters for be, bg, mk, sr, uk.
std::optional<std::string_view> CyrillicLetter(char32_t c, std::string_view lang);
// Only where the first letter of a name component is written otherwise (uk).
std::optional<std::string_view> CyrillicFirstLetter(char32_t c, std::string_view lang);

// Table 6.C but for U+0629 and U+0651.
std::optional<std::string_view> ArabicLetter(char32_t c);
// Vowel marks and letters that table 6.C leaves out.
bool IsArabicNotEncoded(char32_t c);

inline constexpr char32_t kTehMarbuta = 0x0629;
inline constexpr char32_t kShadda = 0x0651;

}  // namespace symbolon::identity
