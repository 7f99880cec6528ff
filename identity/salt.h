#pragma once
// Salts of a record. One 32-byte secret per record gives a salt for each of its slots: destroying the secret
// erases the record for ever, and one disclosed salt tells nothing of the others. docs/formats.md section 3.

#include <sodium.h>

#include <cstdint>

#include "base/bytes.h"
#include "base/secret.h"

namespace symbolon::identity {

using RecordSecret = Secret<32>;

// Record type and version: what a record tree's leaves are bound to.
struct TypeId {
  uint16_t type = 0;
  uint8_t version = 0;
  friend bool operator==(const TypeId&, const TypeId&) = default;
};

// HMAC-SHA-512 (RFC 2104, RFC 4231) under one key, which is scheduled once and then used for many messages.
// The key schedule is wiped at the end. Const calls are thread-safe.
class HmacSha512 {
 public:
  explicit HmacSha512(ByteView key);
  ~HmacSha512();
  HmacSha512(const HmacSha512&) = delete;
  HmacSha512& operator=(const HmacSha512&) = delete;

  std::array<uint8_t, 64> Mac(ByteView message) const;

 private:
  crypto_auth_hmacsha512_state keyed_;
};

// Derives the salts of one record:
//   salt(slot) = first 32 bytes of HMAC-SHA-512(secret, label || u16 type || u8 version || u8 slot).
class SaltDeriver {
 public:
  SaltDeriver(const RecordSecret& secret, TypeId type);

  Digest Salt(uint8_t slot) const;

 private:
  HmacSha512 hmac_;
  TypeId type_;
};

}  // namespace symbolon::identity
