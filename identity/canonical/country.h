#pragma once
// Canonical form of `country` (docs/records.md section 2.6): three letters of ISO 3166-1 or of Doc 9303-3
// section 5.

#include "identity/canonical/text.h"

namespace symbolon::identity {

struct CountryOptions {
  // ISO 3166-3 (SUN, YUG): only where a country of the past may stand, that is in a birth country.
  bool former_allowed = false;
  // UTO, the Utopia of specimens: only on a network of no consequence.
  bool test_network = false;
};

// Takes alpha-3, alpha-2, the German D, codes of the past that have one successor, EUDI's QU and QS.
// kBadCountry.
Canonical<Bytes> CanonicalCountry(ByteView value, CountryOptions options = {});

}  // namespace symbolon::identity
