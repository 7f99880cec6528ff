#pragma once
// Canonical form of `latin_name` (docs/records.md section 2.3): what an MRZ would say if it had room, after
// ICAO Doc 9303-3 sections 4.6 and 6. Two desks that hear or read the same name type different things; this
// makes them equal.

#include "identity/canonical/text.h"

namespace symbolon::identity {

inline constexpr size_t kMaxLatinNameBytes = 128;

// A-Z and single '<' between components; empty when nothing is left. `lang` (ISO 639-1, or empty) is the
// declared language of a name in Cyrillic letters. kDigitInName, kUntransliterable, and what CanonicalText
// refuses.
Canonical<Bytes> CanonicalLatinName(ByteView value, std::string_view lang = {});

struct PersonName {
  Bytes family_latin;  // never empty
  Bytes given_latin;   // empty for a mononym
};

// Both names of a person. A single name, wherever it was put, is the primary identifier (Doc 9303-3
// section 3.4) and goes to family_latin. kNoName when nothing is left of either.
Canonical<PersonName> CanonicalPersonName(ByteView family, ByteView given, std::string_view lang = {});

}  // namespace symbolon::identity
