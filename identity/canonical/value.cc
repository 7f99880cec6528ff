#include "identity/canonical/value.h"

#include <algorithm>

#include "identity/canonical/country.h"
#include "identity/canonical/hex_bytes.h"
#include "identity/canonical/latin_name.h"
#include "identity/canonical/mrz.h"
#include "identity/canonical/number.h"
#include "identity/canonical/sex.h"
#include "identity/canonical/subdivision.h"

namespace symbolon::identity {
namespace {

Canonical<Bytes> CanonicalEnum(const Slot& slot, ByteView text) {
  const bool is_sex = slot.name == "sex" || slot.name.ends_with("_sex");
  if (is_sex) return CanonicalSex(text);
  const auto& tokens = slot.enum_values;
  if (std::find(tokens.begin(), tokens.end(), text) == tokens.end()) return RejectCode::kBadEnum;
  return Bytes(text);
}

Canonical<Bytes> CanonicalDateSlot(const Slot& slot, ByteView text, const ValueOptions& options) {
  const Canonical<Bytes> date =
      options.date_format.is_mrz()
          ? CanonicalMrzDate(text,
                             slot.name.ends_with("birth_date") ? MrzDateKind::kBirth : MrzDateKind::kExpiry,
                             options.current_year)
          : CanonicalDate(text, options.date_format, options.calendar);
  if (date.ok() && slot.type == ValueType::kDate && date->find('X') != Bytes::npos)
    return RejectCode::kIncompleteDate;
  return date;
}

}  // namespace

Canonical<Bytes> CanonicalValue(const Slot& slot, ByteView raw, const ValueOptions& options) {
  if (slot.type == ValueType::kReserved) return RejectCode::kUnexpectedValue;
  // An MRZ has a meaningful line end, which text would turn into a space.
  if (slot.type == ValueType::kMrz) return raw.empty() ? Canonical<Bytes>(Bytes()) : CanonicalMrz(raw);
  Canonical<Bytes> text = CanonicalText(raw);
  if (!text.ok() || text->empty()) return text;
  switch (slot.type) {
    case ValueType::kText:
    case ValueType::kName:
      return text;
    case ValueType::kLatinName:
      return CanonicalLatinName(*text, options.lang);
    case ValueType::kDate:
    case ValueType::kPartialDate:
      return CanonicalDateSlot(slot, *text, options);
    case ValueType::kCode:
      return slot.name.ends_with("_subdivision") ? CanonicalSubdivision(*text) : CanonicalNumber(*text);
    case ValueType::kNumber:
      return CanonicalNumber(*text);
    case ValueType::kCountry:
      return CanonicalCountry(*text, {.former_allowed = slot.name.ends_with("birth_country"),
                                      .test_network = options.test_network});
    case ValueType::kInteger:
      return CanonicalInteger(*text);
    case ValueType::kBytes:
      return CanonicalHexBytes(*text);
    case ValueType::kEnum:
      return CanonicalEnum(slot, *text);
    case ValueType::kReserved:
    case ValueType::kMrz:
      break;
  }
  return RejectCode::kUnexpectedValue;
}

bool IsCanonical(const Slot& slot, ByteView value, bool test_network) {
  if (value.empty()) return false;
  if (slot.type == ValueType::kBytes) return value.size() <= kMaxBytesValue;
  if (slot.type == ValueType::kLatinName) {
    // '<' is a symbol to the transliteration, which would drop it.
    const bool plain =
        std::all_of(value.begin(), value.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '<'; });
    return plain && value.size() <= kMaxLatinNameBytes && value.front() != '<' && value.back() != '<' &&
           value.find("<<") == ByteView::npos;
  }
  ValueOptions options;
  options.test_network = test_network;
  const Canonical<Bytes> again = CanonicalValue(slot, value, options);
  return again.ok() && *again == value;
}

}  // namespace symbolon::identity
