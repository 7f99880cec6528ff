// A death, as a civil registry entered it. Slots 0-11 are the deceased's. No cause or manner of death: health
// data, which nobody abroad needs.

#include "identity/catalogue/schema.h"

namespace symbolon::identity::catalogue {
namespace {

constexpr std::string_view kDeathPlaceType[] = {"health_facility", "residence", "other"};
constexpr std::string_view kMaritalStatus[] = {"single",   "married",   "widowed",
                                               "divorced", "separated", "unknown"};

constexpr std::array<Slot, kSlotCount - kCommonSlots> kOwnSlots = {{
    {12, "registration_number", ValueType::kNumber, Presence::kRequired},
    {13, "registration_date", ValueType::kDate, Presence::kRequired},
    {14, "registration_office", ValueType::kText, Presence::kOptional},
    {15, "death_date", ValueType::kPartialDate, Presence::kRequired},
    {16, "death_country", ValueType::kCountry, Presence::kOptional},
    {17, "death_subdivision", ValueType::kCode, Presence::kOptional},
    {18, "death_place", ValueType::kText, Presence::kOptional},
    {19, "death_place_type", ValueType::kEnum, Presence::kOptional, kDeathPlaceType},
    {20, "death_year", ValueType::kInteger, Presence::kDerived},
    {21, "age_at_death", ValueType::kInteger, Presence::kDerived},
    {22, "marital_status", ValueType::kEnum, Presence::kOptional, kMaritalStatus},
    {23, "spouse_family_name_latin", ValueType::kLatinName, Presence::kOptional},
    {24, "spouse_given_name_latin", ValueType::kLatinName, Presence::kOptional},
    {25, "mother_family_name_latin", ValueType::kLatinName, Presence::kOptional},
    {26, "mother_given_name_latin", ValueType::kLatinName, Presence::kOptional},
    {27, "father_family_name_latin", ValueType::kLatinName, Presence::kOptional},
    {28, "father_given_name_latin", ValueType::kLatinName, Presence::kOptional},
    {29, "birth_registration_number", ValueType::kNumber, Presence::kOptional},
    {30, "reserved_30", ValueType::kReserved, Presence::kReserved},
    {31, "reserved_31", ValueType::kReserved, Presence::kReserved},
}};

constexpr auto kSlots = WithCommonBlock(kOwnSlots);
static_assert(IsWellFormed(kSlots));

}  // namespace

const RecordType kDeath = {2, 1, "death", kSlots, 12};

}  // namespace symbolon::identity::catalogue
