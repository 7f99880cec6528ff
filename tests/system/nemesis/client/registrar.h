#pragma once
// A registrar: publishes small batches and changes statuses, one operation after the other, through any node,
// and sends again as docs/operating.md says when it does not know what became of them.

#include <atomic>
#include <functional>
#include <string>

#include "base/ed25519.h"
#include "ledger/entries/status_change.h"
#include "ledger/receipt.h"
#include "tests/system/nemesis/client/history.h"
#include "tests/system/nemesis/client/known_attestations.h"
#include "tests/system/nemesis/client/network.h"
#include "tests/system/nemesis/client/options.h"

namespace symbolon::history {

// What the threads of one client share.
struct Shared {
  const Options* options;
  const Network* network;
  HistoryFile* history;
  KnownAttestations* known;
  std::atomic<int64_t> next_process{0};  // a process whose operation is unknown goes on under a new number
};

// Belongs to one thread.
class Registrar {
 public:
  Registrar(Shared* shared, std::string agency, Network::IssuerKey key, uint64_t seed);
  // Until the program is asked to end.
  void Run();

 private:
  using Send = std::function<absl::StatusOr<api::Submitted>(api::Client&)>;
  struct Answer {
    std::string outcome;  // ok, fail, unknown
    absl::Status error;   // the last one
    api::Submitted submitted;
    int attempts = 0;
  };

  void Publish();
  void ChangeStatus(const KnownAttestations::Target& target);
  // 0: nobody told in time.
  uint64_t NextSequence();
  // Until there is a definite answer, or the time to give up has come.
  Answer Submit(uint64_t sequence, const Send& send);
  // What the answer says of the operation; whether these very bytes are proved to be in the ledger.
  void Describe(const Answer& answer, const Bytes& signed_bytes, Json& operation);
  void GoElsewhere();
  void Record(Json operation);

  Shared* const shared_;
  const std::string agency_;
  const Network::IssuerKey key_;
  Random random_;
  Connections connections_;
  int64_t process_;
  std::string node_;         // the agency whose node is asked now
  uint64_t next_known_ = 0;  // the sequence after the last that was acknowledged here
};

}  // namespace symbolon::history
