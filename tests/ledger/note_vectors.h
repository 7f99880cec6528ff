#pragma once
// The published notes of tests/vectors/signed_note.json and the keys in them.

#include <string>
#include <vector>

#include "base/ed25519.h"
#include "ledger/checkpoint/verifier_key.h"
#include "tests/ledger/vectors.h"

namespace symbolon::ledger {

inline std::vector<VerifierKey> VerifierKeysOf(const nlohmann::json& vkeys) {
  std::vector<VerifierKey> keys;
  for (const auto& vkey : vkeys) keys.push_back(VerifierKey::Parse(vkey.get<std::string>()).value());
  return keys;
}

inline SigningKey SigningKeyOf(const nlohmann::json& seed_hex) {
  const Digest seed = DigestOf(seed_hex);
  return SigningKey::FromSeed(Secret<32>(seed));
}

// The note of a tree of eight leaves, with a log signature and three cosignatures.
inline nlohmann::json ExampleNote() {
  return Vectors("signed_note.json")["generated"][0];
}

}  // namespace symbolon::ledger
