#include "identity/canonical/unicode.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace symbolon::identity {
namespace {

constexpr uint8_t kUnicodeMajor = 15;
constexpr uint8_t kUnicodeMinor = 0;

bool AllBelow(const std::u32string& text, char32_t limit) {
  return std::all_of(text.begin(), text.end(), [limit](char32_t c) { return c < limit; });
}

icu::UnicodeString ToIcu(const std::u32string& text) {
  return icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(text.data()),
                                       static_cast<int32_t>(text.size()));
}

std::u32string FromIcu(const icu::UnicodeString& text) {
  std::u32string out;
  out.reserve(text.length());
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    out.push_back(static_cast<char32_t>(text.char32At(i)));
  }
  return out;
}

std::u32string Normalize(const icu::Normalizer2* normalizer, const std::u32string& text, UErrorCode status) {
  const icu::UnicodeString out =
      U_SUCCESS(status) ? normalizer->normalize(ToIcu(text), status) : icu::UnicodeString();
  // ICU carries these tables in its library; it fails only when the installation is broken or memory is gone.
  if (U_FAILURE(status)) std::abort();
  return FromIcu(out);
}

uint32_t CategoryMask(char32_t c) {
  UVersionInfo age{};
  u_charAge(static_cast<UChar32>(c), age);
  if (std::make_pair(age[0], age[1]) > std::make_pair(kUnicodeMajor, kUnicodeMinor)) return U_GC_CN_MASK;
  return U_GET_GC_MASK(static_cast<UChar32>(c));
}

}  // namespace

Canonical<std::u32string> DecodeUtf8(ByteView bytes) {
  std::u32string out;
  out.reserve(bytes.size());
  const size_t length = bytes.size();
  for (size_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT(bytes.data(), i, length, c);
    if (c < 0) return RejectCode::kBadEncoding;
    out.push_back(static_cast<char32_t>(c));
  }
  return out;
}

Bytes EncodeUtf8(const std::u32string& text) {
  Bytes out;
  out.reserve(text.size());
  for (const char32_t c : text) {
    uint8_t buffer[U8_MAX_LENGTH];
    size_t n = 0;
    U8_APPEND_UNSAFE(buffer, n, c);
    out.append(reinterpret_cast<const char*>(buffer), n);
  }
  return out;
}

// Nothing below U+0300 changes under NFC, and nothing below U+0080 under any form.
std::u32string Nfc(const std::u32string& text) {
  if (AllBelow(text, 0x300)) return text;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFCInstance(status);
  return Normalize(normalizer, text, status);
}

std::u32string Nfkc(const std::u32string& text) {
  if (AllBelow(text, 0x80)) return text;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCInstance(status);
  return Normalize(normalizer, text, status);
}

std::u32string Nfd(const std::u32string& text) {
  if (AllBelow(text, 0x80)) return text;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFDInstance(status);
  return Normalize(normalizer, text, status);
}

std::u32string ToUpper(const std::u32string& text) {
  return FromIcu(ToIcu(text).toUpper(icu::Locale::getRoot()));
}

bool IsForbidden(char32_t c) {
  return (CategoryMask(c) & (U_GC_CC_MASK | U_GC_CS_MASK | U_GC_CO_MASK | U_GC_CN_MASK)) != 0;
}
bool IsLetter(char32_t c) {
  return (CategoryMask(c) & U_GC_L_MASK) != 0;
}
bool IsMark(char32_t c) {
  return (CategoryMask(c) & U_GC_M_MASK) != 0;
}
bool IsNonspacingMark(char32_t c) {
  return (CategoryMask(c) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0;
}
bool IsNumber(char32_t c) {
  return (CategoryMask(c) & U_GC_N_MASK) != 0;
}
bool IsPunctuationOrSymbol(char32_t c) {
  return (CategoryMask(c) & (U_GC_P_MASK | U_GC_S_MASK)) != 0;
}
bool IsSeparator(char32_t c) {
  return (CategoryMask(c) & U_GC_Z_MASK) != 0;
}

bool IsLatinOrCommon(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &status);
  return script == USCRIPT_LATIN || script == USCRIPT_COMMON || script == USCRIPT_INHERITED;
}

int DecimalDigit(char32_t c) {
  return u_charDigitValue(static_cast<UChar32>(c));
}

std::u32string AsciiDigits(std::u32string text) {
  for (char32_t& c : text) {
    const int digit = DecimalDigit(c);
    if (digit >= 0) c = U'0' + static_cast<char32_t>(digit);
  }
  return text;
}

}  // namespace symbolon::identity
