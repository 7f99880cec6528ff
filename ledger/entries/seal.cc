#include "ledger/entries/seal.h"

#include "base/encoding.h"
#include "base/labels.h"

namespace symbolon::ledger {

Bytes EncodeSeal(const Seal& seal) {
  Writer out;
  out.Label(labels::kSeal)
      .Fixed(seal.network)
      .U64(seal.previous_index)
      .Fixed(seal.status_root)
      .U64(seal.status_count)
      .U64(seal.registry_version)
      .Fixed(seal.registry_digest)
      .U8(static_cast<uint8_t>(seal.further_roots.size()));
  for (const NamedRoot& further : seal.further_roots) out.Vec8(further.name).Fixed(further.root);
  return out.Take();
}

absl::StatusOr<Seal> DecodeSeal(ByteView payload) {
  Reader in(payload, "seal");
  Seal seal;
  in.Label(labels::kSeal);
  seal.network = in.Fixed32("network");
  seal.previous_index = in.U64("previous seal");
  seal.status_root = in.Fixed32("status root");
  seal.status_count = in.U64("status count");
  seal.registry_version = in.U64("registry version");
  seal.registry_digest = in.Fixed32("registry digest");
  const uint8_t count = in.U8("further roots");
  if (in.CanHold(count, 1 + 32, "further roots")) seal.further_roots.reserve(count);
  for (uint8_t i = 0; i < count && in.ok(); ++i) {
    NamedRoot further;
    further.name = in.Vec8("name of a further root", 1);
    further.root = in.Fixed32("further root");
    seal.further_roots.push_back(std::move(further));
  }
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return end;
  return seal;
}

}  // namespace symbolon::ledger
