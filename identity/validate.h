#pragma once
// Whether a record may be committed: what its type requires is there, and every value is canonical.

#include <vector>

#include "identity/canonical/reject.h"
#include "identity/record.h"

namespace symbolon::identity {

struct Finding {
  const Slot* slot;  // of the catalogue; never null
  RejectCode reason;
};

struct Findings {
  std::vector<Finding> errors;    // the record must not be committed
  std::vector<Finding> warnings;  // kNeedsLatin: committed, but nobody can find it without the document

  bool ok() const { return errors.empty(); }
};

// kMissingValue for an absent required slot (hash_algorithm is required beside any *_hash), kNoName for a
// person without any name, kUnexpectedValue for a reserved slot, kNotCanonical, kMrzFormatMismatch.
// `test_network` admits the country UTO. In slot order, pure.
Findings Validate(const Record& record, bool test_network = false);

}  // namespace symbolon::identity
