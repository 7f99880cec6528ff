#pragma once
// Ed25519 (RFC 8032) under one rule for the whole network, so that no two verifiers can differ: no cofactor,
// S < L, A and R canonical and not of small order. libsodium verifies everywhere; see docs/formats.md.

#include <absl/status/statusor.h>

#include <array>

#include "base/bytes.h"
#include "base/secret.h"

namespace symbolon {

using PublicKey = std::array<uint8_t, 32>;
using Signature = std::array<uint8_t, 64>;

// A private key. Move-only, wiped. Thread-safe for signing.
class SigningKey {
 public:
  // From a 32-byte seed (RFC 8032 section 5.1.5).
  static SigningKey FromSeed(const Secret<32>& seed);
  static SigningKey Generate() { return FromSeed(Secret<32>::Random()); }

  const PublicKey& public_key() const { return public_key_; }
  Signature Sign(ByteView message) const;
  Secret<32> Seed() const;

 private:
  SigningKey() = default;
  Secret<64> secret_;
  PublicKey public_key_{};
};

// True when the signature is valid under the one rule. Constant work, no allocation.
bool VerifySignature(const PublicKey& key, ByteView message, ByteView signature);
inline bool VerifySignature(const PublicKey& key, ByteView message, const Signature& signature) {
  return VerifySignature(key, message, View(signature));
}

// Whether a key may be registered: canonical, on the curve, in the prime-order group, not of small order.
bool IsRegistrable(const PublicKey& key);

absl::StatusOr<PublicKey> PublicKeyFromBytes(ByteView bytes);

}  // namespace symbolon
