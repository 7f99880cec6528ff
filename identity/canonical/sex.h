#pragma once
// Canonical form of a sex slot (docs/records.md section 2.6): M, F, or X for unspecified.

#include "identity/canonical/text.h"

namespace symbolon::identity {

// Takes MRZ letters, ISO/IEC 5218 digits and common words of the sample languages. kBadSex.
Canonical<Bytes> CanonicalSex(ByteView value);

}  // namespace symbolon::identity
