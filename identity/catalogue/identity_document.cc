// An identity document: a national card, a resident card, a seafarer's or border pass.

#include "identity/catalogue/schema.h"

namespace symbolon::identity::catalogue {
namespace {

constexpr std::string_view kDocumentKind[] = {"national_id", "resident_card", "seafarer_id", "border_pass",
                                              "other"};

constexpr std::array<Slot, kSlotCount - kCommonSlots> kOwnSlots = {{
    {12, "document_kind", ValueType::kEnum, Presence::kRequired, kDocumentKind},
    {13, "document_number", ValueType::kNumber, Presence::kRequired},
    {14, "issuing_country", ValueType::kCountry, Presence::kRequired},
    {15, "issuing_authority", ValueType::kText, Presence::kOptional},
    {16, "issue_date", ValueType::kDate, Presence::kRequired},
    {17, "expiry_date", ValueType::kDate, Presence::kOptional},
    {18, "over_18_at_issue", ValueType::kEnum, Presence::kDerived, kBooleanValues},
    {19, "over_15_at_issue", ValueType::kEnum, Presence::kDerived, kBooleanValues},
    {20, "over_21_at_issue", ValueType::kEnum, Presence::kDerived, kBooleanValues},
    {21, "middle_name", ValueType::kName, Presence::kOptional},
    {22, "name_suffix", ValueType::kText, Presence::kOptional},
    {23, "family_name_birth", ValueType::kName, Presence::kOptional},
    {24, "given_name_birth", ValueType::kName, Presence::kOptional},
    {25, "resident_country", ValueType::kCountry, Presence::kOptional},
    {26, "resident_subdivision", ValueType::kCode, Presence::kOptional},
    {27, "birth_registration_number", ValueType::kNumber, Presence::kOptional},
    {28, "replaces_document_number", ValueType::kNumber, Presence::kOptional},
    {29, "reserved_29", ValueType::kReserved, Presence::kReserved},
    {30, "reserved_30", ValueType::kReserved, Presence::kReserved},
    {31, "reserved_31", ValueType::kReserved, Presence::kReserved},
}};

constexpr auto kSlots = WithCommonBlock(kOwnSlots);
static_assert(IsWellFormed(kSlots));

}  // namespace

const RecordType kIdentityDocument = {4, 1, "identity_document", kSlots, 13};

}  // namespace symbolon::identity::catalogue
