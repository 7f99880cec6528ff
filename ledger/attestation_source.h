#pragma once
// Where an attestation number comes from: the question that judging a status change asks of whoever keeps the
// ledger. Storage answers from its index; audits and tests from memory.

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace symbolon::ledger {

// The batch that consumed a run of attestation numbers.
struct BatchRef {
  uint64_t entry_index = 0;
  uint64_t first_number = 0;
  uint32_t count = 0;
  std::string issuer;  // agency id; empty when the payload cannot be read or names no agency
  bool accepted = false;
  bool operator==(const BatchRef&) const = default;
};

class AttestationSource {
 public:
  virtual ~AttestationSource() = default;
  // nullopt when no batch that it knows of consumed the number. An error means that it cannot tell (a disk
  // that fails), and stops the apply: it never becomes a verdict.
  virtual absl::StatusOr<std::optional<BatchRef>> BatchOf(uint64_t attestation_number) const = 0;
};

// In memory, 24 bytes a batch. Not thread-safe.
class MemoryAttestations : public AttestationSource {
 public:
  // Runs are added in order of number, without gaps.
  void Add(const BatchRef& batch);
  absl::StatusOr<std::optional<BatchRef>> BatchOf(uint64_t attestation_number) const override;
  bool empty() const { return runs_.empty(); }
  void Clear();

 private:
  struct Run {
    uint64_t entry_index;
    uint64_t first_number;
    uint32_t count;
    uint32_t issuer : 31;  // in issuers_
    uint32_t accepted : 1;
  };
  std::vector<Run> runs_;
  std::vector<std::string> issuers_;
};

}  // namespace symbolon::ledger
