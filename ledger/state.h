#pragma once
// The state of a ledger: a deterministic function of its entries, and the rules by which every node judges
// every entry. The same code serves a node's apply loop, rebuilding from the ledger, and audits.
//
// An entry with another verdict than accepted changes nothing but the ledger tree and the running attestation
// count; numbers that it consumed are void.
//
// Not thread-safe; const functions may run at the same time as each other, and not while a non-const one
// runs.

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "ledger/attestation_source.h"
#include "ledger/decoded_entry.h"
#include "ledger/entries/seal.h"
#include "ledger/genesis.h"
#include "ledger/membership.h"
#include "ledger/merkle/compact_range.h"
#include "ledger/outcome.h"
#include "ledger/signature_memo.h"
#include "ledger/state_snapshot.h"
#include "ledger/status_register.h"
#include "ledger/verdict.h"

namespace symbolon::ledger {

// Where and when a transaction would be proposed.
struct ProposalContext {
  uint64_t index = 0;    // the entry index it would probably get
  uint64_t time_ms = 0;  // the time its header would carry
  // The sequence expected of its key when transactions of the same key are proposed and not yet applied;
  // without one, the state's own.
  std::optional<uint64_t> expected_sequence;
};

class State {
 public:
  // InvalidArgument when the genesis breaks a rule.
  static absl::StatusOr<State> AtGenesis(const Genesis& genesis);
  // From persisted pieces. DataLoss, saying which piece, when they do not fit together or belong to another
  // network.
  static absl::StatusOr<State> Restore(const Genesis& genesis, const StateSnapshot& snapshot);

  State(State&&) = default;
  State& operator=(State&&) = default;

  // Judges and applies the next entry, the one at applied_index() + 1. An error is never a verdict and leaves
  // the state as it was:
  //   DataLoss        the body is not the one that the header commits to; it must be fetched anew
  //   other codes     from the source, or the source knows less than the state (Internal)
  absl::StatusOr<Outcome> Apply(const DecodedEntry& entry, const AttestationSource& source,
                                SignatureMemo* memo = nullptr);

  // What a leader asks before it proposes, so that bad input never enters the ledger: the verdict that the
  // payload would get in that place. Body faults are verdicts here.
  absl::StatusOr<Verdict> Precheck(const DecodedPayload& payload, const ProposalContext& context,
                                   const AttestationSource& source, SignatureMemo* memo = nullptr) const;

  // Batches applied since the last call are known to Apply without the source; call it when the source knows
  // them too.
  void ClearOverlay() { overlay_.Clear(); }

  // What changed since the last call (or since AtGenesis or Restore), to be written in one go.
  StateChanges TakeChanges();
  StateMeta Meta() const;

  uint64_t applied_index() const { return applied_index_; }
  uint64_t last_term() const { return last_term_; }
  uint64_t last_time_ms() const { return last_time_ms_; }
  uint64_t attestation_count() const { return status_.count(); }
  const CompactRange& ledger_range() const { return ledger_; }
  Digest LedgerRoot() const { return ledger_.Root(); }

  const Genesis& genesis() const { return *genesis_; }
  const Digest& network() const { return network_; }
  // Who the nodes are. The registry of a version never changes: whoever keeps the pointer may read it while
  // the next entry is applied; the reference is good until then.
  const Membership& membership() const { return membership_; }
  const std::shared_ptr<const Registry>& registry_pointer() const { return membership_.registry; }
  const Registry& registry() const { return *membership_.registry; }
  uint64_t registry_version() const { return membership_.version; }
  const Digest& registry_digest() const { return membership_.digest; }

  // The sequence that the key's next transaction must carry, from 1. Also for keys that are not registered.
  uint64_t ExpectedSequence(std::string_view issuer, uint32_t key_id) const;

  const StatusRegister& status_register() const { return status_; }
  // The status as applied; nullopt: no such number.
  std::optional<Status> StatusOf(uint64_t attestation_number) const;
  // As of the state that the last accepted seal states; nullopt when no seal covers the number yet.
  std::optional<StatusProof> StatedStatus(uint64_t attestation_number) const;
  const std::optional<LastSeal>& last_seal() const { return last_seal_; }
  // What the next accepted seal will state.
  const StateRoots& captured() const { return captured_; }

  // Whether some change is not yet stated by a seal. A change is captured by the first seal after it and
  // stated by the second: a quiet ledger ends with two seals after its last change.
  bool NeedsSeal() const;
  // The seal that would be accepted next. A leader proposes one at a time, and the first only after it has
  // applied an entry of its own term: then all earlier seals of its log are applied, too.
  Seal MakeSeal() const;

  // One hash over everything that Restore brings back: equal states have equal fingerprints.
  Digest Fingerprint() const;

 private:
  State() = default;

  Verdict JudgePlace(const DecodedEntry& entry) const;
  absl::StatusOr<Verdict> JudgePayload(const DecodedPayload& payload, uint32_t attestation_count,
                                       const ProposalContext& context, const AttestationSource& source,
                                       SignatureMemo* memo) const;
  Verdict JudgeSigned(const SignedPart& part, const ProposalContext& context, SignatureMemo* memo) const;
  Verdict JudgeBatch(const BatchHeader& batch, uint32_t attestation_count, uint64_t time_ms) const;
  absl::StatusOr<Verdict> JudgeStatus(const StatusTransaction& transaction,
                                      const AttestationSource& source) const;
  Verdict JudgeSeal(const Seal& seal) const;
  void ApplyMembership(const DecodedEntry& entry, Outcome& outcome);
  void ConsumeNumbers(const DecodedEntry& entry, Outcome& outcome);
  void ApplyAccepted(const DecodedEntry& entry, Outcome& outcome);
  StateRoots TakeRoots();

  std::shared_ptr<const Genesis> genesis_;
  Digest network_{};
  uint64_t applied_index_ = 0;
  uint64_t last_term_ = 0;
  uint64_t last_time_ms_ = 0;
  uint64_t last_change_index_ = 0;
  CompactRange ledger_;
  Membership membership_;
  bool membership_changed_ = false;                                            // since the last TakeChanges
  absl::flat_hash_map<std::pair<std::string, uint32_t>, uint64_t> sequences_;  // last used
  absl::flat_hash_set<std::pair<std::string, uint32_t>> sequences_changed_;
  StatusRegister status_;
  StateRoots captured_;
  std::optional<LastSeal> last_seal_;
  MemoryAttestations overlay_;
};

}  // namespace symbolon::ledger
