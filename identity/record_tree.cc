#include "identity/record_tree.h"

#include <absl/status/status.h>
#include <fmt/format.h>
#include <sodium.h>

#include <cstdlib>

#include "base/labels.h"
#include "ledger/merkle/hash.h"

namespace symbolon::identity {
namespace {

constexpr size_t kTagSize = 16;
constexpr size_t kMaxName = 64;
constexpr size_t kMaxValue = 0xffff;

absl::Status CheckValue(const Slot& slot, const std::optional<Bytes>& value) {
  if (!value) return absl::OkStatus();
  const char* why = nullptr;
  if (slot.type == ValueType::kReserved) why = "is reserved and must stay absent";
  if (value->empty()) why = "has an empty value; an attribute without a value is absent";
  if (value->size() > kMaxValue) why = "has a value longer than 65535 bytes";
  if (why == nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("record: slot {} ({}) {}", slot.number, slot.name, why));
}

// Calls `missing` with each node that a verifier of the disclosed slots (a bit each) lacks, depth first and
// left to right. Nodes are numbered as in RecordTree; slots first..first + width - 1 are below `node`.
template <typename F>
void ForEachMissing(uint32_t disclosed, size_t node, size_t first, size_t width, const F& missing) {
  const uint64_t below = ((uint64_t{1} << width) - 1) << first;
  if ((disclosed & below) == 0) {
    missing(node);
  } else if (width > 1) {
    ForEachMissing(disclosed, 2 * node, first, width / 2, missing);
    ForEachMissing(disclosed, 2 * node + 1, first + width / 2, width / 2, missing);
  }
}

uint32_t BitsOf(std::span<const uint8_t> slots) {
  uint32_t bits = 0;
  for (const uint8_t slot : slots) bits |= uint32_t{1} << (slot % kSlotCount);
  return bits;
}

}  // namespace

void AppendAttributeLeaf(TypeId type, uint8_t slot, const Digest& salt, ByteView name,
                         const std::optional<ByteView>& value, Bytes& out) {
  if (name.empty() || name.size() > kMaxName || (value && value->size() > kMaxValue)) std::abort();
  static_assert(labels::kRecordLeaf.size() <= kTagSize);
  out.append(labels::kRecordLeaf);
  out.append(kTagSize - labels::kRecordLeaf.size(), '\0');
  const size_t length = value ? value->size() : 0;
  const char bound[] = {static_cast<char>(type.type >> 8), static_cast<char>(type.type),
                        static_cast<char>(type.version), static_cast<char>(slot)};
  const char presence[] = {static_cast<char>(value ? 1 : 0), static_cast<char>(length >> 8),
                           static_cast<char>(length)};
  out.append(bound, sizeof bound).append(View(salt));
  out.push_back(static_cast<char>(name.size()));
  out.append(name).append(presence, sizeof presence);
  if (value) out.append(*value);
}

absl::StatusOr<RecordTree> RecordTree::Build(const Record& record, const RecordSecret& secret) {
  const TypeId type = TypeIdOf(*record.type);
  const SaltDeriver salts(secret, type);
  RecordTree tree;
  Bytes leaf;  // one buffer for all slots: it grows to the longest leaf and is wiped at the end
  leaf.reserve(256);
  const WipeOnExit wipe(leaf);
  for (const Slot& slot : record.type->slots) {
    const std::optional<Bytes>& value = record.values[slot.number];
    if (absl::Status status = CheckValue(slot, value); !status.ok()) return status;
    Digest salt = salts.Salt(slot.number);
    leaf.clear();
    AppendAttributeLeaf(type, slot.number, salt, slot.name,
                        value ? std::optional<ByteView>(*value) : std::nullopt, leaf);
    sodium_memzero(salt.data(), salt.size());
    tree.nodes_[kSlotCount + slot.number] = ledger::LeafHash(leaf);
  }
  for (size_t i = kSlotCount - 1; i >= 1; --i) {
    tree.nodes_[i] = ledger::NodeHash(tree.nodes_[2 * i], tree.nodes_[2 * i + 1]);
  }
  return tree;
}

std::vector<Digest> RecordTree::Multiproof(std::span<const uint8_t> slots) const {
  std::vector<Digest> proof;
  ForEachMissing(BitsOf(slots), 1, 0, kSlotCount, [&](size_t node) { proof.push_back(nodes_[node]); });
  return proof;
}

size_t MultiproofLength(std::span<const uint8_t> slots) {
  size_t length = 0;
  ForEachMissing(BitsOf(slots), 1, 0, kSlotCount, [&](size_t) { ++length; });
  return length;
}

}  // namespace symbolon::identity
