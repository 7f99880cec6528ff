#include "ledger/state.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "ledger/index.h"

namespace symbolon::ledger {
absl::StatusOr<State> State::AtGenesis(const Genesis& genesis) {
  ASSIGN_OR_RETURN(const Bytes bytes, EncodeGenesis(genesis));
  State state;
  state.genesis_ = std::make_shared<const Genesis>(genesis);
  state.membership_ = MembershipAtGenesis(genesis, bytes);
  state.network_ = state.membership_.network;
  state.captured_ = state.TakeRoots();
  return state;
}

StateRoots State::TakeRoots() {
  status_.Capture(applied_index_);
  return {applied_index_, status_.versions().back().root, status_.count(), registry_version(),
          registry_digest()};
}

absl::StatusOr<Outcome> State::Apply(const DecodedEntry& entry, const AttestationSource& source,
                                     SignatureMemo* memo) {
  const uint64_t index = applied_index_ + 1;
  Outcome outcome;
  outcome.index = index;
  outcome.leaf_hash = entry.leaf_hash;
  outcome.verdict = JudgePlace(entry);
  if (outcome.verdict == Verdict::kAccepted) {
    const ProposalContext here{index, entry.header.time_ms, std::nullopt};
    ASSIGN_OR_RETURN(outcome.verdict,
                     JudgePayload(entry.payload, entry.header.attestation_count, here, source, memo));
  }
  // For a given header one body is right, and an entry with another was never agreed upon: recording a
  // verdict here would part this node from all others.
  if (entry.body_fault() != Verdict::kAccepted) {
    return absl::DataLossError(
        fmt::format("entry {}: its body is damaged ({}): fetch the entry from another node", index,
                    std::string(VerdictName(entry.body_fault()))));
  }

  ledger_.Append(entry.leaf_hash);
  applied_index_ = index;
  ConsumeNumbers(entry, outcome);
  if (outcome.verdict == Verdict::kAccepted) ApplyAccepted(entry, outcome);
  return outcome;
}

void State::ConsumeNumbers(const DecodedEntry& entry, Outcome& outcome) {
  if (!entry.header_ok || entry.header.attestation_count == 0) return;
  const bool accepted = outcome.verdict == Verdict::kAccepted;
  const std::optional<SignedPart> part = SignedPartOf(entry.payload);
  // Only registered agencies are remembered, so that no leader can fill memories with names.
  const bool known = part.has_value() && registry().FindAgency(part->issuer) != nullptr;
  const uint32_t count = entry.header.attestation_count;
  outcome.attested = BatchRef{outcome.index, status_.count(), count, known ? part->issuer : "", accepted};
  overlay_.Add(*outcome.attested);

  const uint64_t chunks_before = StatusChunkCount(status_.count());
  const uint64_t first_chunk = StatusChunkOf(status_.count());
  status_.Append(count, accepted ? Status::kValid : Status::kVoid);
  // Valid is zero: numbers that fit into a chunk that is there do not change it.
  for (uint64_t chunk = accepted ? chunks_before : first_chunk; chunk < StatusChunkCount(status_.count());
       ++chunk) {
    outcome.changed_chunks.push_back(chunk);
  }
  last_change_index_ = outcome.index;
}

void State::ApplyAccepted(const DecodedEntry& entry, Outcome& outcome) {
  last_term_ = entry.header.term;
  last_time_ms_ = entry.header.time_ms;
  outcome.sequence = SequencePlaceOf(entry.payload);
  if (outcome.sequence.has_value()) {
    const std::pair<std::string, uint32_t> key(outcome.sequence->issuer, outcome.sequence->key_id);
    sequences_[key] = outcome.sequence->sequence;
    sequences_changed_.insert(key);
  }
  ApplyMembership(entry, outcome);
  if (const SignedStatusTransaction* status = entry.payload.status(); status != nullptr) {
    for (const StatusChange& change : status->transaction.changes) {
      status_.Set(change.attestation_number, change.status);
      const uint64_t chunk = StatusChunkOf(change.attestation_number);
      // Changes ascend by number, so do their chunks.
      if (outcome.changed_chunks.empty() || outcome.changed_chunks.back() != chunk) {
        outcome.changed_chunks.push_back(chunk);
      }
    }
    last_change_index_ = outcome.index;
  }
  if (const Seal* seal = entry.payload.seal(); seal != nullptr) {
    const StateRoots stated = captured_;
    last_seal_ = LastSeal{outcome.index, *seal};
    captured_ = TakeRoots();
    outcome.seal = SealOutcome{stated, captured_};
  }
}

void State::ApplyMembership(const DecodedEntry& entry, Outcome& outcome) {
  if (const Decision* decision = entry.payload.decision(); decision != nullptr) {
    membership_ = AfterDecision(membership_, *decision, outcome.index, entry.header.payload);
    last_change_index_ = outcome.index;
  } else if (const Configuration* configuration = entry.payload.configuration(); configuration != nullptr) {
    const uint64_t before = membership_.in_force_at;
    membership_ = AfterConfiguration(membership_, *configuration, outcome.index);
    if (membership_.in_force_at == before) return;  // a repetition
  } else {
    return;
  }
  membership_changed_ = true;
  outcome.membership_changed = true;
}

uint64_t State::ExpectedSequence(std::string_view issuer, uint32_t key_id) const {
  const auto it = sequences_.find(std::pair<std::string, uint32_t>(issuer, key_id));
  return it == sequences_.end() ? 1 : it->second + 1;
}

std::optional<Status> State::StatusOf(uint64_t attestation_number) const {
  if (attestation_number >= status_.count()) return std::nullopt;
  return status_.Get(attestation_number);
}

std::optional<StatusProof> State::StatedStatus(uint64_t attestation_number) const {
  if (!last_seal_.has_value() || attestation_number >= last_seal_->seal.status_count) return std::nullopt;
  absl::StatusOr<StatusProof> proof =
      status_.ProofAt(last_seal_->seal.previous_index, StatusChunkOf(attestation_number));
  if (!proof.ok()) return std::nullopt;
  return *std::move(proof);
}

bool State::NeedsSeal() const {
  const uint64_t stated = last_seal_.has_value() ? last_seal_->seal.previous_index : kGenesisIndex;
  return last_change_index_ > stated;
}

Seal State::MakeSeal() const {
  Seal seal;
  seal.network = network_;
  seal.previous_index = captured_.index;
  seal.status_root = captured_.status_root;
  seal.status_count = captured_.status_count;
  seal.registry_version = captured_.registry_version;
  seal.registry_digest = captured_.registry_digest;
  return seal;
}

}  // namespace symbolon::ledger
