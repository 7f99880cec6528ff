#include "base/ed25519.h"

#include <sodium.h>

#include <cstring>

namespace symbolon {

SigningKey SigningKey::FromSeed(const Secret<32>& seed) {
  SigningKey key;
  crypto_sign_seed_keypair(key.public_key_.data(), key.secret_.data(), seed.data());
  return key;
}

Signature SigningKey::Sign(ByteView message) const {
  Signature s;
  crypto_sign_detached(s.data(), nullptr, Data(message), message.size(), secret_.data());
  return s;
}

Secret<32> SigningKey::Seed() const {
  Secret<32> seed;
  crypto_sign_ed25519_sk_to_seed(seed.data(), secret_.data());
  return seed;
}

bool VerifySignature(const PublicKey& key, ByteView message, ByteView signature) {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(Data(signature), Data(message), message.size(), key.data()) == 0;
}

bool IsRegistrable(const PublicKey& key) { return crypto_core_ed25519_is_valid_point(key.data()) == 1; }

absl::StatusOr<PublicKey> PublicKeyFromBytes(ByteView bytes) {
  PublicKey key;
  if (bytes.size() != key.size()) return absl::InvalidArgumentError("a public key has 32 bytes");
  std::memcpy(key.data(), bytes.data(), key.size());
  return key;
}

}  // namespace symbolon
