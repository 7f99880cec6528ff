#pragma once
// The derived slots of every record type (docs/records.md section 1): what a holder discloses instead of
// more. They are computed from the other slots when a record is made, and never taken from outside. Ages
// change and commitments do not: hence "at issue", never "today".

#include "identity/record.h"

namespace symbolon::identity {

// Sets every derived slot of `record` from its other slots; what cannot be known becomes absent. Of a partial
// birth date an age holds if it holds for the latest day the date allows, fails if it fails for the earliest,
// and is absent otherwise. Pure.
void Derive(Record& record);

}  // namespace symbolon::identity
