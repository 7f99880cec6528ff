#include "ledger/path.h"

#include <cstdlib>

#include "ledger/merkle/proof.h"

namespace symbolon::ledger {
namespace {

// Levels at which the leaf's ancestor has a sibling; a lone right node moves up without one.
size_t PathLength(uint64_t index, uint64_t size) {
  size_t length = 0;
  for (uint64_t last = size - 1; last > 0; index /= 2, last /= 2) {
    if (index % 2 == 1 || index < last) ++length;
  }
  return length;
}

}  // namespace

void WritePath(std::span<const Digest> path, Writer& out) {
  if (path.size() > 0xff) std::abort();  // no tree is so deep
  out.U8(static_cast<uint8_t>(path.size()));
  for (const Digest& hash : path) out.Fixed(hash);
}

std::vector<Digest> ReadPath(Reader& in, const char* field) {
  std::vector<Digest> path;
  const uint8_t count = in.U8(field);
  if (in.CanHold(count, sizeof(Digest), field)) path.reserve(count);
  for (uint8_t i = 0; i < count && in.ok(); ++i) path.push_back(in.Fixed32(field));
  return path;
}

std::optional<NotVerified> CheckPath(const Digest& leaf_hash, uint64_t index, uint64_t size,
                                     std::span<const Digest> path, const Digest& root,
                                     const std::string& part) {
  if (index >= size) return NotVerified{ProofFailure::kIndexPastSize, part};
  const size_t length = PathLength(index, size);
  if (path.size() < length) return NotVerified{ProofFailure::kMissingHash, part};
  if (path.size() > length) return NotVerified{ProofFailure::kExtraHash, part};
  const absl::StatusOr<Digest> reached = RootFromInclusion(leaf_hash, index, size, path);
  if (!reached.ok() || *reached != root) return NotVerified{ProofFailure::kWrongRoot, part};
  return std::nullopt;
}

}  // namespace symbolon::ledger
