#pragma once
// A proposal on its way from one steward to the next, as a file: what is to be signed, and who has signed.
//
//   {"format": "symbolon-proposal/v1", "proposal": base64, "signatures": [{"agency", "key_id", "signature":
//   base64}],
//    "says": "for reading only; what is signed is `proposal`"}

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger/entries/governance.h"

namespace symbolon::cli {

struct ProposalFile {
  Bytes proposal;  // exact bytes: what is signed
  std::vector<ledger::StewardSignature> signatures;

  // What the bytes say.
  absl::StatusOr<ledger::Proposal> Decode() const { return ledger::DecodeProposal(proposal); }
};

// InvalidArgument, naming file and field.
absl::StatusOr<ProposalFile> ReadProposalFile(const std::string& file);
absl::Status WriteProposalFile(const std::string& file, const ProposalFile& proposal);

// A steward: the folder's steward.toml, with the key and the genesis that it names.
struct StewardFile {
  ledger::Steward steward;
  SigningKey key;
  Digest network{};
  uint8_t threshold = 0;
};

// Refuses a key file that others may read, and a key that the genesis does not name for this steward.
absl::StatusOr<StewardFile> ReadStewardFile(const std::string& file);

}  // namespace symbolon::cli
