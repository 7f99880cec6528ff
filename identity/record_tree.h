#pragma once
// The record tree: one RFC 6962 leaf for each of the 32 slots, absent ones under their normal salt too, so
// that nobody sees which are there. Its root is the commitment, all that the ledger ever holds of a record.
// Bytes: docs/formats.md section 3.

#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "identity/record.h"
#include "identity/salt.h"

namespace symbolon::identity {

inline TypeId TypeIdOf(const RecordType& type) {
  return {type.type, type.version};
}

// Appends the leaf data of one slot. `name` has 1..64 bytes and `value` at most 65535, else it aborts:
// callers check what comes from outside.
void AppendAttributeLeaf(TypeId type, uint8_t slot, const Digest& salt, ByteView name,
                         const std::optional<ByteView>& value, Bytes& out);

// The number of hashes in the multiproof of these slots (each < 32, at least one).
size_t MultiproofLength(std::span<const uint8_t> slots);

// The tree of one record with its leaf hashes and inner nodes (2 KiB, no salts and no values). Copyable;
// const calls are thread-safe.
class RecordTree {
 public:
  // InvalidArgument, naming the slot, when a present value is empty or longer than 65535 bytes, or a reserved
  // slot is filled.
  static absl::StatusOr<RecordTree> Build(const Record& record, const RecordSecret& secret);

  const Digest& commitment() const { return nodes_[1]; }
  const Digest& leaf_hash(uint8_t slot) const { return nodes_[kSlotCount + slot]; }
  // The hashes that a verifier of `slots` (ascending, each < 32, at least one) lacks, each once, depth first
  // and left to right.
  std::vector<Digest> Multiproof(std::span<const uint8_t> slots) const;

 private:
  RecordTree() = default;

  // As a heap: the root is node 1, the children of i are 2i and 2i + 1, slot s is node 32 + s.
  std::array<Digest, 2 * kSlotCount> nodes_;
};

}  // namespace symbolon::identity
