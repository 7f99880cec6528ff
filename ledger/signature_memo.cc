#include "ledger/signature_memo.h"

#include "base/sha256.h"

namespace symbolon::ledger {

bool BoundedSignatureMemo::Contains(const Digest& what) const {
  return young_.contains(what) || old_.contains(what);
}

void BoundedSignatureMemo::Insert(const Digest& what) {
  if (young_.size() >= capacity_) {
    old_ = std::move(young_);
    young_ = {};
  }
  young_.insert(what);
}

bool VerifySignatureOnce(SignatureMemo* memo, const PublicKey& key, ByteView message,
                         const Signature& signature) {
  if (memo == nullptr) return VerifySignature(key, message, signature);
  // Key and signature have fixed sizes, so that no two triples give the same bytes.
  const Digest what = Sha256({View(key), View(signature), message});
  if (memo->Contains(what)) return true;
  if (!VerifySignature(key, message, signature)) return false;
  memo->Insert(what);
  return true;
}

}  // namespace symbolon::ledger
