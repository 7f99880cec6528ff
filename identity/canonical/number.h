#pragma once
// Canonical forms of `number` and `integer` (docs/records.md section 2.7).

#include "identity/canonical/text.h"

namespace symbolon::identity {

inline constexpr size_t kMaxNumberBytes = 64;

// Document, registration and person numbers: A-Z and 0-9. Digits of any script become 0-9, letters upper
// case, punctuation, symbols and spaces go; letters of other scripts are kBadCharacter. Nothing left or over
// 64: kBadNumber.
Canonical<Bytes> CanonicalNumber(ByteView value);

// A count: decimal, no leading zero, at most 18 digits. kBadInteger.
Canonical<Bytes> CanonicalInteger(ByteView value);

}  // namespace symbolon::identity
