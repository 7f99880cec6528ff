#include "identity/catalogue/catalogue.h"

#include "identity/catalogue/schema.h"

namespace symbolon::identity {
namespace {

constexpr const RecordType* kAll[] = {&catalogue::kBirth,          &catalogue::kDeath,
                                      &catalogue::kMarriage,       &catalogue::kIdentityDocument,
                                      &catalogue::kTravelDocument, &catalogue::kProtectionStatus};

}  // namespace

const RecordType* FindRecordType(uint16_t type, uint8_t version) {
  for (const RecordType* t : kAll) {
    if (t->type == type && t->version == version) return t;
  }
  return nullptr;
}

const RecordType* FindRecordType(std::string_view name) {
  const RecordType* found = nullptr;
  for (const RecordType* t : kAll) {
    if (t->name == name && (found == nullptr || t->version > found->version)) found = t;
  }
  return found;
}

std::span<const RecordType* const> AllRecordTypes() {
  return kAll;
}

const Slot* FindSlot(const RecordType& type, std::string_view name) {
  for (const Slot& slot : type.slots) {
    if (slot.name == name) return &slot;
  }
  return nullptr;
}

std::string_view TypeName(ValueType type) {
  switch (type) {
    case ValueType::kReserved:
      return "-";
    case ValueType::kText:
      return "text";
    case ValueType::kName:
      return "name";
    case ValueType::kLatinName:
      return "latin_name";
    case ValueType::kDate:
      return "date";
    case ValueType::kPartialDate:
      return "partial_date";
    case ValueType::kCode:
      return "code";
    case ValueType::kNumber:
      return "number";
    case ValueType::kCountry:
      return "country";
    case ValueType::kInteger:
      return "integer";
    case ValueType::kBytes:
      return "bytes";
    case ValueType::kMrz:
      return "mrz";
    case ValueType::kEnum:
      return "enum";
  }
  return "";
}

std::string_view PresenceName(Presence presence) {
  switch (presence) {
    case Presence::kReserved:
      return "reserved";
    case Presence::kRequired:
      return "required";
    case Presence::kRequiredOneName:
      return "required_one_name";
    case Presence::kRequiredForLookup:
      return "required_for_lookup";
    case Presence::kConditional:
      return "conditional";
    case Presence::kOptional:
      return "optional";
    case Presence::kDerived:
      return "derived";
  }
  return "";
}

}  // namespace symbolon::identity
