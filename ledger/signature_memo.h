#pragma once
// Remembers which signatures were found valid, so that a leader that checked a transaction before proposing
// it does not verify the same bytes again when it applies them.
//
// It cannot change a verdict: what is remembered is a hash over key, signature and message together, and only
// ever that they verified.

#include <absl/container/flat_hash_set.h>

#include "base/bytes.h"
#include "base/ed25519.h"

namespace symbolon::ledger {

class SignatureMemo {
 public:
  virtual ~SignatureMemo() = default;
  virtual bool Contains(const Digest& what) const = 0;
  virtual void Insert(const Digest& what) = 0;
};

// Keeps between `capacity` and twice as many of the latest. Not thread-safe: who shares one between threads
// locks around it (node/shared_memo.h).
class BoundedSignatureMemo : public SignatureMemo {
 public:
  explicit BoundedSignatureMemo(size_t capacity) : capacity_(capacity) {}
  bool Contains(const Digest& what) const override;
  void Insert(const Digest& what) override;

 private:
  const size_t capacity_;
  absl::flat_hash_set<Digest> young_;
  absl::flat_hash_set<Digest> old_;
};

// VerifySignature, asking the memo first and telling it of success. `memo` may be null.
bool VerifySignatureOnce(SignatureMemo* memo, const PublicKey& key, ByteView message,
                         const Signature& signature);

}  // namespace symbolon::ledger
