#include "identity/import/mapping.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "base/toml_table.h"
#include "identity/canonical/value.h"
#include "identity/import/text_decoder.h"

namespace symbolon::identity {
namespace {

bool IsDate(const Slot& slot) {
  return slot.type == ValueType::kDate || slot.type == ValueType::kPartialDate;
}

// The form in which column names and cells are compared.
absl::StatusOr<std::string> Comparable(const TomlTable& at, const std::string& field,
                                       const std::string& text) {
  const Canonical<Bytes> canonical = CanonicalText(text);
  if (!canonical.ok())
    return at.Error(field, fmt::format("holds a text that is refused ({})", ReasonName(canonical.reject())));
  return *canonical;
}

absl::Status ReadType(const TomlTable& file, Mapping& mapping) {
  RETURN_IF_ERROR(file.Integer("version", 1, 1).status());
  ASSIGN_OR_RETURN(const std::string name, file.String("record_type"));
  ASSIGN_OR_RETURN(const int64_t version, file.IntegerOr("record_version", 1, 255, 1));
  const RecordType* newest = FindRecordType(name);
  if (newest == nullptr) {
    std::string known;
    for (const RecordType* t : AllRecordTypes()) known += (known.empty() ? "" : ", ") + std::string(t->name);
    return file.Error("record_type", "is not a record type; known are " + known);
  }
  mapping.type = FindRecordType(newest->type, static_cast<uint8_t>(version));
  if (mapping.type == nullptr)
    return file.Error("record_version", fmt::format("the newest version is {}", newest->version));
  return absl::OkStatus();
}

absl::Status ReadCsv(const TomlTable& csv, Mapping& mapping) {
  RETURN_IF_ERROR(csv.OnlyThese({"encoding", "delimiter", "key"}));
  ASSIGN_OR_RETURN(mapping.encoding, csv.StringOr("encoding", "utf-8"));
  if (!TextDecoder::Knows(mapping.encoding)) return csv.Error("encoding", "is not a known text encoding");
  ASSIGN_OR_RETURN(const std::string delimiter, csv.StringOr("delimiter", ","));
  if (delimiter != "," && delimiter != ";" && delimiter != "\t") {
    return csv.Error("delimiter", "must be a comma, a semicolon or a tab");
  }
  mapping.delimiter = delimiter.front();
  const std::string usual(mapping.type->slots[mapping.type->key_slot].name);
  ASSIGN_OR_RETURN(const std::string key, csv.StringOr("key", usual));
  mapping.key = FindSlot(*mapping.type, key);
  if (mapping.key == nullptr) return csv.Error("key", "is not a slot of this record type");
  return absl::OkStatus();
}

absl::Status ReadPlaceholders(const TomlTable& file, Mapping& mapping) {
  if (!file.Has("placeholders")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const TomlTable table, file.Table("placeholders"));
  RETURN_IF_ERROR(table.OnlyThese({"values"}));
  ASSIGN_OR_RETURN(const std::vector<std::string> values, table.Strings("values"));
  for (const std::string& value : values) {
    ASSIGN_OR_RETURN(std::string text, Comparable(table, "values", value));
    mapping.placeholders.push_back(std::move(text));
  }
  return absl::OkStatus();
}

absl::Status ReadSource(const TomlTable& table, FieldMapping& field) {
  if (table.Has("column") + table.Has("columns") + table.Has("const") != 1) {
    return table.Error("column", "give exactly one of column, columns and const");
  }
  if (table.Has("join") && !table.Has("columns")) return table.Error("join", "goes with columns only");
  std::vector<std::string> columns;
  if (table.Has("column")) {
    ASSIGN_OR_RETURN(columns.emplace_back(), table.String("column"));
  } else if (table.Has("columns")) {
    ASSIGN_OR_RETURN(columns, table.Strings("columns"));
    if (columns.empty()) return table.Error("columns", "names no column");
    ASSIGN_OR_RETURN(field.join, table.StringOr("join", " "));
  } else {
    ASSIGN_OR_RETURN(field.constant, table.String("const"));
    if (field.constant->empty()) return table.Error("const", "is empty; leave the slot out instead");
  }
  for (const std::string& column : columns) {
    ASSIGN_OR_RETURN(std::string name, Comparable(table, table.Has("column") ? "column" : "columns", column));
    if (name.empty()) return table.Error(table.Has("column") ? "column" : "columns", "names an empty column");
    field.columns.push_back(std::move(name));
  }
  return absl::OkStatus();
}

absl::Status ReadDateSettings(const TomlTable& table, FieldMapping& field) {
  for (const char* setting : {"format", "calendar", "drop_below_year_if"}) {
    if (table.Has(setting) && !IsDate(*field.slot)) return table.Error(setting, "goes with dates only");
  }
  if (table.Has("format")) {
    ASSIGN_OR_RETURN(const std::string format, table.String("format"));
    const std::optional<DateFormat> parsed = DateFormat::Parse(format);
    if (!parsed)
      return table.Error("format", "is not a date format such as YYYY-MM-DD, DD/MM/YYYY, DD MONTH YYYY, MRZ");
    field.date_format = *parsed;
  }
  ASSIGN_OR_RETURN(const std::string calendar, table.StringOr("calendar", "gregorian"));
  if (calendar != "gregorian" && calendar != "buddhist") {
    return table.Error("calendar",
                       "must be gregorian or buddhist; other calendars are converted by the registry");
  }
  field.calendar = calendar == "buddhist" ? Calendar::kBuddhist : Calendar::kGregorian;
  if (!table.Has("drop_below_year_if")) return absl::OkStatus();
  if (field.slot->type != ValueType::kPartialDate)
    return table.Error("drop_below_year_if", "goes with partial dates only");
  ASSIGN_OR_RETURN(const std::vector<std::string> pair, table.Strings("drop_below_year_if"));
  if (pair.size() != 2) return table.Error("drop_below_year_if", "must be [column, value]");
  ASSIGN_OR_RETURN(std::string column, Comparable(table, "drop_below_year_if", pair[0]));
  ASSIGN_OR_RETURN(std::string value, Comparable(table, "drop_below_year_if", pair[1]));
  field.drop_below_year_if = {std::move(column), std::move(value)};
  return absl::OkStatus();
}

absl::Status ReadTypeSettings(const TomlTable& table, FieldMapping& field) {
  const ValueType type = field.slot->type;
  if (table.Has("lang")) {
    ASSIGN_OR_RETURN(field.lang, table.String("lang"));
    const bool two_letters =
        field.lang.size() == 2 &&
        std::all_of(field.lang.begin(), field.lang.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (!two_letters) return table.Error("lang", "must be two lower-case letters of ISO 639-1");
    if (type != ValueType::kLatinName && type != ValueType::kName)
      return table.Error("lang", "goes with names only");
  }
  ASSIGN_OR_RETURN(const std::string encoding, table.StringOr("encoding", ""));
  if ((encoding == "hex") != (type == ValueType::kBytes) || (table.Has("encoding") && encoding != "hex")) {
    return table.Error("encoding", "must be \"hex\" for a slot of bytes, and is for those only");
  }
  return absl::OkStatus();
}

// A constant and the targets of a table of values are known now: better refused here than in every row.
absl::Status CheckKnownValue(const TomlTable& table, const char* setting, const FieldMapping& field,
                             const std::string& value) {
  ValueOptions options;
  options.date_format = field.date_format;
  options.calendar = field.calendar;
  options.lang = field.lang;
  options.test_network = true;  // whether it is one is asked of each record
  const Canonical<Bytes> canonical = CanonicalValue(*field.slot, value, options);
  if (canonical.ok()) return absl::OkStatus();
  return table.Error(setting,
                     fmt::format("holds a value that is refused ({})", ReasonName(canonical.reject())));
}

absl::Status ReadValues(const TomlTable& table, FieldMapping& field) {
  if (!table.Has("values")) return absl::OkStatus();
  if (field.constant) return table.Error("values", "goes with columns only");
  ASSIGN_OR_RETURN(const TomlTable values, table.Table("values"));
  field.values.emplace();
  for (const std::string& key : values.Keys()) {
    ASSIGN_OR_RETURN(std::string from, Comparable(values, key, key));
    ASSIGN_OR_RETURN(const std::string to, values.String(key));
    RETURN_IF_ERROR(CheckKnownValue(table, "values", field, to));
    if (!field.values->emplace(std::move(from), to).second) return values.Error(key, "is there twice");
  }
  return absl::OkStatus();
}

absl::StatusOr<FieldMapping> ReadField(const TomlTable& fields, const RecordType& type,
                                       const std::string& slot_name) {
  FieldMapping field;
  field.slot = FindSlot(type, slot_name);
  if (field.slot == nullptr) return fields.Error(slot_name, fmt::format("is not a slot of {}", type.name));
  if (field.slot->presence == Presence::kDerived)
    return fields.Error(slot_name, "is derived; it cannot be mapped");
  if (field.slot->presence == Presence::kReserved)
    return fields.Error(slot_name, "is reserved; it cannot be mapped");
  ASSIGN_OR_RETURN(const TomlTable table, fields.Table(slot_name));
  RETURN_IF_ERROR(table.OnlyThese({"column", "columns", "join", "const", "values", "format", "calendar",
                                   "lang", "drop_below_year_if", "encoding"}));
  RETURN_IF_ERROR(ReadSource(table, field));
  RETURN_IF_ERROR(ReadDateSettings(table, field));
  RETURN_IF_ERROR(ReadTypeSettings(table, field));
  RETURN_IF_ERROR(ReadValues(table, field));
  if (field.constant) RETURN_IF_ERROR(CheckKnownValue(table, "const", field, *field.constant));
  return field;
}

absl::Status ReadFields(const TomlTable& file, Mapping& mapping) {
  ASSIGN_OR_RETURN(const TomlTable fields, file.Table("fields"));
  for (const std::string& slot_name : fields.Keys()) {
    ASSIGN_OR_RETURN(FieldMapping field, ReadField(fields, *mapping.type, slot_name));
    mapping.fields.push_back(std::move(field));
  }
  std::sort(mapping.fields.begin(), mapping.fields.end(),
            [](const FieldMapping& a, const FieldMapping& b) { return a.slot->number < b.slot->number; });
  if (mapping.Find(*mapping.key) == nullptr) {
    return file.Error("fields", fmt::format("must map {}, the key of the file", mapping.key->name));
  }
  return absl::OkStatus();
}

}  // namespace

std::string FieldMapping::ReportedColumn() const {
  if (columns.empty()) return std::string(slot->name);
  std::string out = columns.front();
  for (size_t i = 1; i < columns.size(); ++i) out += "+" + columns[i];
  return out;
}

const FieldMapping* Mapping::Find(const Slot& slot) const {
  for (const FieldMapping& field : fields) {
    if (field.slot == &slot) return &field;
  }
  return nullptr;
}

absl::StatusOr<Mapping> ParseMapping(const std::string& toml, const std::string& file_name) {
  ASSIGN_OR_RETURN(const TomlTable file, TomlTable::Parse(toml, file_name));
  RETURN_IF_ERROR(
      file.OnlyThese({"version", "record_type", "record_version", "csv", "placeholders", "fields"}));
  Mapping mapping;
  RETURN_IF_ERROR(ReadType(file, mapping));
  ASSIGN_OR_RETURN(const TomlTable csv, file.Table("csv"));
  RETURN_IF_ERROR(ReadCsv(csv, mapping));
  RETURN_IF_ERROR(ReadPlaceholders(file, mapping));
  RETURN_IF_ERROR(ReadFields(file, mapping));
  return mapping;
}

}  // namespace symbolon::identity
