#pragma once
// One entry to all canonical forms: what a slot's value is hashed as.

#include "identity/canonical/date.h"
#include "identity/catalogue/catalogue.h"

namespace symbolon::identity {

// What a mapping file declares about a column.
struct ValueOptions {
  DateFormat date_format;
  Calendar calendar = Calendar::kGregorian;
  std::string_view lang;      // ISO 639-1, of names in Cyrillic letters
  int current_year = 0;       // for two-digit birth years of an MRZ
  bool test_network = false;  // accepts the country UTO
};

// The canonical bytes of `raw` for `slot`; empty when nothing is left of it, which means absent. Values of
// kBytes slots are read as hexadecimal. A kLatinName here is one column alone: names of a person go through
// CanonicalPersonName(). kUnexpectedValue for a reserved slot. Pure, thread-safe.
Canonical<Bytes> CanonicalValue(const Slot& slot, ByteView raw, const ValueOptions& options = {});

// Whether `value` is bytes that CanonicalValue() may give for `slot`. What comes back from a holder or out of
// a file of credentials is checked with this.
bool IsCanonical(const Slot& slot, ByteView value, bool test_network = false);

}  // namespace symbolon::identity
