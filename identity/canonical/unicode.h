#pragma once
// The few questions about Unicode that canonical forms ask, so that ICU stays behind one file. Code points
// are char32_t, strings of them are std::u32string. Pure and thread-safe.
//
// Canonical forms v1 are pinned to Unicode 15.0: a character assigned later counts as unassigned, whatever
// version the library has, so that an upgrade of the library never changes what is accepted. Normalisation
// and upper-casing of assigned characters are stable by Unicode's own policies.

#include <string>

#include "base/bytes.h"
#include "identity/canonical/reject.h"

namespace symbolon::identity {

// kBadEncoding unless well-formed UTF-8 (no overlong forms, no surrogates, nothing past U+10FFFF).
Canonical<std::u32string> DecodeUtf8(ByteView bytes);
Bytes EncodeUtf8(const std::u32string& text);

// UAX #15.
std::u32string Nfc(const std::u32string& text);
std::u32string Nfkc(const std::u32string& text);
std::u32string Nfd(const std::u32string& text);

// Full upper-case mapping (SpecialCasing), of no language.
std::u32string ToUpper(const std::u32string& text);

// General categories. Forbidden: Cc, Cs, Co, Cn.
bool IsForbidden(char32_t c);
bool IsLetter(char32_t c);               // L*
bool IsMark(char32_t c);                 // M*
bool IsNonspacingMark(char32_t c);       // Mn, Me
bool IsNumber(char32_t c);               // Nd, Nl, No
bool IsPunctuationOrSymbol(char32_t c);  // P*, S*
bool IsSeparator(char32_t c);            // Z*

// False for a letter of another script than Latin; true for everything that belongs to several scripts or to
// none.
bool IsLatinOrCommon(char32_t c);

// 0-9 for a decimal digit of any script (Nd), else -1.
int DecimalDigit(char32_t c);

// Every Nd becomes its ASCII digit.
std::u32string AsciiDigits(std::u32string text);

}  // namespace symbolon::identity
