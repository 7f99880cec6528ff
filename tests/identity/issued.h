#pragma once
// A ledger in memory that has taken one batch of birth records, for tests of credentials and presentations:
//   entry 1 no-op, 2 batch of THA-DOPA, 3 seal, 4 seal (states what was at 3), and what a test appends.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ed25519.h"
#include "identity/commit.h"
#include "identity/credential.h"
#include "identity/record_tree.h"
#include "ledger/entries/batch.h"
#include "ledger/entries/seal.h"
#include "ledger/entry_header.h"
#include "ledger/genesis.h"
#include "ledger/merkle/memory_tree.h"
#include "ledger/receipt.h"
#include "ledger/status_register.h"
#include "ledger/trust.h"
#include "ledger/verification_proof.h"

namespace symbolon::identity::testing {

inline constexpr uint64_t kFirstTimeMs = 1'700'000'000'000;

inline SigningKey KeyOf(uint8_t number) {
  std::array<uint8_t, 32> seed;
  seed.fill(number);
  return SigningKey::FromSeed(Secret<32>(seed));
}

inline Record BirthOf(const std::string& number) {
  Record record(*FindRecordType("birth"));
  record.values[0] = "ใจดี";
  record.values[1] = "สมชาย";
  record.values[2] = "JAIDEE";
  record.values[3] = "SOMCHAI";
  record.values[4] = "2024-01-12";
  record.values[5] = "M";
  record.values[11] = "2024";
  record.values[12] = number;
  record.values[13] = "2024-01-15";
  return record;
}

// What a forger changes before signatures are made: a node that lies, or an issuer.
using ChangeBatch = std::function<void(ledger::BatchHeader&)>;

// A ledger of its own network. Whatever is appended is in the tree, as on a node.
class Issued {
 public:
  static constexpr size_t kRecords = 5;

  // Networks of different numbers have different keys and ids.
  explicit Issued(uint8_t network_number = 1, const ChangeBatch& change = nullptr);

  const ledger::Trust& trust() const { return *trust_; }
  const Digest& network() const { return network_; }

  // Of the record at this place in the order of publishing; the receipt is for the present tree.
  Credential CredentialOf(size_t record) const;
  uint64_t NumberOf(size_t record) const { return committed_.records[record].position; }
  // Sealed as entry 4 states it, or as the last AppendSeal did.
  Bytes ProofOf(size_t record, bool sealed = true) const;
  Bytes ReceiptOf(uint64_t entry_index) const;
  // Signed by the node's log key and cosigned by its cosigning key.
  Bytes Checkpoint() const;

  void AppendEntry(ledger::Kind kind, const Bytes& payload, uint32_t count = 0);
  // A seal that states the register as it is now, for the entry before.
  void AppendSeal();
  void SetStatus(size_t record, ledger::Status status) { register_.Set(NumberOf(record), status); }
  // A batch of one other record of this type.
  void AppendOtherBatch(uint16_t type, const SigningKey& key);

  uint64_t size() const { return tree_.size(); }
  uint64_t TimeOfEntry(uint64_t index) const { return kFirstTimeMs + 1000 * index; }
  // The time of the cosignature; at first that of the genesis.
  void set_cosigned_at(uint64_t time_s) { cosigned_at_s_ = time_s; }
  // The keys with which the node signs; at first the registered ones.
  void set_node_keys(SigningKey log, SigningKey cosigning) {
    log_key_ = std::move(log);
    cosigning_key_ = std::move(cosigning);
  }
  const SigningKey& batch_key() const { return batch_key_; }

 private:
  ledger::Genesis MakeGenesis() const;
  ledger::BatchHeader HeaderOf(const CommittedBatch& committed, uint16_t type, uint64_t sequence) const;

  SigningKey batch_key_, log_key_, cosigning_key_;
  ledger::Genesis genesis_;
  std::optional<ledger::Trust> trust_;
  Digest network_{};
  std::vector<Record> records_;
  std::vector<RecordSecret> secrets_;
  CommittedBatch committed_;
  std::vector<Bytes> headers_;
  uint64_t attestations_ = 0;
  ledger::MemoryTree tree_;
  ledger::StatusRegister register_;
  uint64_t last_seal_ = 0;
  uint64_t cosigned_at_s_ = kFirstTimeMs / 1000;
};

}  // namespace symbolon::identity::testing
