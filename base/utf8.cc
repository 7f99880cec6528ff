#include "base/utf8.h"

#include <cstdint>

namespace symbolon {
namespace {

bool IsContinuation(uint8_t byte) {
  return (byte & 0xc0) == 0x80;
}

// The length of the well-formed sequence at the start of `bytes`, or 0 (RFC 3629 section 4).
size_t SequenceLength(ByteView bytes) {
  const auto at = [&](size_t i) { return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : uint8_t{0}; };
  const uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (!IsContinuation(at(1))) return 0;
  if (first < 0xe0) return 2;
  if (first == 0xe0 && at(1) < 0xa0) return 0;  // not the shortest form
  if (first == 0xed && at(1) > 0x9f) return 0;  // surrogates
  if (first == 0xf0 && at(1) < 0x90) return 0;  // not the shortest form
  if (first == 0xf4 && at(1) > 0x8f) return 0;  // past U+10FFFF
  if (!IsContinuation(at(2))) return 0;
  if (first < 0xf0) return 3;
  return IsContinuation(at(3)) ? 4 : 0;
}

}  // namespace

bool IsUtf8(ByteView bytes) {
  while (!bytes.empty()) {
    const size_t length = SequenceLength(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

}  // namespace symbolon
