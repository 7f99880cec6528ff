#pragma once
// What a holder shows to a verifier: some attributes of one record with their salts, the hashes that lead
// from them to the commitment, from the commitment to the signed batch, and the receipt that leads from there
// to a checkpoint. Nothing of the other attributes, not even whether they are there, and no look-up tag.
// Bytes: docs/formats.md section 10.

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "identity/salt.h"

namespace symbolon::identity {

// One disclosed slot. An absent value discloses that the record has none there (proof of absence).
struct Disclosure {
  uint8_t slot = 0;
  Digest salt{};
  std::string name;
  std::optional<Bytes> value;  // canonical bytes
  friend bool operator==(const Disclosure&, const Disclosure&) = default;
};

struct Presentation {
  Digest network{};
  TypeId type;
  std::vector<Disclosure> disclosures;  // 1..32, ascending slot
  std::vector<Digest> multiproof;       // from the disclosed leaves to the commitment
  Digest commitment{};                  // redundant, and checked: tells a wrong value from a wrong receipt
  uint32_t position = 0;
  std::vector<Digest> commitment_path;
  Bytes receipt;                            // encoded, as the node gave it
  std::optional<Bytes> verification_proof;  // encoded
  friend bool operator==(const Presentation&, const Presentation&) = default;
};

inline constexpr size_t kMaxDisclosures = 32;
// Longest text that DecodePresentationText looks at: 32 values of the greatest length, in base64url, and
// room.
inline constexpr size_t kMaxPresentationText = size_t{3} << 20;
inline constexpr std::string_view kPresentationArmour = "symbolon-presentation-v1:";

// InvalidArgument when a field does not fit the format (disclosures not ascending, a name of no bytes, ...).
absl::StatusOr<Bytes> EncodePresentation(const Presentation& presentation);
// Accepts exactly what EncodePresentation writes. Says nothing about truth: see verify_presentation.h.
absl::StatusOr<Presentation> DecodePresentation(ByteView bytes);

// One line without its end: kPresentationArmour and unpadded base64url. Reading allows one line end.
absl::StatusOr<std::string> EncodePresentationText(const Presentation& presentation);
absl::StatusOr<Presentation> DecodePresentationText(std::string_view text);

}  // namespace symbolon::identity
