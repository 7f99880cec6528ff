#include "tests/system/nemesis/client/known_attestations.h"

#include <algorithm>

namespace symbolon::history {
namespace {

constexpr size_t kRecent = 16;
constexpr size_t kFavourites = 4;  // the newest of an agency, which all its registrars change
constexpr int kFavouritePercent = 70;
constexpr int kTries = 8;

}  // namespace

void KnownAttestations::NoteRecent(uint64_t number) {
  if (recent_.size() < kRecent) {
    recent_.push_back(number);
  } else {
    recent_[next_recent_++ % kRecent] = number;
  }
}

void KnownAttestations::Published(const std::string& agency, uint64_t first, uint32_t count) {
  const std::lock_guard lock(mutex_);
  for (uint64_t number = first; number < first + count; ++number) {
    of_agency_[agency].push_back(number);
    statuses_.emplace(number, ledger::Status::kValid);
  }
  NoteRecent(first);
  end_ = std::max(end_, first + count);
}

void KnownAttestations::Changed(uint64_t number, ledger::Status status) {
  const std::lock_guard lock(mutex_);
  statuses_[number] = status;
  NoteRecent(number);
}

std::optional<KnownAttestations::Target> KnownAttestations::ToChange(const std::string& agency,
                                                                     Random& random) {
  const std::lock_guard lock(mutex_);
  const std::vector<uint64_t>& own = of_agency_[agency];
  for (int i = 0; i < kTries && !own.empty(); ++i) {
    const size_t span = Chance(random, kFavouritePercent) ? std::min(kFavourites, own.size()) : own.size();
    const uint64_t number = own[own.size() - 1 - Below(random, span)];
    const ledger::Status status = statuses_[number];
    if (status != ledger::Status::kRevoked) return Target{number, status};
  }
  return std::nullopt;
}

uint64_t KnownAttestations::ToRead(Random& random) {
  const std::lock_guard lock(mutex_);
  const uint64_t which = Below(random, 100);
  if (which < 60 && !recent_.empty()) return recent_[Below(random, recent_.size())];
  if (which < 80 && end_ > 0) return Below(random, end_);
  return end_ + Below(random, 4);
}

}  // namespace symbolon::history
