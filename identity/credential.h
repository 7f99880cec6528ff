#pragma once
// The holder's half: a record with its secret and its receipt. Whoever holds the file can disclose any of its
// attributes; whoever loses the secret can disclose none. JSON form: docs/formats.md section 10.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "identity/record.h"
#include "identity/salt.h"

namespace symbolon::identity {

// Move-only; the secret and the values are wiped on destruction.
struct Credential {
  explicit Credential(const RecordType& type) : record(type) {}

  Digest network{};
  Record record;
  RecordSecret secret;
  uint32_t position = 0;                // in its batch
  std::vector<Digest> commitment_path;  // from the commitment to the commitment root
  Bytes receipt;                        // encoded, as a node gave it
};

inline constexpr std::string_view kCredentialFormat = "symbolon-credential/v1";
inline constexpr size_t kMaxCredentialText = size_t{4} << 20;

// JSON, indented, attributes in slot order, ending with a line feed. The caller wipes the text when done with
// it. InvalidArgument, naming the slot, for a value that is not UTF-8.
absl::StatusOr<std::string> WriteCredential(const Credential& credential);

// Reads what WriteCredential writes, white space and order of fields aside. InvalidArgument, naming the field
// and never its value, for anything else: fields unknown, missing or repeated, attributes that the
// catalogue's type does not have, wrong lengths, other notations of hex or base64. Does not check the
// receipt. Copies of values and secret that were made on the way are wiped, but for the parser's own buffers.
absl::StatusOr<Credential> ReadCredential(std::string_view json);

// Whether the parts fit: the record's commitment, recomputed, leads over position and path to the commitment
// root of the batch in the receipt, and network, type and version are that batch's. DataLoss, naming what
// does not fit, otherwise. Signatures are for the verifier to check, who has the trust bundle.
absl::Status CheckCredential(const Credential& credential);

}  // namespace symbolon::identity
