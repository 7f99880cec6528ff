#pragma once
// UTF-8 as RFC 3629 defines it.

#include "base/bytes.h"

namespace symbolon {

// Whether the bytes are well-formed: shortest forms only, no surrogates, nothing past U+10FFFF. Empty is.
bool IsUtf8(ByteView bytes);

}  // namespace symbolon
