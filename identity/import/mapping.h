#pragma once
// A mapping file: how the columns of one source's export become the slots of a record type (docs/records.md
// section 3). Written by the registry in TOML, read once, checked whole before any row is.

#include <absl/status/statusor.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "identity/canonical/date.h"
#include "identity/catalogue/catalogue.h"

namespace symbolon::identity {

// Where one slot's value comes from.
struct FieldMapping {
  const Slot* slot = nullptr;

  std::vector<std::string> columns;  // empty: constant. Names as CanonicalText() gives them
  std::string join = " ";            // between the columns that are not empty
  std::optional<std::string> constant;

  // When there: the column's value must be a key of this table or empty.
  std::optional<std::map<std::string, std::string>> values;

  DateFormat date_format;
  Calendar calendar = Calendar::kGregorian;
  std::string lang;  // ISO 639-1; empty: not declared

  // {column, value}: where the column says so (an estimated date), only the year is kept.
  std::optional<std::pair<std::string, std::string>> drop_below_year_if;

  // For reports: the column, several joined by '+', or of a constant the slot's name.
  std::string ReportedColumn() const;
};

struct Mapping {
  const RecordType* type = nullptr;
  std::string encoding;  // as declared: "utf-8", "utf-8-sig", or a name that ICU knows
  char delimiter = ',';
  const Slot* key = nullptr;              // mapped by one of `fields`; unique within a file
  std::vector<std::string> placeholders;  // values that mean "none", as CanonicalText() gives them
  std::vector<FieldMapping> fields;       // in slot order, one per slot

  const FieldMapping* Find(const Slot& slot) const;
};

// `file_name` is for messages only. InvalidArgument, naming file, line and field, for anything that is not
// understood: unknown slots and settings, derived and reserved slots, settings that do not fit the slot's
// type, constants without a canonical form.
absl::StatusOr<Mapping> ParseMapping(const std::string& toml, const std::string& file_name);

}  // namespace symbolon::identity
