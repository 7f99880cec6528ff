#pragma once
// Look-up profiles v1 (docs/records.md section 2.9): by which attributes a person without a document can be
// found, and the exact bytes that go into the blind evaluation. Pure.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "identity/record.h"

namespace symbolon::identity {

struct LookupProfile {
  uint16_t id;  // as in tag lists; never changes
  std::string_view name;
  // In order. A '!' after birth_date asks for a full date. first_given and name_set are made from the Latin
  // names, birth_year from birth_date.
  std::span<const std::string_view> fields;
  bool on_by_default;  // the others need a named purpose and tight limits
};

std::span<const LookupProfile> AllLookupProfiles();
// nullptr when there is none.
const LookupProfile* FindLookupProfile(std::string_view name);
const LookupProfile* FindLookupProfile(uint16_t id);

// The canonical value of an attribute by name ("family_name_latin", "birth_date"); empty when there is none.
using AttributeSource = std::function<ByteView(std::string_view name)>;

// The profile's field values in order, or nullopt when the attributes cannot give them: a record then has no
// tag of that profile. Personal data.
std::optional<std::vector<Bytes>> LookupFields(const LookupProfile& profile,
                                               const AttributeSource& attributes);

// The input of the blind evaluation: "symbolon/lookup/v1", the profile's name and each field, each behind a
// length of two bytes. Personal data.
Bytes LookupInput(const LookupProfile& profile, const std::vector<Bytes>& fields);

// All inputs by which `record` can be found by `profile`: one, none, or, of a marriage, one for each party.
std::vector<Bytes> LookupInputs(const LookupProfile& profile, const Record& record);

}  // namespace symbolon::identity
