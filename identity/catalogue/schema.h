#pragma once
// What the schemas of this folder share: the common block of a person and a check of a schema's shape. Only
// the catalogue includes this; everybody else includes catalogue.h.

#include <array>

#include "identity/catalogue/catalogue.h"

namespace symbolon::identity::catalogue {

inline constexpr std::string_view kSexValues[] = {"M", "F", "X"};  // X: unspecified, "<" in an MRZ
inline constexpr std::string_view kBooleanValues[] = {"true", "false"};

inline constexpr size_t kCommonSlots = 12;

// Slots 0-11 of every type that is about one person.
inline constexpr std::array<Slot, kCommonSlots> kCommonBlock = {{
    {0, "family_name", ValueType::kName, Presence::kRequiredOneName},
    {1, "given_name", ValueType::kName, Presence::kOptional},
    {2, "family_name_latin", ValueType::kLatinName, Presence::kRequiredForLookup},
    {3, "given_name_latin", ValueType::kLatinName, Presence::kOptional},
    {4, "birth_date", ValueType::kPartialDate, Presence::kOptional},
    {5, "sex", ValueType::kEnum, Presence::kRequired, kSexValues},
    {6, "birth_country", ValueType::kCountry, Presence::kOptional},
    {7, "birth_subdivision", ValueType::kCode, Presence::kOptional},
    {8, "birth_place", ValueType::kText, Presence::kOptional},
    {9, "nationality", ValueType::kCountry, Presence::kOptional},
    {10, "personal_number", ValueType::kNumber, Presence::kOptional},
    {11, "birth_year", ValueType::kInteger, Presence::kDerived},
}};

constexpr std::array<Slot, kSlotCount> WithCommonBlock(
    const std::array<Slot, kSlotCount - kCommonSlots>& own) {
  std::array<Slot, kSlotCount> all{};
  for (size_t i = 0; i < kCommonSlots; ++i) all[i] = kCommonBlock[i];
  for (size_t i = 0; i < own.size(); ++i) all[kCommonSlots + i] = own[i];
  return all;
}

// Numbers in order, tokens exactly where they belong, reserved slots named so.
constexpr bool IsWellFormed(const std::array<Slot, kSlotCount>& slots) {
  for (size_t i = 0; i < kSlotCount; ++i) {
    const Slot& s = slots[i];
    if (s.number != i || s.name.empty() || s.name.size() > 64) return false;
    if ((s.type == ValueType::kEnum) == s.enum_values.empty()) return false;
    const bool reserved = s.type == ValueType::kReserved;
    if (reserved != (s.presence == Presence::kReserved) || reserved != s.name.starts_with("reserved_"))
      return false;
  }
  return true;
}

extern const RecordType kBirth;
extern const RecordType kDeath;
extern const RecordType kMarriage;
extern const RecordType kIdentityDocument;
extern const RecordType kTravelDocument;
extern const RecordType kProtectionStatus;

}  // namespace symbolon::identity::catalogue
