#pragma once
// Merkle hashing of RFC 6962 section 2.1 with SHA-256. Leaves and inner nodes are hashed under different
// prefixes, so that neither can pass for the other. Pure, thread-safe, no allocation.

#include <cstring>
#include <initializer_list>

#include "base/bytes.h"
#include "base/sha256.h"

namespace symbolon::ledger {

// H(0x00 || data).
inline Digest LeafHash(ByteView data) {
  return Sha256({ByteView("\x00", 1), data});
}

// The leaf hash of the parts one after the other, without joining them first.
Digest LeafHash(std::initializer_list<ByteView> parts);

// H(0x01 || left || right).
inline Digest NodeHash(const Digest& left, const Digest& right) {
  // One buffer, one update: half the cost of all of this is in the calls around the two compressions.
  char input[1 + 2 * sizeof(Digest)];
  input[0] = 1;
  std::memcpy(input + 1, left.data(), sizeof(Digest));
  std::memcpy(input + 1 + sizeof(Digest), right.data(), sizeof(Digest));
  return Sha256(ByteView(input, sizeof input));
}

// The root of the tree without leaves: H("").
inline constexpr Digest kEmptyRoot = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                                      0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                                      0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
inline const Digest& EmptyRoot() {
  return kEmptyRoot;
}

}  // namespace symbolon::ledger
