#pragma once
// The holder's choice: from a credential and some of its slots to a presentation that shows nothing else.

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "identity/credential.h"
#include "identity/presentation.h"

namespace symbolon::identity {

// The slots that these names have in the catalogue, ascending. InvalidArgument, naming the name and those
// that are possible, for an unknown or repeated one, or when there is none.
absl::StatusOr<std::vector<uint8_t>> SlotsByName(const RecordType& type, std::span<const std::string> names);

// Discloses these slots (strictly ascending, each < 32, at least one); one that the record lacks is disclosed
// as absent. `verification_proof` is the encoded answer of a node about this attestation, if the holder has
// one. InvalidArgument when the slots are not as above or the credential holds what fits no leaf. Says
// nothing of whether the credential is sound: see CheckCredential.
absl::StatusOr<Presentation> Present(const Credential& credential, std::span<const uint8_t> slots,
                                     const std::optional<Bytes>& verification_proof = std::nullopt);

}  // namespace symbolon::identity
