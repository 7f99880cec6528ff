#include "identity/import/row_mapper.h"

#include "identity/canonical/latin_name.h"
#include "identity/derive.h"
#include "identity/validate.h"

namespace symbolon::identity {
namespace {

// An MRZ's cells are lines, not text: only white space around them goes.
Canonical<Bytes> CellText(const Slot& slot, const std::string& cell) {
  if (slot.type != ValueType::kMrz) return CanonicalText(cell);
  const size_t first = cell.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return Bytes();
  return Bytes(cell.substr(first, cell.find_last_not_of(" \t\r\n") - first + 1));
}

bool IsInLatinLetters(ByteView name) {
  const Canonical<std::u32string> points = DecodeUtf8(name);
  return points.ok() && std::all_of(points->begin(), points->end(), IsLatinOrCommon);
}

// The four slots of one person's name; the original ones may be missing from the type.
struct NameSlots {
  const Slot* family_latin;
  const Slot* given_latin;
  const Slot* family;
  const Slot* given;
};

std::vector<NameSlots> PeopleOf(const RecordType& type) {
  std::vector<NameSlots> people;
  for (const Slot& slot : type.slots) {
    if (!slot.name.ends_with("family_name_latin")) continue;
    const std::string prefix(
        slot.name.substr(0, slot.name.size() - std::string_view("family_name_latin").size()));
    people.push_back({&slot, FindSlot(type, prefix + "given_name_latin"),
                      FindSlot(type, prefix + "family_name"), FindSlot(type, prefix + "given_name")});
  }
  return people;
}

}  // namespace

RowMapper::RowMapper(const Mapping& mapping, const std::unordered_map<std::string, size_t>& header,
                     const ValueOptions& options)
    : mapping_(mapping), header_(header), options_(options) {}

// The work on one row.
class RowMapper::Row {
 public:
  Row(const RowMapper& mapper, const std::vector<std::string>& cells, Record& record,
      std::vector<Refusal>& refusals)
      : mapper_(mapper), cells_(cells), record_(record), refusals_(refusals) {}

  void MapFields() {
    for (const FieldMapping& field : mapper_.mapping_.fields) {
      const std::optional<Bytes> raw = RawValue(field);
      if (!raw || raw->empty()) continue;
      if (field.slot->type == ValueType::kLatinName) {
        raw_latin_[field.slot->number] = *raw;  // both names of a person are looked at together
      } else {
        SetCanonical(field, *raw);
      }
    }
    for (const NameSlots& person : PeopleOf(*record_.type)) MapName(person);
  }

  void Check(std::vector<Refusal>& warnings) {
    Derive(record_);
    const Findings findings = Validate(record_, mapper_.options_.test_network);
    for (const Finding& error : findings.errors) {
      const bool name_refused = error.reason == RejectCode::kNoName && refused_[error.slot->number + 1];
      if (!refused_[error.slot->number] && !name_refused)
        Refuse(*error.slot, Reported(*error.slot), error.reason);
    }
    for (const Finding& warning : findings.warnings) {
      if (!refused_[warning.slot->number]) warnings.push_back({0, Reported(*warning.slot), warning.reason});
    }
  }

  // What is refused, in slot order.
  void Report() {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [slot, refusal] : found_) refusals_.push_back(std::move(refusal));
  }

 private:
  void Refuse(const Slot& slot, std::string column, RejectCode reason) {
    refused_[slot.number] = true;
    found_.emplace_back(slot.number, Refusal{0, std::move(column), reason});
  }

  std::string Reported(const Slot& slot) const {
    const FieldMapping* field = mapper_.mapping_.Find(slot);
    return field != nullptr ? field->ReportedColumn() : std::string(slot.name);
  }

  const std::string& Cell(const std::string& column) const { return cells_[mapper_.header_.at(column)]; }

  bool IsPlaceholder(const Bytes& text) const {
    const auto& placeholders = mapper_.mapping_.placeholders;
    return std::find(placeholders.begin(), placeholders.end(), text) != placeholders.end();
  }

  // The cells of a field put together and translated; nullopt when refused.
  std::optional<Bytes> RawValue(const FieldMapping& field) {
    if (field.constant) return *field.constant;
    Bytes joined;
    for (const std::string& column : field.columns) {
      const Canonical<Bytes> text = CellText(*field.slot, Cell(column));
      if (!text.ok()) {
        Refuse(*field.slot, column, text.reject());
        return std::nullopt;
      }
      if (text->empty() || IsPlaceholder(*text)) continue;
      if (!joined.empty()) joined += field.join;
      joined += *text;
    }
    if (joined.empty() || !field.values) return joined;
    const auto found = field.values->find(joined);
    if (found == field.values->end()) {
      Refuse(*field.slot, field.ReportedColumn(), RejectCode::kUnknownValue);
      return std::nullopt;
    }
    return found->second;
  }

  void SetCanonical(const FieldMapping& field, const Bytes& raw) {
    ValueOptions options = mapper_.options_;
    options.date_format = field.date_format;
    options.calendar = field.calendar;
    options.lang = field.lang;
    Canonical<Bytes> value = CanonicalValue(*field.slot, raw, options);
    if (!value.ok()) return Refuse(*field.slot, field.ReportedColumn(), value.reject());
    if (value->empty()) return;
    Bytes bytes = *std::move(value);
    if (field.drop_below_year_if) {
      const auto& [column, when] = *field.drop_below_year_if;
      const Canonical<Bytes> mark = CanonicalText(Cell(column));
      if (!mark.ok()) return Refuse(*field.slot, column, mark.reject());
      if (*mark == when) bytes = bytes.substr(0, 4) + "-XX-XX";
    }
    record_.values[field.slot->number] = std::move(bytes);
  }

  // Languages declared for one person's names; the family name's wins.
  std::string LangOf(std::initializer_list<const Slot*> slots) const {
    for (const Slot* slot : slots) {
      const FieldMapping* field = slot != nullptr ? mapper_.mapping_.Find(*slot) : nullptr;
      if (field != nullptr && !field->lang.empty()) return field->lang;
    }
    return {};
  }

  // The Latin form comes from the registered Latin columns, else from the original name if that is in Latin
  // letters or its language is declared. What no table knows leaves a person without a Latin form, which is
  // not an error.
  void MapName(const NameSlots& person) {
    const Bytes& family = raw_latin_[person.family_latin->number];
    const Bytes& given = raw_latin_[person.given_latin->number];
    if (!family.empty() || !given.empty()) return MapRegisteredLatin(person, family, given);
    if (person.family == nullptr || person.given == nullptr || IsRefused(person)) return;
    const Bytes original_family = record_.values[person.family->number].value_or(Bytes());
    const Bytes original_given = record_.values[person.given->number].value_or(Bytes());
    const std::string lang = LangOf({person.family_latin, person.given_latin, person.family, person.given});
    if (lang.empty() && !(IsInLatinLetters(original_family) && IsInLatinLetters(original_given))) return;
    const Canonical<PersonName> name = CanonicalPersonName(original_family, original_given, lang);
    if (name.ok()) SetName(person, *name);
  }

  bool IsRefused(const NameSlots& person) const {
    return refused_[person.family_latin->number] || refused_[person.given_latin->number];
  }

  void MapRegisteredLatin(const NameSlots& person, const Bytes& family, const Bytes& given) {
    const std::string lang = LangOf({person.family_latin, person.given_latin});
    for (const auto& [slot, raw] : {std::pair(person.family_latin, &family), {person.given_latin, &given}}) {
      const Canonical<Bytes> part = CanonicalLatinName(*raw, lang);
      if (!part.ok()) Refuse(*slot, Reported(*slot), part.reject());
    }
    if (IsRefused(person)) return;
    const Canonical<PersonName> name = CanonicalPersonName(family, given, lang);
    if (!name.ok()) {
      const Slot& slot = family.empty() ? *person.given_latin : *person.family_latin;
      return Refuse(slot, Reported(slot), name.reject());
    }
    SetName(person, *name);
  }

  void SetName(const NameSlots& person, const PersonName& name) {
    record_.values[person.family_latin->number] = name.family_latin;
    if (!name.given_latin.empty()) record_.values[person.given_latin->number] = name.given_latin;
  }

  const RowMapper& mapper_;
  const std::vector<std::string>& cells_;
  Record& record_;
  std::vector<Refusal>& refusals_;
  std::array<Bytes, kSlotCount> raw_latin_;
  std::array<bool, kSlotCount + 1> refused_{};
  std::vector<std::pair<uint8_t, Refusal>> found_;
};

void RowMapper::Map(const std::vector<std::string>& cells, Record& record, std::vector<Refusal>& refusals,
                    std::vector<Refusal>& warnings) const {
  Row row(*this, cells, record, refusals);
  row.MapFields();
  row.Check(warnings);
  row.Report();
}

}  // namespace symbolon::identity
