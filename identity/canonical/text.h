#pragma once
// Canonical form of `text` and `name` (docs/records.md section 2.1): what the register says, so that a court
// can read it. Only what nobody sees is touched.

#include "identity/canonical/unicode.h"

namespace symbolon::identity {

inline constexpr size_t kMaxTextBytes = 256;

// NFC; invisible characters removed; runs of white space become one U+0020, trimmed; NFC again. Case, script,
// punctuation and digits stay. An empty result means absent. kBadEncoding, kBadCharacter, kTooLong.
Canonical<Bytes> CanonicalText(ByteView value);

// The same as code points, under the same limit, for the forms that go on from here.
Canonical<std::u32string> CanonicalTextPoints(ByteView value);

// Soft hyphen, zero-width space, direction marks, byte order mark and their like: never part of a value.
bool IsInvisible(char32_t c);
// U+200C, U+200D: letters differ by them in Persian, Bengali, Khmer and Devanagari. Kept in text, dropped in
// Latin names.
bool IsJoiner(char32_t c);
bool IsWhiteSpace(char32_t c);

}  // namespace symbolon::identity
