#pragma once
// Replays a ledger from its genesis and compares what it finds with what was claimed: leaves, verdicts, and
// the roots of checkpoints. Says which entry is the first wrong one, whose it is, and which check it fails.
//
// Entries are handed over one by one, in order; memory is that of the state and 24 bytes a batch.

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger/attestation_source.h"
#include "ledger/decoded_entry.h"
#include "ledger/state.h"
#include "ledger/verdict.h"

namespace symbolon::ledger {

enum class AuditCheck : uint8_t {
  kLeaf,        // the entry does not hash to the leaf that was claimed
  kVerdict,     // the rules give another verdict than was claimed
  kBody,        // the body is not the one that the entry's header commits to
  kSeal,        // the seal states other roots than its ledger leads to
  kLeader,      // the header breaks a rule that its leader had to keep
  kCheckpoint,  // the ledger does not lead to a checkpoint's root
  kTooShort,    // the ledger ends before a checkpoint's size
  kTooLong,     // the ledger goes on after the last checkpoint's size
};

std::string_view AuditCheckName(AuditCheck check);  // snake_case

struct AuditFinding {
  uint64_t entry_index = 0;  // the first wrong entry; of checkpoints, the last entry that they cover
  std::string agency;        // the issuer; empty when the entry has none
  AuditCheck check = AuditCheck::kLeaf;
  Verdict verdict = Verdict::kAccepted;  // by the rules
  std::string detail;                    // for a person
};

// What somebody said about an entry; compared when given.
struct EntryClaim {
  std::optional<Digest> leaf_hash;
  std::optional<Verdict> verdict;
};

// A tree head that the replay must pass through.
struct Waypoint {
  uint64_t size = 0;
  Digest root{};
  std::string name;  // in findings, e.g. "the checkpoint" or the file of an earlier one
};

struct AuditReport {
  uint64_t entries = 0;
  uint64_t attestations = 0;
  uint64_t accepted = 0;
  std::map<Verdict, uint64_t> rejected;       // entries by verdict
  std::map<std::string, uint64_t> by_issuer;  // accepted attestations by agency
  uint64_t seals = 0;                         // accepted
  uint64_t registry_version = 0;              // accepted decisions
  Digest root{};
  std::optional<AuditFinding> finding;  // the first; nothing is looked at after it
};

// Not thread-safe.
class Auditor {
 public:
  // `waypoints` in any order; the largest is where the ledger must end. Each is a checkpoint whose signatures
  // the caller has verified.
  static absl::StatusOr<Auditor> Start(const Genesis& genesis, std::vector<Waypoint> waypoints);

  // The next entry. False once there is a finding. An entry may be decoded ahead on other threads.
  bool Add(const DecodedEntry& entry, const EntryClaim& claim = {});
  bool Add(ByteView header, ByteView body, const EntryClaim& claim = {}) {
    return Add(DecodeEntry(header, body), claim);
  }
  // No more entries.
  AuditReport Finish();

  const AuditReport& report() const { return report_; }
  const State& state() const { return state_; }
  // For DecodeEntry and VerifyAhead on other threads; may be null.
  void UseMemo(SignatureMemo* memo) { memo_ = memo; }

 private:
  Auditor(State state, std::vector<Waypoint> waypoints);
  bool Find(uint64_t entry_index, std::string agency, AuditCheck check, Verdict verdict, std::string detail);
  bool CheckWaypoints();
  void Count(const DecodedEntry& entry, const Outcome& outcome);
  bool Compare(const DecodedEntry& entry, const Outcome& outcome, const EntryClaim& claim);

  State state_;
  MemoryAttestations attestations_;
  std::vector<Waypoint> waypoints_;  // ascending by size
  size_t next_waypoint_ = 0;
  std::optional<uint64_t> end_;  // the largest waypoint's size
  AuditReport report_;
  SignatureMemo* memo_ = nullptr;
};

}  // namespace symbolon::ledger
