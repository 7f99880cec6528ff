#pragma once
// The record-type catalogue, version 1: what each kind of record may hold, and in which slot. One file per
// type
// (`birth.cc`, ...) is its whole schema. docs/records.md prints the same tables with meanings and examples.
//
// Slot number, name and value type never change within a version: a changed type is a new version. All data
// is constant and lives as long as the program; everything here is thread-safe.

#include <cstdint>
#include <span>
#include <string_view>

namespace symbolon::identity {

inline constexpr size_t kSlotCount = 32;

// Which canonical form (docs/records.md section 2) a slot's value has.
enum class ValueType : uint8_t {
  kReserved,  // the slot is always absent
  kText,
  kName,
  kLatinName,
  kDate,
  kPartialDate,
  kCode,  // an ISO 3166-2 code in slots named *_subdivision, else as kNumber
  kNumber,
  kCountry,
  kInteger,
  kBytes,
  kMrz,
  kEnum,
};

enum class Presence : uint8_t {
  kReserved,           // always absent
  kRequired,           // every record has it
  kRequiredOneName,    // this slot or the next one: a person has at least one name
  kRequiredForLookup,  // without it the record is committed but gets no look-up tag
  kConditional,        // hash_algorithm: required as soon as a hash slot is filled
  kOptional,
  kDerived,  // computed by Derive(); never taken from outside
};

struct Slot {
  uint8_t number;
  std::string_view name;
  ValueType type;
  Presence presence;
  std::span<const std::string_view> enum_values = {};  // the tokens of a kEnum slot
};

struct RecordType {
  uint16_t type;
  uint8_t version;
  std::string_view name;
  std::span<const Slot, kSlotCount> slots;  // slots[i].number == i
  uint8_t key_slot;                         // names a record within its issuer; the usual key of an import
};

// nullptr when the catalogue has no such type.
const RecordType* FindRecordType(uint16_t type, uint8_t version);
// The newest version of the type called `name`; nullptr when there is none.
const RecordType* FindRecordType(std::string_view name);
// In order of type number.
std::span<const RecordType* const> AllRecordTypes();
// nullptr when the type has no slot of that name.
const Slot* FindSlot(const RecordType& type, std::string_view name);

// The words of the catalogue for machines: "partial_date", "required_one_name".
std::string_view TypeName(ValueType type);
std::string_view PresenceName(Presence presence);

}  // namespace symbolon::identity
