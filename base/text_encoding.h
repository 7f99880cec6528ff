#pragma once
// Hexadecimal and base64, strict: exactly one text for a byte string.

#include <absl/status/statusor.h>

#include "base/bytes.h"

namespace symbolon {

std::string ToHex(ByteView bytes);  // lower case
inline std::string ToHex(const Digest& d) { return ToHex(View(d)); }
// InvalidArgument unless even length, [0-9a-f] only.
absl::StatusOr<Bytes> FromHex(std::string_view hex);
absl::StatusOr<Digest> DigestFromHex(std::string_view hex);

std::string ToBase64(ByteView bytes);     // RFC 4648 section 4, padded
std::string ToBase64Url(ByteView bytes);  // RFC 4648 section 5, no padding
// InvalidArgument on any other alphabet, missing or extra padding, white space, or non-zero spare bits.
absl::StatusOr<Bytes> FromBase64(std::string_view text);
absl::StatusOr<Bytes> FromBase64Url(std::string_view text);

}  // namespace symbolon
