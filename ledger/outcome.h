#pragma once
// What applying one entry did: the verdict, and all that storage must know of it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger/attestation_source.h"
#include "ledger/decoded_entry.h"
#include "ledger/verdict.h"

namespace symbolon::ledger {

// The roots of the state right after an entry: what the next seal states.
struct StateRoots {
  uint64_t index = 0;
  Digest status_root{};
  uint64_t status_count = 0;
  uint64_t registry_version = 0;
  Digest registry_digest{};
  bool operator==(const StateRoots&) const = default;
};

struct SealOutcome {
  StateRoots stated;    // confirmed by this seal: proofs are as of this state from now on
  StateRoots captured;  // taken right after this seal: what the next one will state
  bool operator==(const SealOutcome&) const = default;
};

struct Outcome {
  uint64_t index = 0;
  Verdict verdict = Verdict::kAccepted;
  Digest leaf_hash{};
  std::optional<BatchRef> attested;       // numbers consumed, by an accepted batch or a rejected one
  std::optional<SequencePlace> sequence;  // taken by an accepted transaction or decision
  std::vector<uint64_t> changed_chunks;   // of the status register, ascending
  std::optional<SealOutcome> seal;        // accepted seals only
  bool membership_changed = false;        // by an accepted decision or configuration
  bool operator==(const Outcome&) const = default;
};

}  // namespace symbolon::ledger
