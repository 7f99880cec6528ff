#include "identity/canonical/lookup_profile.h"

#include "base/encoding.h"

namespace symbolon::identity {
namespace {

constexpr std::string_view kInputLabel = "symbolon/lookup/v1";

constexpr std::string_view kStrict[] = {"family_name_latin", "given_name_latin", "birth_date!", "sex",
                                        "birth_subdivision"};
constexpr std::string_view kNoPlace[] = {"family_name_latin", "given_name_latin", "birth_date!", "sex"};
constexpr std::string_view kShortName[] = {"family_name_latin", "first_given", "birth_date!", "sex",
                                           "birth_country"};
constexpr std::string_view kNameSet[] = {"name_set", "birth_date!"};
constexpr std::string_view kBirthYearOnly[] = {"family_name_latin", "given_name_latin", "birth_year", "sex",
                                               "birth_country"};
constexpr std::string_view kParents[] = {"given_name_latin",         "birth_year",
                                         "mother_family_name_latin", "mother_given_name_latin",
                                         "father_family_name_latin", "father_given_name_latin"};
constexpr std::string_view kDocument[] = {"issuing_country", "document_number"};
constexpr std::string_view kPersonalNumber[] = {"issuing_country", "personal_number"};

constexpr LookupProfile kProfiles[] = {
    {1, "strict", kStrict, true},
    {2, "no_place", kNoPlace, true},
    {3, "short_name", kShortName, true},
    {4, "name_set", kNameSet, true},
    {5, "birth_year_only", kBirthYearOnly, false},
    {6, "parents", kParents, false},
    {7, "document", kDocument, true},
    {8, "personal_number", kPersonalNumber, false},
};

// A mononym has no given name, and a father may be unknown; everything else is needed.
bool MayBeEmpty(std::string_view field) {
  return field == "given_name_latin" || field == "first_given" || field == "mother_given_name_latin" ||
         field == "father_family_name_latin" || field == "father_given_name_latin";
}

Bytes NameSet(ByteView family, ByteView given) {
  std::vector<ByteView> components;
  for (ByteView name : {family, given}) {
    while (!name.empty()) {
      const size_t end = std::min(name.find('<'), name.size());
      if (end > 0) components.push_back(name.substr(0, end));
      name.remove_prefix(std::min(end + 1, name.size()));
    }
  }
  std::sort(components.begin(), components.end());
  Bytes out;
  for (const ByteView component : components) {
    if (!out.empty()) out.push_back('<');
    out += component;
  }
  return out;
}

Bytes Field(std::string_view name, const AttributeSource& attributes) {
  if (name == "first_given") {
    const ByteView given = attributes("given_name_latin");
    return Bytes(given.substr(0, given.find('<')));
  }
  if (name == "name_set") return NameSet(attributes("family_name_latin"), attributes("given_name_latin"));
  if (name == "birth_year") {
    const ByteView year = attributes("birth_date").substr(0, 4);
    return year.find('X') == ByteView::npos ? Bytes(year) : Bytes();
  }
  if (name == "issuing_country") {
    // A travel document calls it issuing_state.
    const ByteView country = attributes("issuing_country");
    return Bytes(country.empty() ? attributes("issuing_state") : country);
  }
  return Bytes(attributes(name));
}

}  // namespace

std::span<const LookupProfile> AllLookupProfiles() {
  return kProfiles;
}

const LookupProfile* FindLookupProfile(std::string_view name) {
  for (const LookupProfile& p : kProfiles) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

const LookupProfile* FindLookupProfile(uint16_t id) {
  for (const LookupProfile& p : kProfiles) {
    if (p.id == id) return &p;
  }
  return nullptr;
}

std::optional<std::vector<Bytes>> LookupFields(const LookupProfile& profile,
                                               const AttributeSource& attributes) {
  std::vector<Bytes> fields;
  for (std::string_view name : profile.fields) {
    const bool full_date = name.ends_with('!');
    if (full_date) name.remove_suffix(1);
    Bytes value = Field(name, attributes);
    if (value.empty() && !MayBeEmpty(name)) return std::nullopt;
    if (full_date && value.find('X') != Bytes::npos) return std::nullopt;
    fields.push_back(std::move(value));
  }
  return fields;
}

Bytes LookupInput(const LookupProfile& profile, const std::vector<Bytes>& fields) {
  Writer out;
  out.Vec16(kInputLabel).Vec16(profile.name);
  for (const Bytes& field : fields) out.Vec16(field);
  return out.Take();
}

std::vector<Bytes> LookupInputs(const LookupProfile& profile, const Record& record) {
  std::vector<Bytes> inputs;
  for (const std::string prefix : {"", "party_1_", "party_2_"}) {
    const auto fields =
        LookupFields(profile, [&](std::string_view name) { return record.Get(prefix + std::string(name)); });
    if (fields) inputs.push_back(LookupInput(profile, *fields));
  }
  return inputs;
}

}  // namespace symbolon::identity
