#include "ledger/merkle/hash.h"

#include <cstdlib>

namespace symbolon::ledger {
namespace {

// No leaf of ours is made of more parts than a handful; the bound keeps the list off the heap.
constexpr size_t kMaxParts = 7;

}  // namespace

Digest LeafHash(std::initializer_list<ByteView> parts) {
  if (parts.size() > kMaxParts) std::abort();
  ByteView all[1 + kMaxParts];
  all[0] = ByteView("\x00", 1);
  size_t n = 1;
  for (const ByteView part : parts) all[n++] = part;
  // Unused places are empty parts, which add nothing to a hash.
  static_assert(kMaxParts == 7);
  return Sha256({all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7]});
}

}  // namespace symbolon::ledger
