#include "identity/present.h"

#include <absl/status/status.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/status_macros.h"
#include "identity/record_tree.h"

namespace symbolon::identity {
namespace {

absl::Status Refuse(const std::string& why) {
  return absl::InvalidArgumentError("present: " + why);
}

std::string PossibleNames(const RecordType& type) {
  std::vector<std::string_view> names;
  for (const Slot& slot : type.slots) {
    if (slot.type != ValueType::kReserved) names.push_back(slot.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

absl::StatusOr<std::vector<uint8_t>> SlotsByName(const RecordType& type, std::span<const std::string> names) {
  if (names.empty()) return Refuse("no attribute is named; name at least one to disclose");
  std::vector<uint8_t> slots;
  for (const std::string& name : names) {
    const Slot* slot = FindSlot(type, name);
    if (slot == nullptr) {
      return Refuse(fmt::format("record type {} has no attribute \"{}\"; it has {}", type.name, name,
                                PossibleNames(type)));
    }
    if (std::find(slots.begin(), slots.end(), slot->number) != slots.end()) {
      return Refuse(fmt::format("attribute \"{}\" is named twice", name));
    }
    slots.push_back(slot->number);
  }
  std::sort(slots.begin(), slots.end());
  return slots;
}

absl::StatusOr<Presentation> Present(const Credential& credential, std::span<const uint8_t> slots,
                                     const std::optional<Bytes>& verification_proof) {
  if (slots.empty()) return Refuse("no slot is given; give at least one to disclose");
  for (size_t i = 0; i < slots.size(); ++i) {
    if (slots[i] >= kSlotCount || (i > 0 && slots[i] <= slots[i - 1])) {
      return Refuse(fmt::format("slots must ascend without repetition and be below {}", kSlotCount));
    }
  }
  const Record& record = credential.record;
  ASSIGN_OR_RETURN(const RecordTree tree, RecordTree::Build(record, credential.secret));
  Presentation p;
  p.network = credential.network;
  p.type = TypeIdOf(*record.type);
  const SaltDeriver salts(credential.secret, p.type);
  for (const uint8_t slot : slots) {
    p.disclosures.push_back(
        {slot, salts.Salt(slot), std::string(record.type->slots[slot].name), record.values[slot]});
  }
  p.multiproof = tree.Multiproof(slots);
  p.commitment = tree.commitment();
  p.position = credential.position;
  p.commitment_path = credential.commitment_path;
  p.receipt = credential.receipt;
  p.verification_proof = verification_proof;
  return p;
}

}  // namespace symbolon::identity
