#pragma once
// One record: the canonical bytes of each slot that is present. Personal data, so it is wiped when it goes.

#include <sodium.h>

#include <array>
#include <optional>

#include "base/bytes.h"
#include "identity/catalogue/catalogue.h"

namespace symbolon::identity {

// values[i] holds the canonical bytes (docs/records.md section 2) of slot i of `type`; absent is nullopt,
// never an empty string. Values are wiped on destruction and when they are overwritten (best effort: a short
// string that was moved may leave bytes behind). Not thread-safe.
struct Record {
  using Values = std::array<std::optional<Bytes>, kSlotCount>;

  explicit Record(const RecordType& record_type) : type(&record_type) {}
  Record(const Record&) = default;
  Record(Record&& other) noexcept : type(other.type) { values.swap(other.values); }
  Record& operator=(const Record& other) {
    if (this != &other) {
      Wipe();
      type = other.type;
      values = other.values;
    }
    return *this;
  }
  Record& operator=(Record&& other) noexcept {
    if (this != &other) {
      Wipe();
      type = other.type;
      values.swap(other.values);
    }
    return *this;
  }
  ~Record() { Wipe(); }

  // The value of the slot called `name`, empty when absent or when the type has no such slot. The view lives
  // until the slot is changed.
  ByteView Get(std::string_view name) const {
    const Slot* slot = FindSlot(*type, name);
    return slot != nullptr && values[slot->number] ? ByteView(*values[slot->number]) : ByteView();
  }

  // Makes every slot absent.
  void Wipe() {
    for (auto& value : values) {
      if (value) sodium_memzero(value->data(), value->size());
      value.reset();
    }
  }

  const RecordType* type;  // never null
  Values values;
};

}  // namespace symbolon::identity
