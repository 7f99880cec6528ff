#pragma once
// What a leader must know of its own log, applied or not, before it can make the next entry: the running
// attestation count, the last time, the sequences that are taken (docs/formats.md section 7; a new leader
// computes them from its log, not from its applied state).

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "consensus/entry.h"
#include "ledger/decoded_entry.h"
#include "ledger/entry_header.h"

namespace symbolon::node {

// Not thread-safe: belongs to the event loop.
class LogTail {
 public:
  // The log's end as far as it is applied.
  struct Base {
    uint64_t index = 0;
    uint64_t time_ms = 0;
    uint64_t attestation_count = 0;
  };

  explicit LogTail(Base applied) : base_(applied) {}

  // The log is cut at the entry's index, if it has another one there, and grows by this. Nothing happens for
  // an entry that is here already.
  void Append(const consensus::Entry& entry);
  // Entries up to `index` are applied: the state knows of them.
  void DropThrough(uint64_t index);

  uint64_t applied_index() const { return base_.index; }
  uint64_t last_index() const { return items_.empty() ? base_.index : items_.back().index; }
  uint64_t last_time_ms() const { return items_.empty() ? base_.time_ms : items_.back().time_ms; }
  // The first attestation number of the next entry.
  uint64_t next_attestation_number() const {
    return items_.empty() ? base_.attestation_count : items_.back().next_attestation_number;
  }
  bool empty() const { return items_.empty(); }
  // Whether a seal is in the log and not applied yet.
  bool HasSeal() const { return seals_ != 0; }
  // Whether a decision or a configuration is in the log and not applied yet.
  bool HasMembershipEntry() const { return membership_entries_ != 0; }
  // The newest configuration in the log that is not applied yet; null when there is none.
  const ledger::Configuration* NewestConfiguration() const;

  // Where the transaction with these signed bytes stands, if it is in the log and not applied yet.
  std::optional<consensus::LogPosition> Find(const Digest& signed_digest) const;
  // The last sequence of the key that is in the log and not applied yet.
  std::optional<uint64_t> LastSequence(const std::string& issuer, uint32_t key_id) const;

 private:
  using Key = std::pair<std::string, uint32_t>;

  struct Item {
    uint64_t index = 0;
    uint64_t term = 0;
    uint64_t time_ms = 0;
    uint64_t next_attestation_number = 0;
    bool seal = false;
    bool membership = false;  // a decision or a configuration
    std::optional<ledger::Configuration> configuration;
    // Of a transaction:
    std::optional<Key> key;
    uint64_t sequence = 0;
    Digest signed_digest{};
  };

  Item Describe(const consensus::Entry& entry) const;
  void PopBack();
  void Forget(const Item& item);

  Base base_;
  std::deque<Item> items_;
  absl::flat_hash_map<Digest, consensus::LogPosition> by_digest_;
  absl::flat_hash_map<Key, std::deque<uint64_t>> sequences_;  // of items_, in order of the log
  size_t seals_ = 0;
  size_t membership_entries_ = 0;
};

}  // namespace symbolon::node
