#include "ledger/auditor.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "ledger/index.h"

namespace symbolon::ledger {
namespace {

std::string IssuerOf(const DecodedEntry& entry) {
  const std::optional<SignedPart> part = SignedPartOf(entry.payload);
  return part.has_value() ? part->issuer : "";
}

std::string Name(Verdict verdict) {
  return std::string(VerdictName(verdict));
}

// An issuer's bad transaction, correctly rejected, is part of a sound ledger; what only its leader can have
// caused is not.
std::optional<AuditCheck> FaultBehind(const DecodedEntry& entry, Verdict verdict) {
  if (verdict == Verdict::kSealRepeated || verdict == Verdict::kAccepted) return std::nullopt;
  if (entry.header_ok && entry.header.kind == Kind::kSeal && entry.payload.seal() != nullptr) {
    return AuditCheck::kSeal;
  }
  if (IsLeadersFault(verdict)) return AuditCheck::kLeader;
  return std::nullopt;
}

}  // namespace

std::string_view AuditCheckName(AuditCheck check) {
  switch (check) {
    case AuditCheck::kLeaf:
      return "leaf";
    case AuditCheck::kVerdict:
      return "verdict";
    case AuditCheck::kBody:
      return "body";
    case AuditCheck::kSeal:
      return "seal";
    case AuditCheck::kLeader:
      return "leader";
    case AuditCheck::kCheckpoint:
      return "checkpoint";
    case AuditCheck::kTooShort:
      return "too_short";
    case AuditCheck::kTooLong:
      return "too_long";
  }
  return "unknown";
}

Auditor::Auditor(State state, std::vector<Waypoint> waypoints)
    : state_(std::move(state)), waypoints_(std::move(waypoints)) {
  std::stable_sort(waypoints_.begin(), waypoints_.end(),
                   [](const Waypoint& a, const Waypoint& b) { return a.size < b.size; });
  if (!waypoints_.empty()) end_ = waypoints_.back().size;
}

absl::StatusOr<Auditor> Auditor::Start(const Genesis& genesis, std::vector<Waypoint> waypoints) {
  ASSIGN_OR_RETURN(State state, State::AtGenesis(genesis));
  Auditor auditor(std::move(state), std::move(waypoints));
  auditor.CheckWaypoints();
  return auditor;
}

bool Auditor::Find(uint64_t entry_index, std::string agency, AuditCheck check, Verdict verdict,
                   std::string detail) {
  report_.finding = AuditFinding{entry_index, std::move(agency), check, verdict, std::move(detail)};
  return false;
}

bool Auditor::CheckWaypoints() {
  for (;
       next_waypoint_ < waypoints_.size() && waypoints_[next_waypoint_].size <= state_.ledger_range().size();
       ++next_waypoint_) {
    const Waypoint& waypoint = waypoints_[next_waypoint_];
    const Digest root = state_.LedgerRoot();
    if (root != waypoint.root) {
      return Find(LastEntryOf(waypoint.size), "", AuditCheck::kCheckpoint, Verdict::kAccepted,
                  fmt::format("{}: entries 1 to {} lead to root {}, but it states {}", waypoint.name,
                              waypoint.size, ToHex(root), ToHex(waypoint.root)));
    }
  }
  return true;
}

bool Auditor::Add(const DecodedEntry& entry, const EntryClaim& claim) {
  if (report_.finding.has_value()) return false;
  const uint64_t index = state_.applied_index() + 1;
  if (end_.has_value() && TreeSizeAfter(index) > *end_) {
    return Find(index, IssuerOf(entry), AuditCheck::kTooLong, Verdict::kAccepted,
                fmt::format("the last checkpoint covers {} entries only", *end_));
  }
  if (claim.leaf_hash.has_value() && *claim.leaf_hash != entry.leaf_hash) {
    return Find(index, IssuerOf(entry), AuditCheck::kLeaf, Verdict::kAccepted,
                fmt::format("the entry hashes to {}, but {} is in the tree", ToHex(entry.leaf_hash),
                            ToHex(*claim.leaf_hash)));
  }
  if (entry.body_fault() != Verdict::kAccepted) {
    return Find(index, IssuerOf(entry), AuditCheck::kBody, entry.body_fault(),
                std::string(VerdictSentence(entry.body_fault())));
  }
  const absl::StatusOr<Outcome> outcome = state_.Apply(entry, attestations_, memo_);
  if (!outcome.ok()) {
    return Find(index, IssuerOf(entry), AuditCheck::kVerdict, Verdict::kAccepted,
                std::string(outcome.status().message()));
  }
  Count(entry, *outcome);
  return Compare(entry, *outcome, claim) && CheckWaypoints();
}

void Auditor::Count(const DecodedEntry& entry, const Outcome& outcome) {
  state_.ClearOverlay();
  if (outcome.attested.has_value()) attestations_.Add(*outcome.attested);
  ++report_.entries;
  report_.attestations = state_.attestation_count();
  if (outcome.verdict != Verdict::kAccepted) {
    ++report_.rejected[outcome.verdict];
    return;
  }
  ++report_.accepted;
  if (outcome.attested.has_value()) report_.by_issuer[IssuerOf(entry)] += outcome.attested->count;
  if (outcome.seal.has_value()) ++report_.seals;
  // What must be written to disk by a node is of no use here; dropping it keeps memory bounded.
  if (outcome.seal.has_value()) state_.TakeChanges();
}

bool Auditor::Compare(const DecodedEntry& entry, const Outcome& outcome, const EntryClaim& claim) {
  const Verdict verdict = outcome.verdict;
  if (const std::optional<AuditCheck> fault = FaultBehind(entry, verdict); fault.has_value()) {
    return Find(outcome.index, IssuerOf(entry), *fault, verdict, std::string(VerdictSentence(verdict)));
  }
  if (claim.verdict.has_value() && *claim.verdict != verdict) {
    return Find(outcome.index, IssuerOf(entry), AuditCheck::kVerdict, verdict,
                fmt::format("the rules give {}, but {} was claimed", Name(verdict), Name(*claim.verdict)));
  }
  return true;
}

AuditReport Auditor::Finish() {
  report_.root = state_.LedgerRoot();
  report_.registry_version = state_.registry_version();
  if (!report_.finding.has_value() && next_waypoint_ < waypoints_.size()) {
    const Waypoint& missing = waypoints_[next_waypoint_];
    Find(state_.applied_index(), "", AuditCheck::kTooShort, Verdict::kAccepted,
         fmt::format("{}: covers {} entries, but the ledger ends after {}", missing.name, missing.size,
                     state_.applied_index()));
  }
  return report_;
}

}  // namespace symbolon::ledger
