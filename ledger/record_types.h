#pragma once
// The record types that a batch may name: numbers and names only. What a record of a type holds is the
// business of identity/; the ledger never sees it.
//
// The list is part of the rules of apply: every node must have the same one, or verdicts differ.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace symbolon::ledger {

struct RecordType {
  uint16_t number;
  uint8_t version;
  std::string_view name;
};

inline constexpr std::array<RecordType, 6> kRecordTypes = {{
    {1, 1, "birth"},
    {2, 1, "death"},
    {3, 1, "marriage"},
    {4, 1, "identity_document"},
    {5, 1, "travel_document"},
    {6, 1, "protection_status"},
}};

// The type with this number and version, if there is one.
constexpr std::optional<RecordType> FindRecordType(uint16_t number, uint8_t version) {
  for (const RecordType& type : kRecordTypes) {
    if (type.number == number && type.version == version) return type;
  }
  return std::nullopt;
}

// Whether any version of this type is known.
constexpr bool IsRecordType(uint16_t number) {
  for (const RecordType& type : kRecordTypes) {
    if (type.number == number) return true;
  }
  return false;
}

}  // namespace symbolon::ledger
