#pragma once
// Canonical form of `mrz` (docs/records.md section 2.1): the lines of a machine-readable zone as printed,
// joined by U+000A, of a format of ICAO Doc 9303 parts 4-7 and with right check digits (part 3 section 4.9).

#include "base/bytes.h"
#include "identity/canonical/reject.h"

namespace symbolon::identity {

enum class MrzFormat : uint8_t { kTd1, kTd2, kTd3, kMrvA, kMrvB };

// Takes LF or CR LF between lines and one at the end. kBadMrz, kBadCheckDigit.
Canonical<Bytes> CanonicalMrz(ByteView value);

// The token of the slot mrz_format ("td3") for a canonical MRZ.
std::string_view MrzFormatName(ByteView canonical_mrz);

// '0'-'9': weights 7, 3, 1 over 0-9, A-Z (10-35) and '<' (0).
char MrzCheckDigit(ByteView field);

}  // namespace symbolon::identity
