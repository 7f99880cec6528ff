#pragma once
// What clients asked and were told, and when; and whether a single ledger can have said it all (Herlihy and
// Wing 1990: linearizability).

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/backend.h"
#include "ledger/decoded_entry.h"
#include "ledger/entries/status_change.h"
#include "tests/simulation/world.h"

namespace symbolon::simulation {

// A transaction of a registrar, sent again and again until there is a receipt.
struct Write {
  std::string agency;
  uint64_t sequence = 0;
  Digest signed_digest{};
  Time invoked = 0;
  std::optional<Time> acknowledged;
  uint64_t entry_index = 0;  // as acknowledged
  uint64_t first_attestation = 0;
};

// A verifier's question that got an answer.
struct Read {
  uint64_t node = 0;
  api::Freshness freshness;
  uint64_t attestation = 0;
  api::AttestationStatus status = api::AttestationStatus::kUnknown;
  uint64_t as_of = 0;      // the entry index that the answer states
  uint64_t committed = 0;  // on any node, when it was asked
  Time invoked = 0;
  Time returned = 0;
};

// An entry of the ledger as it is in the end, with the verdict that it got.
struct FinalEntry {
  ledger::DecodedEntry entry;
  ledger::Verdict verdict = ledger::Verdict::kAccepted;
};

class History {
 public:
  size_t Begin(Write write);
  void Acknowledge(size_t write, Time now, uint64_t entry_index, uint64_t first_attestation);
  void Add(Read read) { reads_.push_back(read); }
  const Write& write(size_t i) const { return writes_[i]; }

  // The largest entry index and attestation number of which a client knows.
  uint64_t last_acknowledged() const { return last_acknowledged_; }
  uint64_t known_attestations() const { return known_attestations_; }
  void Publish(uint64_t past_last_attestation);

  // The first contradiction between what was said and the ledger; empty when there is none.
  std::string Check(const std::vector<FinalEntry>& ledger, Coverage* coverage) const;
  // The status that the ledger's first `size` entries give an attestation.
  static api::AttestationStatus StatusAt(const std::vector<FinalEntry>& ledger, uint64_t attestation,
                                         uint64_t size);

 private:
  // What an attestation was, from which entry on.
  using Register = std::vector<std::pair<uint64_t, api::AttestationStatus>>;
  using Registers = std::map<uint64_t, Register>;
  struct Placed {
    uint64_t index;
    ledger::Verdict verdict;
  };
  using Places = std::map<Digest, Placed>;

  static Registers MakeRegisters(const std::vector<FinalEntry>& ledger);
  static api::AttestationStatus Find(const Registers& registers, uint64_t attestation, uint64_t size);
  std::string Place(const std::vector<FinalEntry>& ledger, Places* places) const;
  std::string CheckAcknowledged(const std::vector<FinalEntry>& ledger, const Places& places) const;
  std::string CheckOrder(const Places& places) const;
  std::string CheckReads(const Registers& registers) const;
  std::string CheckGenerally(const Registers& registers, const std::vector<FinalEntry>& ledger,
                             const Places& places, Coverage* coverage) const;

  std::vector<Write> writes_;
  std::vector<Read> reads_;
  uint64_t last_acknowledged_ = 0;
  uint64_t known_attestations_ = 0;
};

}  // namespace symbolon::simulation
