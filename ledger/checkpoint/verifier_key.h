#pragma once
// Public keys of signed notes (C2SP signed-note v1): name, type and key as one value, and their text form,
// the vkey: "<name>+<key id, 8 hex digits>+<base64(type || public key)>".

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/ed25519.h"
#include "ledger/checkpoint/signature_type.h"

namespace symbolon::ledger {

// Not empty, UTF-8, no Unicode space, no control character, no '+'.
bool IsKeyName(std::string_view name);

// The first four bytes, big-endian, of SHA-256(name || 0x0A || type || public key). It finds a key; it proves
// nothing: keys with equal ids are easily made.
uint32_t NoteKeyId(std::string_view name, SignatureType type, ByteView public_key);

// A key that a verifier trusts for something. A value.
class VerifierKey {
 public:
  // InvalidArgument for a bad name or a key that may not be registered (base/ed25519.h).
  static absl::StatusOr<VerifierKey> Make(std::string name, SignatureType type, const PublicKey& key);
  // InvalidArgument when the text is not one vkey, its key id is not that of its key, its type is not
  // supported, or as above.
  static absl::StatusOr<VerifierKey> Parse(std::string_view vkey);

  std::string ToString() const;  // the vkey

  const std::string& name() const { return name_; }
  SignatureType type() const { return type_; }
  uint32_t id() const { return id_; }
  const PublicKey& key() const { return key_; }

  bool operator==(const VerifierKey&) const = default;

 private:
  VerifierKey() = default;

  std::string name_;
  SignatureType type_ = SignatureType::kEd25519;
  uint32_t id_ = 0;
  PublicKey key_{};
};

}  // namespace symbolon::ledger
