// A marriage. Two parties stand in place of the common block, in the order of the register.

#include "identity/catalogue/schema.h"

namespace symbolon::identity::catalogue {
namespace {

constexpr std::string_view kMarriageKind[] = {"civil", "religious", "customary"};
constexpr std::string_view kDissolutionKind[] = {"divorce", "annulment", "judicial_separation", "death"};

constexpr std::array<Slot, kSlotCount> kSlots = {{
    {0, "party_1_family_name", ValueType::kName, Presence::kRequiredOneName},
    {1, "party_1_given_name", ValueType::kName, Presence::kOptional},
    {2, "party_1_family_name_latin", ValueType::kLatinName, Presence::kRequiredForLookup},
    {3, "party_1_given_name_latin", ValueType::kLatinName, Presence::kOptional},
    {4, "party_1_birth_date", ValueType::kPartialDate, Presence::kOptional},
    {5, "party_1_sex", ValueType::kEnum, Presence::kRequired, kSexValues},
    {6, "party_1_birth_country", ValueType::kCountry, Presence::kOptional},
    {7, "party_1_nationality", ValueType::kCountry, Presence::kOptional},
    {8, "party_1_personal_number", ValueType::kNumber, Presence::kOptional},
    {9, "party_2_family_name", ValueType::kName, Presence::kRequiredOneName},
    {10, "party_2_given_name", ValueType::kName, Presence::kOptional},
    {11, "party_2_family_name_latin", ValueType::kLatinName, Presence::kRequiredForLookup},
    {12, "party_2_given_name_latin", ValueType::kLatinName, Presence::kOptional},
    {13, "party_2_birth_date", ValueType::kPartialDate, Presence::kOptional},
    {14, "party_2_sex", ValueType::kEnum, Presence::kRequired, kSexValues},
    {15, "party_2_birth_country", ValueType::kCountry, Presence::kOptional},
    {16, "party_2_nationality", ValueType::kCountry, Presence::kOptional},
    {17, "party_2_personal_number", ValueType::kNumber, Presence::kOptional},
    {18, "registration_number", ValueType::kNumber, Presence::kRequired},
    {19, "registration_date", ValueType::kDate, Presence::kRequired},
    {20, "registration_office", ValueType::kText, Presence::kOptional},
    {21, "marriage_date", ValueType::kPartialDate, Presence::kRequired},
    {22, "marriage_country", ValueType::kCountry, Presence::kOptional},
    {23, "marriage_subdivision", ValueType::kCode, Presence::kOptional},
    {24, "marriage_place", ValueType::kText, Presence::kOptional},
    {25, "marriage_kind", ValueType::kEnum, Presence::kOptional, kMarriageKind},
    {26, "party_1_family_name_after", ValueType::kName, Presence::kOptional},
    {27, "party_2_family_name_after", ValueType::kName, Presence::kOptional},
    {28, "dissolution_date", ValueType::kPartialDate, Presence::kOptional},
    {29, "dissolution_kind", ValueType::kEnum, Presence::kOptional, kDissolutionKind},
    {30, "both_over_18", ValueType::kEnum, Presence::kDerived, kBooleanValues},
    {31, "marriage_year", ValueType::kInteger, Presence::kDerived},
}};
static_assert(IsWellFormed(kSlots));

}  // namespace

const RecordType kMarriage = {3, 1, "marriage", kSlots, 18};

}  // namespace symbolon::identity::catalogue
