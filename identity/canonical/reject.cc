#include "identity/canonical/reject.h"

namespace symbolon::identity {

std::string_view ReasonName(RejectCode code) {
  switch (code) {
    case RejectCode::kBadEncoding:
      return "bad_encoding";
    case RejectCode::kBadCharacter:
      return "bad_character";
    case RejectCode::kTooLong:
      return "too_long";
    case RejectCode::kDigitInName:
      return "digit_in_name";
    case RejectCode::kUntransliterable:
      return "untransliterable";
    case RejectCode::kNoName:
      return "no_name";
    case RejectCode::kBadDate:
      return "bad_date";
    case RejectCode::kDayWithoutMonth:
      return "day_without_month";
    case RejectCode::kIncompleteDate:
      return "incomplete_date";
    case RejectCode::kTwoDigitYear:
      return "two_digit_year";
    case RejectCode::kYearOutOfRange:
      return "year_out_of_range";
    case RejectCode::kBadSex:
      return "bad_sex";
    case RejectCode::kBadCountry:
      return "bad_country";
    case RejectCode::kBadSubdivision:
      return "bad_subdivision";
    case RejectCode::kBadNumber:
      return "bad_number";
    case RejectCode::kBadInteger:
      return "bad_integer";
    case RejectCode::kBadBytes:
      return "bad_bytes";
    case RejectCode::kBadEnum:
      return "bad_enum";
    case RejectCode::kBadMrz:
      return "bad_mrz";
    case RejectCode::kBadCheckDigit:
      return "bad_check_digit";
    case RejectCode::kMrzFormatMismatch:
      return "mrz_format_mismatch";
    case RejectCode::kMissingValue:
      return "missing_value";
    case RejectCode::kUnexpectedValue:
      return "unexpected_value";
    case RejectCode::kNotCanonical:
      return "not_canonical";
    case RejectCode::kNeedsLatin:
      return "needs_latin";
    case RejectCode::kUnknownValue:
      return "unknown_value";
    case RejectCode::kWrongColumnCount:
      return "wrong_column_count";
    case RejectCode::kDuplicateKey:
      return "duplicate_key";
    case RejectCode::kMissingColumn:
      return "missing_column";
    case RejectCode::kDuplicateColumn:
      return "duplicate_column";
    case RejectCode::kEmptyFile:
      return "empty_file";
    case RejectCode::kFieldTooLong:
      return "field_too_long";
    case RejectCode::kRowTooLong:
      return "row_too_long";
    case RejectCode::kBadQuoting:
      return "bad_quoting";
  }
  return "unknown";
}

}  // namespace symbolon::identity
