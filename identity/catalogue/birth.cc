// A birth, as a civil registry entered it. Slots 0-11 are the child's.

#include "identity/catalogue/schema.h"

namespace symbolon::identity::catalogue {
namespace {

constexpr std::string_view kBirthType[] = {"single", "twin", "triplet", "quadruplet", "higher_multiple"};
constexpr std::string_view kParentsKnown[] = {"both", "mother", "father", "none"};

constexpr std::array<Slot, kSlotCount - kCommonSlots> kOwnSlots = {{
    {12, "registration_number", ValueType::kNumber, Presence::kRequired},
    {13, "registration_date", ValueType::kDate, Presence::kRequired},
    {14, "registration_office", ValueType::kText, Presence::kOptional},
    {15, "birth_type", ValueType::kEnum, Presence::kOptional, kBirthType},
    {16, "birth_order", ValueType::kInteger, Presence::kOptional},
    {17, "late_registration", ValueType::kEnum, Presence::kDerived, kBooleanValues},
    {18, "mother_family_name", ValueType::kName, Presence::kOptional},
    {19, "mother_given_name", ValueType::kName, Presence::kOptional},
    {20, "mother_family_name_latin", ValueType::kLatinName, Presence::kOptional},
    {21, "mother_given_name_latin", ValueType::kLatinName, Presence::kOptional},
    {22, "mother_nationality", ValueType::kCountry, Presence::kOptional},
    {23, "mother_personal_number", ValueType::kNumber, Presence::kOptional},
    {24, "father_family_name", ValueType::kName, Presence::kOptional},
    {25, "father_given_name", ValueType::kName, Presence::kOptional},
    {26, "father_family_name_latin", ValueType::kLatinName, Presence::kOptional},
    {27, "father_given_name_latin", ValueType::kLatinName, Presence::kOptional},
    {28, "father_nationality", ValueType::kCountry, Presence::kOptional},
    {29, "father_personal_number", ValueType::kNumber, Presence::kOptional},
    {30, "parents_known", ValueType::kEnum, Presence::kDerived, kParentsKnown},
    {31, "adult_from", ValueType::kDate, Presence::kDerived},
}};

constexpr auto kSlots = WithCommonBlock(kOwnSlots);
static_assert(IsWellFormed(kSlots));

}  // namespace

const RecordType kBirth = {1, 1, "birth", kSlots, 12};

}  // namespace symbolon::identity::catalogue
