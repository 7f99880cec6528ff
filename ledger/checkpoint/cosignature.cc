#include "ledger/checkpoint/cosignature.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "base/encoding.h"

namespace symbolon::ledger {

Bytes CosignatureMessage(ByteView checkpoint_text, uint64_t time_s) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time_s, checkpoint_text);
}

NoteSignature Cosign(const Checkpoint& checkpoint, std::string cosigner_name, const SigningKey& cosigning_key,
                     uint64_t time_s) {
  if (time_s > kMaxCosignatureTime) std::abort();
  const Signature signed_message =
      cosigning_key.Sign(CosignatureMessage(FormatCheckpoint(checkpoint), time_s));
  NoteSignature signature;
  signature.key_id = NoteKeyId(cosigner_name, SignatureType::kCosignature, View(cosigning_key.public_key()));
  signature.name = std::move(cosigner_name);
  signature.signature = Writer().U64(time_s).Raw(View(signed_message)).Take();
  return signature;
}

absl::StatusOr<uint64_t> VerifyCosignature(const Checkpoint& checkpoint, const PublicKey& cosigning_key,
                                           ByteView cosignature) {
  return VerifyCosignatureOfText(cosigning_key, FormatCheckpoint(checkpoint), cosignature);
}

absl::StatusOr<uint64_t> VerifyCosignatureOfText(const PublicKey& cosigning_key, ByteView checkpoint_text,
                                                 ByteView cosignature) {
  if (cosignature.size() != kCosignatureSize) {
    return absl::InvalidArgumentError(
        fmt::format("a cosignature has {} bytes, not {}", kCosignatureSize, cosignature.size()));
  }
  const uint64_t time_s = Reader(cosignature, "cosignature").U64("time");
  if (time_s > kMaxCosignatureTime) {
    return absl::InvalidArgumentError("the cosignature's time is past 2^63 - 1 seconds");
  }
  if (!VerifySignature(cosigning_key, CosignatureMessage(checkpoint_text, time_s), cosignature.substr(8))) {
    return absl::FailedPreconditionError("the cosignature does not verify");
  }
  return time_s;
}

}  // namespace symbolon::ledger
