#pragma once
// Why a value, a row or a file was refused. The code travels, in reports and answers; the value never does.

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace symbolon::identity {

// The names (ReasonName) are stable and published in docs/records.md; the numbers are not and stay inside a
// process.
enum class RejectCode : uint8_t {
  // A value.
  kBadEncoding,   // not well-formed UTF-8, or not the declared encoding
  kBadCharacter,  // a control, private-use, surrogate or unassigned character; or one that the type excludes
  kTooLong,       // over 256 bytes of text, 128 of a Latin name, 64 of bytes
  kDigitInName,   // Doc 9303-3 section 4.6
  kUntransliterable,  // a letter that no table maps to A-Z
  kNoName,            // no name is left of what was given
  kBadDate,           // not a day of the calendar, or not in the declared format
  kDayWithoutMonth,
  kIncompleteDate,  // a partial date where a full one is needed
  kTwoDigitYear,
  kYearOutOfRange,  // outside 1850-2150
  kBadSex,
  kBadCountry,
  kBadSubdivision,
  kBadNumber,
  kBadInteger,
  kBadBytes,  // not hexadecimal
  kBadEnum,   // not a token of the slot
  kBadMrz,    // not lines of a format of Doc 9303 parts 4-7
  kBadCheckDigit,
  kMrzFormatMismatch,  // the lines are of another format than mrz_format says
  // A record.
  kMissingValue,     // a required slot is absent
  kUnexpectedValue,  // a reserved slot is present
  kNotCanonical,     // the bytes are not the canonical form of anything
  kNeedsLatin,       // a warning: committed, but without look-up tags
  // A file.
  kUnknownValue,  // not in the mapping's table of values
  kWrongColumnCount,
  kDuplicateKey,
  kMissingColumn,
  kDuplicateColumn,
  kEmptyFile,
  kFieldTooLong,
  kRowTooLong,
  kBadQuoting,
};

// "bad_date" for kBadDate. Lives for ever.
std::string_view ReasonName(RejectCode code);

// A canonical value, or why there is none.
template <class T>
class [[nodiscard]] Canonical {
 public:
  Canonical(T value) : v_(std::move(value)) {}  // NOLINT(google-explicit-constructor): as StatusOr does
  Canonical(RejectCode code) : v_(code) {}      // NOLINT(google-explicit-constructor)

  bool ok() const { return v_.index() == 0; }
  // Only when ok().
  const T& operator*() const& { return std::get<0>(v_); }
  T&& operator*() && { return std::get<0>(std::move(v_)); }
  const T* operator->() const { return &std::get<0>(v_); }
  // Only when not ok().
  RejectCode reject() const { return std::get<1>(v_); }

 private:
  std::variant<T, RejectCode> v_;
};

}  // namespace symbolon::identity
