#pragma once
// A reader: asks any node for the status of an attestation, linearizably or as the node has it.

#include <string>

#include "tests/system/nemesis/client/registrar.h"

namespace symbolon::history {

// Belongs to one thread.
class Reader {
 public:
  Reader(Shared* shared, std::string agency, uint64_t seed);
  // Until the program is asked to end.
  void Run();
  // Reads every attestation there is, linearizably, at every node.
  absl::Status ReadEverything(int64_t give_up_ms);

 private:
  using Statuses = std::vector<api::AttestationStatus>;
  // One operation: all numbers in one request; with a proof when `prove`, then of one number.
  absl::StatusOr<Statuses> Read(const std::vector<uint64_t>& numbers, api::Freshness::Mode mode, bool prove);
  absl::StatusOr<Statuses> Ask(const std::vector<uint64_t>& numbers, api::Freshness freshness, bool prove,
                               Json& operation);
  // The same until it succeeds.
  absl::StatusOr<Statuses> ReadSurely(const std::vector<uint64_t>& numbers, int64_t give_up_ms);
  void CheckProof(const api::Verified& verified, uint64_t number, Json& operation);
  void GoElsewhere();

  Shared* const shared_;
  Random random_;
  Connections connections_;
  const int64_t process_;
  std::string node_;
};

}  // namespace symbolon::history
