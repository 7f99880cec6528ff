#include "identity/salt.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/labels.h"

namespace symbolon::identity {

HmacSha512::HmacSha512(ByteView key) {
  crypto_auth_hmacsha512_init(&keyed_, Data(key), key.size());
}

HmacSha512::~HmacSha512() {
  sodium_memzero(&keyed_, sizeof keyed_);
}

std::array<uint8_t, 64> HmacSha512::Mac(ByteView message) const {
  crypto_auth_hmacsha512_state state = keyed_;
  std::array<uint8_t, 64> mac;
  crypto_auth_hmacsha512_update(&state, Data(message), message.size());
  crypto_auth_hmacsha512_final(&state, mac.data());
  sodium_memzero(&state, sizeof state);
  return mac;
}

SaltDeriver::SaltDeriver(const RecordSecret& secret, TypeId type) : hmac_(secret.view()), type_(type) {}

Digest SaltDeriver::Salt(uint8_t slot) const {
  constexpr ByteView label = labels::kSalt;
  std::array<uint8_t, label.size() + 5> input;
  std::memcpy(input.data(), label.data(), label.size());
  uint8_t* p = input.data() + label.size();
  p[0] = 0;
  p[1] = static_cast<uint8_t>(type_.type >> 8);
  p[2] = static_cast<uint8_t>(type_.type);
  p[3] = type_.version;
  p[4] = slot;
  std::array<uint8_t, 64> mac = hmac_.Mac(View(input));
  Digest salt;
  std::copy_n(mac.begin(), salt.size(), salt.begin());
  // The other half must not outlive the call: it is key material that nobody is shown.
  sodium_memzero(mac.data(), mac.size());
  return salt;
}

}  // namespace symbolon::identity
