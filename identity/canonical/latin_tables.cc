// Tables A, B and C of ICAO Doc 9303-3 section 6 (8th edition, 2021), with the own additions of version 1.
// Each is sorted by code point.

#include "identity/canonical/latin_tables.h"

#include <algorithm>

namespace symbolon::identity {
namespace {

struct Mapping {
  char32_t from;
  std::string_view to;
};

// Table 6.A, the first form where it offers several. A letter that is its base letter with a mark is not
// listed.
constexpr Mapping kLatin[] = {
    {0x00C4, "AE"}, {0x00C5, "AA"}, {0x00C6, "AE"}, {0x00D0, "D"},  {0x00D6, "OE"},
    {0x00D8, "OE"}, {0x00DC, "UE"}, {0x00DE, "TH"}, {0x00DF, "SS"}, {0x0110, "D"},
    {0x0126, "H"},  {0x0130, "I"},  {0x0131, "I"},  {0x0132, "IJ"}, {0x013F, "L"},
    {0x0141, "L"},  {0x014A, "N"},  {0x0152, "OE"}, {0x0166, "T"},  {0x1E9E, "SS"},
};

// Not in Doc 9303: Azerbaijani and West African letters.
constexpr Mapping kLatinAdditions[] = {
    {0x0181, "B"}, {0x0186, "O"}, {0x0189, "D"}, {0x018A, "D"}, {0x018F, "A"},
    {0x0190, "E"}, {0x0194, "G"}, {0x0198, "K"}, {0x01B2, "V"}, {0x01B3, "Y"},
};

// Table 6.B. U+0403 is printed there as U+0492; both are taken. Of U+042C and U+040B it says nothing.
constexpr Mapping kCyrillic[] = {
    {0x0401, "E"},  {0x0402, "D"},  {0x0403, "G"},  {0x0404, "IE"},   {0x0405, "DZ"}, {0x0406, "I"},
    {0x0407, "I"},  {0x0408, "J"},  {0x0409, "LJ"}, {0x040A, "NJ"},   {0x040B, "C"},  {0x040C, "K"},
    {0x040E, "U"},  {0x040F, "DZ"}, {0x0410, "A"},  {0x0411, "B"},    {0x0412, "V"},  {0x0413, "G"},
    {0x0414, "D"},  {0x0415, "E"},  {0x0416, "ZH"}, {0x0417, "Z"},    {0x0418, "I"},  {0x0419, "I"},
    {0x041A, "K"},  {0x041B, "L"},  {0x041C, "M"},  {0x041D, "N"},    {0x041E, "O"},  {0x041F, "P"},
    {0x0420, "R"},  {0x0421, "S"},  {0x0422, "T"},  {0x0423, "U"},    {0x0424, "F"},  {0x0425, "KH"},
    {0x0426, "TS"}, {0x0427, "CH"}, {0x0428, "SH"}, {0x0429, "SHCH"}, {0x042A, "IE"}, {0x042B, "Y"},
    {0x042C, ""},   {0x042D, "E"},  {0x042E, "IU"}, {0x042F, "IA"},   {0x046A, "U"},  {0x0474, "Y"},
    {0x0490, "G"},  {0x0492, "G"},  {0x04BA, "C"},
};

// Table 6.B where a letter differs by language.
constexpr Mapping kCyrillicBe[] = {{0x0401, "IO"}, {0x0413, "H"}};
constexpr Mapping kCyrillicBg[] = {{0x0429, "SHT"}};
constexpr Mapping kCyrillicMk[] = {{0x0403, "GJ"}, {0x040C, "KJ"}, {0x040F, "DJ"},
                                   {0x0425, "H"},  {0x0426, "C"},  {0x0492, "GJ"}};
constexpr Mapping kCyrillicSr[] = {{0x0413, "H"}, {0x0416, "Z"}, {0x0425, "H"},
                                   {0x0426, "C"}, {0x0427, "C"}, {0x0428, "S"}};
constexpr Mapping kCyrillicUk[] = {{0x0413, "H"}, {0x0418, "Y"}};
// Ukrainian, first letter of a component.
constexpr Mapping kCyrillicUkFirst[] = {
    {0x0404, "YE"}, {0x0407, "YI"}, {0x0419, "Y"}, {0x042E, "YU"}, {0x042F, "YA"}};

// Table 6.C. U+0629 and U+0651 depend on their neighbours and are the caller's.
constexpr Mapping kArabic[] = {
    {0x0621, "XE"},  {0x0622, "XAA"}, {0x0623, "XAE"}, {0x0624, "U"},   {0x0625, "I"},   {0x0626, "XI"},
    {0x0627, "A"},   {0x0628, "B"},   {0x062A, "T"},   {0x062B, "XTH"}, {0x062C, "J"},   {0x062D, "XH"},
    {0x062E, "XKH"}, {0x062F, "D"},   {0x0630, "XDH"}, {0x0631, "R"},   {0x0632, "Z"},   {0x0633, "S"},
    {0x0634, "XSH"}, {0x0635, "XSS"}, {0x0636, "XDZ"}, {0x0637, "XTT"}, {0x0638, "XZZ"}, {0x0639, "E"},
    {0x063A, "G"},   {0x0641, "F"},   {0x0642, "Q"},   {0x0643, "K"},   {0x0644, "L"},   {0x0645, "M"},
    {0x0646, "N"},   {0x0647, "H"},   {0x0648, "W"},   {0x0649, "XAY"}, {0x064A, "Y"},   {0x0671, "XXA"},
    {0x0679, "XXT"}, {0x067C, "XRT"}, {0x067E, "P"},   {0x0681, "XKE"}, {0x0685, "XXH"}, {0x0686, "XC"},
    {0x0688, "XXD"}, {0x0689, "XDR"}, {0x0691, "XXR"}, {0x0693, "XRR"}, {0x0696, "XRX"}, {0x0698, "XJ"},
    {0x069A, "XXS"}, {0x06A9, "XKK"}, {0x06AB, "XXK"}, {0x06AD, "XNG"}, {0x06AF, "XGG"}, {0x06BA, "XNN"},
    {0x06BC, "XXN"}, {0x06BE, "XDO"}, {0x06C0, "XYH"}, {0x06C1, "XXG"}, {0x06C2, "XGE"}, {0x06C3, "XTG"},
    {0x06CC, "XYA"}, {0x06CD, "XXY"}, {0x06D0, "Y"},   {0x06D2, "XYB"}, {0x06D3, "XBE"},
};

constexpr char32_t kArabicNotEncoded[] = {0x0640, 0x064B, 0x064C, 0x064D, 0x064E, 0x064F, 0x0650,
                                          0x0652, 0x0670, 0x069C, 0x06A2, 0x06A7, 0x06A8};

constexpr bool IsSorted(std::span<const Mapping> table) {
  for (size_t i = 1; i < table.size(); ++i) {
    if (table[i - 1].from >= table[i].from) return false;
  }
  return true;
}
static_assert(IsSorted(kLatin) && IsSorted(kLatinAdditions) && IsSorted(kCyrillic) && IsSorted(kArabic));

std::optional<std::string_view> Find(std::span<const Mapping> table, char32_t c) {
  const auto it = std::lower_bound(table.begin(), table.end(), c,
                                   [](const Mapping& m, char32_t value) { return m.from < value; });
  if (it == table.end() || it->from != c) return std::nullopt;
  return it->to;
}

std::span<const Mapping> LanguageTable(std::string_view lang) {
  if (lang == "be") return kCyrillicBe;
  if (lang == "bg") return kCyrillicBg;
  if (lang == "mk") return kCyrillicMk;
  if (lang == "sr") return kCyrillicSr;
  if (lang == "uk") return kCyrillicUk;
  return {};
}

}  // namespace

std::optional<std::string_view> LatinLetter(char32_t c) {
  const auto found = Find(kLatin, c);
  return found ? found : Find(kLatinAdditions, c);
}

std::optional<std::string_view> CyrillicLetter(char32_t c, std::string_view lang) {
  const auto found = Find(LanguageTable(lang), c);
  return found ? found : Find(kCyrillic, c);
}

std::optional<std::string_view> CyrillicFirstLetter(char32_t c, std::string_view lang) {
  if (lang != "uk") return std::nullopt;
  return Find(kCyrillicUkFirst, c);
}

std::optional<std::string_view> ArabicLetter(char32_t c) {
  return Find(kArabic, c);
}

bool IsArabicNotEncoded(char32_t c) {
  return std::find(std::begin(kArabicNotEncoded), std::end(kArabicNotEncoded), c) !=
         std::end(kArabicNotEncoded);
}

}  // namespace symbolon::identity
