#pragma once
// Canonical form of `bytes` (docs/records.md section 2.7): raw, in files hexadecimal.

#include "identity/canonical/text.h"

namespace symbolon::identity {

inline constexpr size_t kMaxBytesValue = 64;

// From hexadecimal in either case to raw bytes, 1-64 of them (so that no template or image fits). kBadBytes,
// kTooLong.
Canonical<Bytes> CanonicalHexBytes(ByteView value);

}  // namespace symbolon::identity
