#pragma once
// Secret bytes: wiped when they go, never copied by accident, never printable.

#include <sodium.h>

#include <array>
#include <cstring>

#include "base/bytes.h"

namespace symbolon {

// N secret bytes, move-only. Wiped (sodium_memzero) on destruction and after a move.
template <size_t N>
class Secret {
 public:
  Secret() = default;
  explicit Secret(const std::array<uint8_t, N>& bytes) : bytes_(bytes) {}
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { other.Wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      other.Wipe();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { Wipe(); }

  // Fresh bytes from libsodium's generator.
  static Secret Random() {
    Secret s;
    randombytes_buf(s.bytes_.data(), N);
    return s;
  }

  // A deliberate copy.
  Secret Clone() const { return Secret(bytes_); }

  ByteView view() const { return View(bytes_); }
  uint8_t* data() { return bytes_.data(); }
  const uint8_t* data() const { return bytes_.data(); }
  static constexpr size_t size() { return N; }
  void Wipe() { sodium_memzero(bytes_.data(), N); }

 private:
  std::array<uint8_t, N> bytes_{};
};

// Wipes a string that held secret or personal data when the scope ends.
class WipeOnExit {
 public:
  explicit WipeOnExit(std::string& s) : s_(s) {}
  ~WipeOnExit() { sodium_memzero(s_.data(), s_.size()); }
  WipeOnExit(const WipeOnExit&) = delete;
  WipeOnExit& operator=(const WipeOnExit&) = delete;

 private:
  std::string& s_;
};

}  // namespace symbolon
