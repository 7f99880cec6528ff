#pragma once
// What a verifier pins: the genesis, and so the origin, the network id, the nodes' keys and the issuers'
// keys. Everything else that a verifier is handed is checked against it.

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger/checkpoint/verifier_key.h"
#include "ledger/genesis.h"
#include "ledger/proof_failure.h"

namespace symbolon::ledger {

// A node whose cosignature on a checkpoint verified.
struct Cosigner {
  std::string node;
  std::string agency;
  bool voter = false;
  uint64_t time_s = 0;  // when it says it saw this tree as the largest
};

struct CheckpointFacts {
  uint64_t size = 0;
  Digest root{};
  std::vector<std::string> log_signers;  // names of nodes whose log key signed
  std::vector<Cosigner> cosigners;
  // Cosigned by a majority of the registry's voters. Only then does more than the answering node vouch for
  // it.
  bool final = false;
  // When final: the latest time at which a majority of voters had cosigned. Else the latest cosignature's
  // time, 0 if there is none.
  uint64_t time_s = 0;
};

struct CheckpointPolicy {
  bool require_final = false;
};

// Immutable, thread-safe.
class Trust {
 public:
  // InvalidArgument when the bytes are no valid genesis. How the bytes came is the caller's business: whoever
  // chooses the genesis chooses the network.
  static absl::StatusOr<Trust> FromGenesis(ByteView genesis_bytes);

  const Genesis& genesis() const { return genesis_; }
  const Registry& registry() const { return genesis_.registry; }
  const Digest& network() const { return network_; }

  // Checks a checkpoint note: right origin, no bad signature by a known key, and at least one good one.
  // Signatures by unknown keys are ignored, as C2SP signed-note asks.
  Checked<CheckpointFacts> VerifyCheckpoint(ByteView note, const CheckpointPolicy& policy = {}) const;

 private:
  Trust() = default;
  Genesis genesis_;
  Digest network_{};
  std::vector<VerifierKey> keys_;  // of node n: keys_[2n] its log key, keys_[2n + 1] its cosigning key
  std::vector<Cosigner> owners_;   // of node n
  size_t voters_ = 0;
};

}  // namespace symbolon::ledger
