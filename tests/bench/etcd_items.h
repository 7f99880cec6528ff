#pragma once
// Keys and values for etcd, of as many bytes as what they are compared with.

#include "base/sha256.h"
#include "tests/bench/etcd_client.h"

namespace symbolon::bench {

// The n-th key: 32 bytes that look random, as commitments do, and need not be remembered.
inline Bytes KeyOf(uint64_t n) {
  return Bytes(View(Sha256(ByteView(reinterpret_cast<const char*>(&n), sizeof n))));
}

// Key and value together have `bytes` bytes.
inline EtcdClient::Item ItemOf(uint64_t n, size_t bytes) {
  Bytes key = KeyOf(n);
  Bytes value;
  while (key.size() + value.size() < bytes) value += key.substr(0, bytes - key.size() - value.size());
  return {std::move(key), std::move(value)};
}

}  // namespace symbolon::bench
