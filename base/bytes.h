#pragma once
// Byte strings. A byte string is a std::string: Protocol Buffers, RocksDB and OpenSSL all take it without a copy.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace symbolon {

using Bytes = std::string;
using ByteView = std::string_view;

// 32 bytes: a SHA-256 output, a commitment, a salt, a look-up tag.
using Digest = std::array<uint8_t, 32>;

inline ByteView View(const Digest& d) { return {reinterpret_cast<const char*>(d.data()), d.size()}; }

template <size_t N>
ByteView View(const std::array<uint8_t, N>& a) {
  return {reinterpret_cast<const char*>(a.data()), N};
}

inline const uint8_t* Data(ByteView v) { return reinterpret_cast<const uint8_t*>(v.data()); }

}  // namespace symbolon
