// OpenSSL 3 deprecates the one-shot context functions in favour of EVP, whose fetch and allocation cost more
// than hashing the 65 bytes of a Merkle node.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha256.h"

#include <openssl/sha.h>

namespace symbolon {

Digest Sha256(ByteView data) { return Sha256({data}); }

Digest Sha256(std::initializer_list<ByteView> parts) {
  SHA256_CTX ctx;
  SHA256_Init(&ctx);
  for (ByteView p : parts) SHA256_Update(&ctx, p.data(), p.size());
  Digest out;
  SHA256_Final(out.data(), &ctx);
  return out;
}

}  // namespace symbolon
