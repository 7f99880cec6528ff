#pragma once
// Canonical form of a subdivision code (docs/records.md section 2.6): ISO 3166-2, "TH-10".

#include "identity/canonical/text.h"

namespace symbolon::identity {

// Two letters of a country of ISO 3166-1, a hyphen, one to three of A-Z0-9. Whether the country has such a
// subdivision, and on which level, is the registry's knowledge: codes change every year. kBadSubdivision.
Canonical<Bytes> CanonicalSubdivision(ByteView value);

}  // namespace symbolon::identity
