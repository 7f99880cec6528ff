#pragma once
// Canonical form of `date` and `partial_date` (docs/records.md section 2.5): ten bytes YYYY-MM-DD of the
// proleptic Gregorian calendar, XX or XXXX for what is unknown. Order and calendar are declared, never
// guessed.

#include <optional>

#include "identity/canonical/text.h"

namespace symbolon::identity {

enum class Calendar : uint8_t {
  kGregorian,
  // The Thai solar calendar: BE - 543, but BE - 542 for January to March up to BE 2483, when the year began
  // in April.
  kBuddhist,
};

// The declared order of a date's parts.
class DateFormat {
 public:
  // YYYY-MM-DD.
  DateFormat() = default;
  // YYYY once, MM or MONTH and DD at most once, parted by '-', '/', '.' or a space; no day without a month.
  // "MRZ" is YYMMDD of a machine-readable zone. nullopt otherwise.
  static std::optional<DateFormat> Parse(std::string_view format);

  // "YMD", "DMY", "MY"...
  const std::string& order() const { return order_; }
  bool is_mrz() const { return is_mrz_; }

 private:
  std::string order_ = "YMD";
  bool is_mrz_ = false;
};

// A partial date. Digits of any script and Thai month names (long and short) are read; 0, 00, 0000, X, ? and
// _ mean unknown. Where parts are missing the day went first, then the month: "08/2023" in a DD/MM/YYYY
// column is a month. kBadDate, kDayWithoutMonth, kTwoDigitYear, kYearOutOfRange. `format` must not be MRZ.
Canonical<Bytes> CanonicalDate(ByteView value, const DateFormat& format = {},
                               Calendar calendar = Calendar::kGregorian);

enum class MrzDateKind : uint8_t { kBirth, kExpiry };

// YYMMDD with "<<" for unknown parts (Doc 9303-3 section 4.8). A birth year is 20YY unless that is after
// `current_year`; an expiry year is always 20YY.
Canonical<Bytes> CanonicalMrzDate(ByteView value, MrzDateKind kind, int current_year);

// A canonical date taken apart. Month only with a year, day only with a month.
struct DateParts {
  std::optional<int> year;
  std::optional<int> month;
  std::optional<int> day;

  bool full() const { return day.has_value(); }
};

// nullopt unless `value` is a canonical partial date.
std::optional<DateParts> ParseCanonicalDate(ByteView value);

// The ten bytes.
Bytes FormatDate(const DateParts& parts);

}  // namespace symbolon::identity
