#pragma once
// Which keys a file has had so far, without keeping them: a keyed fingerprint of 16 bytes each
// (SipHash-2-4-128), so that a file of millions of rows fits in memory and a memory image shows no personal
// number.

#include <absl/container/flat_hash_set.h>

#include <array>

#include "base/bytes.h"

namespace symbolon::identity {

using FingerprintKey = std::array<uint8_t, 16>;

// Not thread-safe. Two different keys are taken for one with a probability of n^2 / 2^129 for n rows.
class KeyIndex {
 public:
  // `key` is fresh and random for each file.
  explicit KeyIndex(const FingerprintKey& key) : key_(key) {}

  // False when the same bytes were inserted before.
  bool Insert(ByteView value);

  size_t size() const { return seen_.size(); }

 private:
  using Fingerprint = std::array<uint8_t, 16>;

  FingerprintKey key_;
  absl::flat_hash_set<Fingerprint> seen_;
};

}  // namespace symbolon::identity
