#pragma once
// What the processes of one client know of the ledger: a guess, good enough to aim at attestations that
// exist, that others are changing right now, and that are just about to exist.

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "ledger/entries/status_change.h"

namespace symbolon::history {

using Random = std::mt19937_64;

// Thread-safe.
class KnownAttestations {
 public:
  void Published(const std::string& agency, uint64_t first, uint32_t count);
  void Changed(uint64_t number, ledger::Status status);

  struct Target {
    uint64_t number = 0;
    ledger::Status status = ledger::Status::kValid;  // as last heard
  };
  // An attestation of the agency that is not revoked as far as is known, mostly one of a few that all its
  // registrars like to change; nullopt when there is none.
  std::optional<Target> ToChange(const std::string& agency, Random& random);
  // Mostly what was published or changed last; sometimes any, sometimes a number that is not given out yet.
  uint64_t ToRead(Random& random);

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<uint64_t>> of_agency_;  // guarded by mutex_, as are the others
  std::map<uint64_t, ledger::Status> statuses_;
  std::vector<uint64_t> recent_;  // a ring
  size_t next_recent_ = 0;
  uint64_t end_ = 0;  // past the largest number known
  void NoteRecent(uint64_t number);
};

// 0 <= result < bound; bound at least 1.
inline uint64_t Below(Random& random, uint64_t bound) {
  return std::uniform_int_distribution<uint64_t>(0, bound - 1)(random);
}
inline bool Chance(Random& random, int percent) {
  return Below(random, 100) < static_cast<uint64_t>(percent);
}

}  // namespace symbolon::history
