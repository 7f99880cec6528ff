// The state to pieces and back.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "ledger/index.h"
#include "ledger/state.h"

namespace symbolon::ledger {
namespace {

absl::Status Damaged(const std::string& what) {
  return absl::DataLossError(fmt::format("stored state: {}: rebuild it from the ledger", what));
}

// Whether the record's own fields agree with one another.
absl::Status CheckMeta(const StateMeta& meta) {
  if (meta.status_versions.empty() || meta.status_versions.back().version != meta.captured.index ||
      meta.status_versions.back().count != meta.captured.status_count ||
      meta.status_versions.back().root != meta.captured.status_root) {
    return Damaged("the captured roots are not those of the newest status version");
  }
  const uint64_t captured_at = meta.last_seal.has_value() ? meta.last_seal->entry_index : kGenesisIndex;
  if (meta.captured.index != captured_at || captured_at > meta.applied_index) {
    return Damaged("the captured roots do not belong to the last seal");
  }
  if (meta.last_seal.has_value()) {
    const StatusVersion& stated = meta.status_versions.front();
    const Seal& seal = meta.last_seal->seal;
    if (meta.status_versions.size() != 2 || stated.version != seal.previous_index ||
        stated.root != seal.status_root || stated.count != seal.status_count) {
      return Damaged("the last seal does not state the older status version");
    }
  }
  if (meta.last_change_index > meta.applied_index)
    return Damaged("the last change lies ahead of what is applied");
  return absl::OkStatus();
}

// Whether the stored membership is the one that the record belongs to.
absl::Status CheckMembership(const StateMeta& meta, const Membership& membership) {
  if (meta.registry_version != membership.version || meta.registry_digest != membership.digest) {
    return Damaged("the record belongs to another version of the registry than the one that is stored");
  }
  const uint64_t newest = membership.history.empty() ? kGenesisIndex : membership.history.back();
  const uint64_t applied = meta.applied_index;
  if (newest > applied || membership.decided_at > applied || membership.in_force_at > applied) {
    return Damaged("the membership lies ahead of what is applied");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<State> State::Restore(const Genesis& genesis, const StateSnapshot& snapshot) {
  const StateMeta& meta = snapshot.meta;
  ASSIGN_OR_RETURN(State state, AtGenesis(genesis));
  if (meta.network != state.network_) return Damaged("it belongs to another network");
  if (!snapshot.membership.empty()) {
    ASSIGN_OR_RETURN(state.membership_, DecodeMembership(snapshot.membership, state.network_));
  }
  RETURN_IF_ERROR(CheckMembership(meta, state.membership_));
  RETURN_IF_ERROR(CheckMeta(meta));
  absl::StatusOr<CompactRange> range =
      CompactRange::FromHashes(TreeSizeAfter(meta.applied_index), meta.ledger_range);
  if (!range.ok()) return Damaged(std::string(range.status().message()));
  state.ledger_ = *std::move(range);
  ASSIGN_OR_RETURN(state.status_, StatusRegister::Restore(meta.attestation_count, snapshot.status_chunks,
                                                          meta.status_versions, snapshot.status_undo));
  for (const KeySequence& row : snapshot.sequences) {
    if (row.sequence == 0 || !state.sequences_.try_emplace({row.issuer, row.key_id}, row.sequence).second) {
      return Damaged(
          fmt::format("the sequence of agency {}, key {}, is zero or stored twice", row.issuer, row.key_id));
    }
  }
  state.applied_index_ = meta.applied_index;
  state.last_term_ = meta.last_term;
  state.last_time_ms_ = meta.last_time_ms;
  state.last_change_index_ = meta.last_change_index;
  state.captured_ = meta.captured;
  state.last_seal_ = meta.last_seal;
  return state;
}

StateMeta State::Meta() const {
  StateMeta meta;
  meta.network = network_;
  meta.applied_index = applied_index_;
  meta.last_term = last_term_;
  meta.last_time_ms = last_time_ms_;
  meta.attestation_count = status_.count();
  meta.last_change_index = last_change_index_;
  meta.ledger_range = ledger_.hashes();
  meta.registry_version = registry_version();
  meta.registry_digest = registry_digest();
  meta.captured = captured_;
  meta.last_seal = last_seal_;
  meta.status_versions = status_.versions();
  return meta;
}

StateChanges State::TakeChanges() {
  StateChanges changes;
  changes.meta = Meta();
  for (const auto& key : sequences_changed_)
    changes.sequences.push_back({key.first, key.second, sequences_[key]});
  std::sort(changes.sequences.begin(), changes.sequences.end());
  sequences_changed_.clear();
  changes.status = status_.TakeChanges();
  if (std::exchange(membership_changed_, false)) changes.membership = EncodeMembership(membership_);
  return changes;
}

Digest State::Fingerprint() const {
  std::vector<KeySequence> sequences;
  for (const auto& [key, sequence] : sequences_) sequences.push_back({key.first, key.second, sequence});
  std::sort(sequences.begin(), sequences.end());
  Writer out;
  out.Vec32(EncodeStateMeta(Meta())).Vec32(EncodeMembership(membership_));
  for (const KeySequence& row : sequences) out.Vec8(row.issuer).U32(row.key_id).U64(row.sequence);
  for (uint64_t chunk = 0; chunk < StatusChunkCount(status_.count()); ++chunk)
    out.Raw(View(status_.Chunk(chunk)));
  return Sha256(out.bytes());
}

}  // namespace symbolon::ledger
