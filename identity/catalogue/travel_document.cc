// A travel document with a machine-readable zone (ICAO Doc 9303 parts 4-6) and, of its chip, hashes only:
// never an image or template (Doc 9303 part 10).

#include "identity/catalogue/schema.h"

namespace symbolon::identity::catalogue {
namespace {

constexpr std::string_view kMrzFormat[] = {"td1", "td2", "td3", "mrva", "mrvb"};
constexpr std::string_view kHashAlgorithm[] = {"sha224", "sha256", "sha384", "sha512", "sha1"};

constexpr std::array<Slot, kSlotCount - kCommonSlots> kOwnSlots = {{
    {12, "document_code", ValueType::kCode, Presence::kRequired},
    {13, "issuing_state", ValueType::kCountry, Presence::kRequired},
    {14, "document_number", ValueType::kNumber, Presence::kRequired},
    {15, "issue_date", ValueType::kDate, Presence::kOptional},
    {16, "expiry_date", ValueType::kDate, Presence::kRequired},
    {17, "issuing_authority", ValueType::kText, Presence::kOptional},
    {18, "mrz", ValueType::kMrz, Presence::kRequired},
    {19, "mrz_format", ValueType::kEnum, Presence::kRequired, kMrzFormat},
    {20, "optional_data", ValueType::kCode, Presence::kOptional},
    {21, "hash_algorithm", ValueType::kEnum, Presence::kConditional, kHashAlgorithm},
    {22, "dg1_hash", ValueType::kBytes, Presence::kOptional},
    {23, "dg2_hash", ValueType::kBytes, Presence::kOptional},
    {24, "dg11_hash", ValueType::kBytes, Presence::kOptional},
    {25, "dg14_hash", ValueType::kBytes, Presence::kOptional},
    {26, "dg15_hash", ValueType::kBytes, Presence::kOptional},
    {27, "sod_hash", ValueType::kBytes, Presence::kOptional},
    {28, "dsc_fingerprint", ValueType::kBytes, Presence::kOptional},
    {29, "over_18_at_issue", ValueType::kEnum, Presence::kDerived, kBooleanValues},
    {30, "birth_registration_number", ValueType::kNumber, Presence::kOptional},
    {31, "replaces_document_number", ValueType::kNumber, Presence::kOptional},
}};

constexpr auto kSlots = WithCommonBlock(kOwnSlots);
static_assert(IsWellFormed(kSlots));

}  // namespace

const RecordType kTravelDocument = {5, 1, "travel_document", kSlots, 14};

}  // namespace symbolon::identity::catalogue
