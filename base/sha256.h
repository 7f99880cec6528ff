#pragma once
// SHA-256 by OpenSSL (it uses the processor's SHA extensions). Pure functions, thread-safe.

#include <initializer_list>

#include "base/bytes.h"

namespace symbolon {

Digest Sha256(ByteView data);

// The hash of the parts one after the other, without joining them first.
Digest Sha256(std::initializer_list<ByteView> parts);

}  // namespace symbolon
