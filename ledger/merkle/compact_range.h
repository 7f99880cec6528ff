#pragma once
// A tree that can only grow, held as the hashes of the complete subtrees along its right edge: O(log n)
// state, one hash per append on average. Enough for the root at every size; proofs need the nodes themselves
// (proof_builder.h).
//
// Copyable. Not thread-safe.

#include <absl/status/statusor.h>

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "ledger/merkle/hash.h"

namespace symbolon::ledger {

class CompactRange {
 public:
  CompactRange() = default;

  // From a persisted size and hashes(). InvalidArgument when their number does not go with the size. Hashes
  // themselves cannot be checked here: compare Root() with something signed.
  static absl::StatusOr<CompactRange> FromHashes(uint64_t size, std::vector<Digest> hashes);

  // Size 2^64 - 1 is the end.
  void Append(const Digest& leaf_hash) {
    Append(leaf_hash, [](uint8_t, uint64_t, const Digest&) {});
  }

  // Also calls on_complete(level, index, hash) for each subtree that the leaf completes, from level 0 (the
  // leaf itself) up: these are the nodes to be stored.
  template <typename OnComplete>
  void Append(const Digest& leaf_hash, OnComplete&& on_complete) {
    Digest hash = leaf_hash;
    uint8_t level = 0;
    on_complete(level, size_, hash);
    for (uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
      hash = NodeHash(hashes_.back(), hash);
      hashes_.pop_back();
      ++level;
      on_complete(level, rest >> 1, hash);
    }
    hashes_.push_back(hash);
    ++size_;
  }

  uint64_t size() const { return size_; }
  // The empty root at size 0.
  Digest Root() const;
  // One for each bit set in size(), largest subtree first.
  const std::vector<Digest>& hashes() const { return hashes_; }

  bool operator==(const CompactRange&) const = default;

 private:
  uint64_t size_ = 0;
  std::vector<Digest> hashes_;
};

}  // namespace symbolon::ledger
