#pragma once
// A small ledger, made entry by entry as a leader would, for tests of storage.

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ed25519.h"
#include "base/encoding.h"
#include "base/sha256.h"
#include "consensus/entry.h"
#include "ledger/decoded_entry.h"
#include "ledger/entries/batch.h"
#include "ledger/genesis.h"
#include "ledger/state.h"
#include "storage/ledger_store.h"
#include "storage/raft_log.h"

namespace symbolon::storage {

// Pseudorandom, and the same for the same arguments.
inline Digest TestDigest(std::string_view what, uint64_t a, uint64_t b = 0) {
  return Sha256(Writer().Vec8(what).U64(a).U64(b).bytes());
}

// Makes entries one after the other; the same calls give the same bytes.
class TestLedger {
 public:
  TestLedger();

  const ledger::Genesis& genesis() const { return genesis_; }
  const Digest& network() const { return network_; }
  Identity identity() const { return {network_, 1}; }

  consensus::Entry NoOp();
  // `tags_each` tags at every position.
  consensus::Entry Batch(uint32_t count, uint32_t tags_each = 1);
  // Well-formed, but with a sequence that will be rejected.
  consensus::Entry RejectedBatch(uint32_t count);
  consensus::Entry Revoke(uint64_t attestation_number);
  consensus::Entry Seal(const ledger::State& state);
  // The one steward decides that node `number` becomes a learner.
  consensus::Entry AddLearner(const ledger::State& state, uint64_t number);
  // The next configuration for what is decided, if there is one.
  consensus::Entry Configuration(const ledger::State& state);

  void NextTerm() { ++term_; }
  uint64_t last_index() const { return next_index_ - 1; }
  uint64_t term() const { return term_; }

  static Digest Commitment(uint64_t index, uint32_t position) {
    return TestDigest("commitment", index, position);
  }
  static ledger::LookupTag Tag(uint64_t index, uint32_t position, uint32_t n = 0) {
    return {static_cast<uint16_t>(n + 1), TestDigest("tag", index, position * 64 + n)};
  }

 private:
  consensus::Entry Finish(ledger::Kind kind, uint32_t count, Bytes payload, Bytes body);
  consensus::Entry MakeBatch(uint32_t count, uint32_t tags_each, uint64_t sequence);

  SigningKey key_;
  ledger::Genesis genesis_;
  Digest network_{};
  uint64_t next_index_ = 1;
  uint64_t term_ = 1;
  uint64_t next_number_ = 0;
  uint64_t next_sequence_ = 1;
};

// Store, log and state of one node, driven by hand.
struct TestNode {
  std::unique_ptr<Store> store;
  std::unique_ptr<RaftLog> log;
  std::unique_ptr<LedgerStore> ledger;
  std::optional<ledger::State> state;

  static absl::StatusOr<TestNode> Open(const Options& options, const TestLedger& ledger);
  absl::Status Persist(const std::vector<consensus::Entry>& entries);
  // Applies the log up to `index` in one range.
  absl::Status ApplyTo(uint64_t index);
  absl::Status PersistAndApply(const std::vector<consensus::Entry>& entries);
};

// The state that a ledger's entries lead to, found without storage.
ledger::State Replay(const TestLedger& ledger, const std::vector<consensus::Entry>& entries);

}  // namespace symbolon::storage
