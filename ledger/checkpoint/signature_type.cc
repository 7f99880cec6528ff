#include "ledger/checkpoint/signature_type.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include "ledger/checkpoint/cosignature.h"

namespace symbolon::ledger {
namespace {

absl::StatusOr<uint64_t> VerifyEd25519(const PublicKey& key, ByteView text, ByteView signature) {
  if (!VerifySignature(key, text, signature)) {
    return absl::FailedPreconditionError("the signature does not verify");
  }
  return 0;
}

struct Row {
  SignatureType type;
  size_t signature_size;
  absl::StatusOr<uint64_t> (*verify)(const PublicKey& key, ByteView text, ByteView signature);
};

constexpr Row kRows[] = {
    {SignatureType::kEd25519, sizeof(Signature), VerifyEd25519},
    {SignatureType::kCosignature, kCosignatureSize, VerifyCosignatureOfText},
};

const Row* Find(SignatureType type) {
  for (const Row& row : kRows) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

}  // namespace

bool IsSupported(SignatureType type) {
  return Find(type) != nullptr;
}

size_t SignatureSize(SignatureType type) {
  return Find(type)->signature_size;
}

absl::StatusOr<uint64_t> VerifyNoteSignature(SignatureType type, const PublicKey& key, ByteView text,
                                             ByteView signature) {
  const Row* row = Find(type);
  if (row == nullptr) {
    return absl::UnimplementedError(
        fmt::format("signature type 0x{:02x} is not supported", static_cast<uint8_t>(type)));
  }
  if (signature.size() != row->signature_size) {
    return absl::InvalidArgumentError(fmt::format("a signature of type 0x{:02x} has {} bytes, not {}",
                                                  static_cast<uint8_t>(type), row->signature_size,
                                                  signature.size()));
  }
  return row->verify(key, text, signature);
}

}  // namespace symbolon::ledger
