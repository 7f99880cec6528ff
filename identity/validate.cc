#include "identity/validate.h"

#include <algorithm>
#include <optional>

#include "identity/canonical/mrz.h"
#include "identity/canonical/value.h"

namespace symbolon::identity {
namespace {

bool HasAnyHash(const Record& record) {
  return std::any_of(record.type->slots.begin(), record.type->slots.end(), [&](const Slot& slot) {
    return slot.name.ends_with("_hash") && record.values[slot.number].has_value();
  });
}

std::optional<RejectCode> WhyAbsenceIsAnError(const Record& record, const Slot& slot) {
  switch (slot.presence) {
    case Presence::kRequired:
      return RejectCode::kMissingValue;
    case Presence::kRequiredOneName:
      if (record.values[slot.number + 1].has_value()) return std::nullopt;
      return RejectCode::kNoName;
    case Presence::kConditional:
      if (!HasAnyHash(record)) return std::nullopt;
      return RejectCode::kMissingValue;
    case Presence::kReserved:
    case Presence::kRequiredForLookup:
    case Presence::kOptional:
    case Presence::kDerived:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<RejectCode> WhyPresenceIsAnError(const Record& record, const Slot& slot, bool test_network) {
  if (slot.presence == Presence::kReserved) return RejectCode::kUnexpectedValue;
  const Bytes& value = *record.values[slot.number];
  if (!IsCanonical(slot, value, test_network)) return RejectCode::kNotCanonical;
  if (slot.name == "mrz_format" && MrzFormatName(record.Get("mrz")) != value)
    return RejectCode::kMrzFormatMismatch;
  return std::nullopt;
}

}  // namespace

Findings Validate(const Record& record, bool test_network) {
  Findings findings;
  for (const Slot& slot : record.type->slots) {
    const bool present = record.values[slot.number].has_value();
    const auto error =
        present ? WhyPresenceIsAnError(record, slot, test_network) : WhyAbsenceIsAnError(record, slot);
    if (error) findings.errors.push_back({&slot, *error});
    if (!present && slot.presence == Presence::kRequiredForLookup) {
      findings.warnings.push_back({&slot, RejectCode::kNeedsLatin});
    }
  }
  return findings;
}

}  // namespace symbolon::identity
