#include "base/text_encoding.h"

#include <sodium.h>

#include <cstring>

#include "base/status_macros.h"

namespace symbolon {
namespace {

std::string Encode(ByteView bytes, int variant) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), Data(bytes), bytes.size(), variant);
  out.pop_back();  // libsodium's terminating NUL
  return out;
}

absl::StatusOr<Bytes> Decode(std::string_view text, int variant) {
  Bytes out(text.size() / 4 * 3 + 3, '\0');
  size_t n = 0;
  const char* end = nullptr;
  bool ok = sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(),
                              nullptr, &n, &end, variant) == 0;
  if (!ok || end != text.data() + text.size()) return absl::InvalidArgumentError("not valid base64");
  out.resize(n);
  // Only the canonical text is accepted, whatever the decoder forgives.
  if (Encode(out, variant) != text) return absl::InvalidArgumentError("not canonical base64");
  return out;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string ToHex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    out.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kDigits[c & 15]);
  }
  return out;
}

absl::StatusOr<Bytes> FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return absl::InvalidArgumentError("hexadecimal text has an odd length");
  Bytes out;
  out.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    int hi = HexValue(hex[i]), lo = HexValue(hex[i + 1]);
    if (hi < 0 || lo < 0) return absl::InvalidArgumentError("not lower-case hexadecimal");
    out.push_back(static_cast<char>(hi << 4 | lo));
  }
  return out;
}

absl::StatusOr<Digest> DigestFromHex(std::string_view hex) {
  ASSIGN_OR_RETURN(Bytes raw, FromHex(hex));
  Digest d;
  if (raw.size() != d.size()) return absl::InvalidArgumentError("expected 64 hexadecimal digits");
  std::memcpy(d.data(), raw.data(), d.size());
  return d;
}

std::string ToBase64(ByteView bytes) { return Encode(bytes, sodium_base64_VARIANT_ORIGINAL); }
std::string ToBase64Url(ByteView bytes) { return Encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING); }
absl::StatusOr<Bytes> FromBase64(std::string_view t) { return Decode(t, sodium_base64_VARIANT_ORIGINAL); }
absl::StatusOr<Bytes> FromBase64Url(std::string_view t) { return Decode(t, sodium_base64_VARIANT_URLSAFE_NO_PADDING); }

}  // namespace symbolon
