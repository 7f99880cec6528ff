// A protection status: refugee, asylum seeker, stateless or resident, as the host state or agency granted it.

#include "identity/catalogue/schema.h"

namespace symbolon::identity::catalogue {
namespace {

constexpr std::string_view kStatusKind[] = {
    "refugee",  "asylum_seeker", "subsidiary_protection", "temporary_protection", "stateless",
    "resident", "other"};
constexpr std::string_view kMandate[] = {"state", "unhcr", "joint"};
constexpr std::string_view kLegalBasis[] = {"conv_1951", "conv_1954", "oau_1969", "cartagena_1984",
                                            "national"};
constexpr std::string_view kNameBasis[] = {"document", "declaration", "witness"};
constexpr std::string_view kBirthDateBasis[] = {"document", "declaration", "assessment"};

constexpr std::array<Slot, kSlotCount - kCommonSlots> kOwnSlots = {{
    {12, "status_kind", ValueType::kEnum, Presence::kRequired, kStatusKind},
    {13, "individual_number", ValueType::kNumber, Presence::kRequired},
    {14, "case_number", ValueType::kNumber, Presence::kOptional},
    {15, "granting_country", ValueType::kCountry, Presence::kRequired},
    {16, "granting_authority", ValueType::kText, Presence::kOptional},
    {17, "mandate", ValueType::kEnum, Presence::kOptional, kMandate},
    {18, "legal_basis", ValueType::kEnum, Presence::kOptional, kLegalBasis},
    {19, "granted_date", ValueType::kDate, Presence::kRequired},
    {20, "expiry_date", ValueType::kDate, Presence::kOptional},
    {21, "former_habitual_residence", ValueType::kCountry, Presence::kOptional},
    {22, "travel_document_number", ValueType::kNumber, Presence::kOptional},
    {23, "right_to_work", ValueType::kEnum, Presence::kOptional, kBooleanValues},
    {24, "name_basis", ValueType::kEnum, Presence::kOptional, kNameBasis},
    {25, "birth_date_basis", ValueType::kEnum, Presence::kOptional, kBirthDateBasis},
    {26, "over_18_at_issue", ValueType::kEnum, Presence::kDerived, kBooleanValues},
    {27, "resident_subdivision", ValueType::kCode, Presence::kOptional},
    {28, "birth_registration_number", ValueType::kNumber, Presence::kOptional},
    {29, "reserved_29", ValueType::kReserved, Presence::kReserved},
    {30, "reserved_30", ValueType::kReserved, Presence::kReserved},
    {31, "reserved_31", ValueType::kReserved, Presence::kReserved},
}};

constexpr auto kSlots = WithCommonBlock(kOwnSlots);
static_assert(IsWellFormed(kSlots));

}  // namespace

const RecordType kProtectionStatus = {6, 1, "protection_status", kSlots, 13};

}  // namespace symbolon::identity::catalogue
