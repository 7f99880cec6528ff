#pragma once
// What a verifier pins: the genesis, and so the origin, the network id, the stewards' keys, the first nodes'
// keys and the issuers' keys. Everything else that a verifier is handed is checked against it, also who the
// nodes are since: each change of them carries the signatures of stewards.

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger/checkpoint/verifier_key.h"
#include "ledger/genesis.h"
#include "ledger/membership.h"
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

// A value. Thread-safe while nobody calls Follow.
class Trust {
 public:
  // InvalidArgument when the bytes are no valid genesis. How the bytes came is the caller's business: whoever
  // chooses the genesis chooses the network.
  static absl::StatusOr<Trust> FromGenesis(ByteView genesis_bytes);

  // Takes in one more decision or configuration: ledger::Follow. Somebody who leaves out what was accepted
  // for what was not is found out by the first seal (kRegistryDiffers).
  absl::Status Follow(ByteView entry_header);

  const Genesis& genesis() const { return genesis_; }
  // As far as it was followed.
  const Membership& membership() const { return membership_; }
  const Registry& registry() const { return *membership_.registry; }
  const Digest& network() const { return membership_.network; }

  // Whether a seal may state this registry: false when the digest of that version is known and another.
  bool MayBeRegistry(uint64_t version, const Digest& digest) const;

  // Checks a checkpoint note: right origin, no bad signature by a known key, and at least one good one. Known
  // are the keys of the nodes that were members when the ledger had the checkpoint's size; signatures by
  // others are ignored, as C2SP signed-note asks.
  Checked<CheckpointFacts> VerifyCheckpoint(ByteView note, const CheckpointPolicy& policy = {}) const;

 private:
  // The nodes as one version of the registry has them.
  struct Epoch {
    uint64_t from_size = 0;  // of the ledger: the decision is covered
    Digest registry_digest{};
    std::vector<VerifierKey> keys;  // of node n: keys[2n] its log key, keys[2n + 1] its cosigning key
    std::vector<Cosigner> owners;   // of node n
    size_t voters = 0;
  };

  Trust() = default;
  absl::Status AddEpoch(uint64_t from_size);
  const Epoch& EpochAt(uint64_t tree_size) const;

  Genesis genesis_;
  Membership membership_;
  std::vector<std::shared_ptr<const Epoch>> epochs_;  // by registry version
};

}  // namespace symbolon::ledger
