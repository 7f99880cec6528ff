#include "identity/import/key_index.h"

#include <sodium.h>

namespace symbolon::identity {

bool KeyIndex::Insert(ByteView value) {
  static_assert(crypto_shorthash_siphashx24_BYTES == 16 && crypto_shorthash_siphashx24_KEYBYTES == 16);
  Fingerprint fingerprint;
  crypto_shorthash_siphashx24(fingerprint.data(), Data(value), value.size(), key_.data());
  return seen_.insert(fingerprint).second;
}

}  // namespace symbolon::identity
