#include "ledger/attestation_source.h"

#include <algorithm>

namespace symbolon::ledger {

void MemoryAttestations::Add(const BatchRef& batch) {
  const auto known = std::find(issuers_.begin(), issuers_.end(), batch.issuer);
  const auto issuer = static_cast<uint32_t>(known - issuers_.begin());
  if (known == issuers_.end()) issuers_.push_back(batch.issuer);
  runs_.push_back(
      {batch.entry_index, batch.first_number, batch.count, issuer & 0x7fffffff, batch.accepted ? 1u : 0u});
}

absl::StatusOr<std::optional<BatchRef>> MemoryAttestations::BatchOf(uint64_t attestation_number) const {
  const auto after =
      std::upper_bound(runs_.begin(), runs_.end(), attestation_number,
                       [](uint64_t number, const Run& run) { return number < run.first_number; });
  if (after == runs_.begin()) return std::nullopt;
  const Run& run = *(after - 1);
  if (attestation_number - run.first_number >= run.count) return std::nullopt;
  return BatchRef{run.entry_index, run.first_number, run.count, issuers_[run.issuer], run.accepted != 0};
}

void MemoryAttestations::Clear() {
  runs_.clear();
  issuers_.clear();
}

}  // namespace symbolon::ledger
