#include "tests/simulation/history.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/linearizability.h"

namespace symbolon::simulation {
namespace {

using api::AttestationStatus;

constexpr size_t kLongestGeneral = 24;  // operations on one attestation; the general search is exponential

const char* StatusText(AttestationStatus status) {
  constexpr const char* kNames[] = {"valid", "revoked", "suspended", "void", "unknown"};
  return kNames[static_cast<size_t>(status)];
}

std::string Describe(const Read& read) {
  constexpr const char* kModes[] = {"any", "at least", "linearizable"};
  return fmt::format("node {} said at {:.3f} s (asked at {:.3f} s, {} {}) that attestation {} is {} as of {}",
                     read.node, static_cast<double>(read.returned) / kSecond,
                     static_cast<double>(read.invoked) / kSecond,
                     kModes[static_cast<size_t>(read.freshness.mode)], read.freshness.index, read.attestation,
                     StatusText(read.status), read.as_of);
}

// The largest of what was said before a moment; to be asked in order of time.
class Floor {
 public:
  void Say(Time when, uint64_t what) { said_.emplace_back(when, what); }
  void Sort() { std::sort(said_.begin(), said_.end()); }
  // Said strictly before `when`.
  uint64_t Before(Time when) {
    while (next_ < said_.size() && said_[next_].first < when)
      largest_ = std::max(largest_, said_[next_++].second);
    return largest_;
  }

 private:
  std::vector<std::pair<Time, uint64_t>> said_;
  size_t next_ = 0;
  uint64_t largest_ = 0;
};

}  // namespace

size_t History::Begin(Write write) {
  writes_.push_back(std::move(write));
  return writes_.size() - 1;
}

void History::Acknowledge(size_t i, Time now, uint64_t entry_index, uint64_t first_attestation) {
  Write& write = writes_[i];
  write.acknowledged = now;
  write.entry_index = entry_index;
  write.first_attestation = first_attestation;
  last_acknowledged_ = std::max(last_acknowledged_, entry_index);
}

void History::Publish(uint64_t past_last_attestation) {
  known_attestations_ = std::max(known_attestations_, past_last_attestation);
}

History::Registers History::MakeRegisters(const std::vector<FinalEntry>& ledger) {
  Registers registers;
  for (const FinalEntry& item : ledger) {
    const ledger::EntryHeader& header = item.entry.header;
    const bool accepted = item.verdict == ledger::Verdict::kAccepted;
    for (uint64_t i = 0; i < header.attestation_count; ++i) {
      registers[header.first_attestation_number + i].emplace_back(
          header.index, accepted ? AttestationStatus::kValid : AttestationStatus::kVoid);
    }
    const auto* status = item.entry.payload.status();
    if (status == nullptr || !accepted) continue;
    for (const ledger::StatusChange& change : status->transaction.changes) {
      registers[change.attestation_number].emplace_back(header.index,
                                                        static_cast<AttestationStatus>(change.status));
    }
  }
  return registers;
}

AttestationStatus History::Find(const Registers& registers, uint64_t attestation, uint64_t size) {
  const auto found = registers.find(attestation);
  AttestationStatus status = AttestationStatus::kUnknown;
  if (found == registers.end()) return status;
  for (const auto& [index, value] : found->second) {
    if (index <= size) status = value;
  }
  return status;
}

AttestationStatus History::StatusAt(const std::vector<FinalEntry>& ledger, uint64_t attestation,
                                    uint64_t size) {
  return Find(MakeRegisters(ledger), attestation, size);
}

std::string History::Check(const std::vector<FinalEntry>& ledger, Coverage* coverage) const {
  Places places;
  if (std::string wrong = Place(ledger, &places); !wrong.empty()) return wrong;
  if (std::string wrong = CheckAcknowledged(ledger, places); !wrong.empty()) return wrong;
  if (std::string wrong = CheckOrder(places); !wrong.empty()) return wrong;
  const Registers registers = MakeRegisters(ledger);
  if (std::string wrong = CheckReads(registers); !wrong.empty()) return wrong;
  return CheckGenerally(registers, ledger, places, coverage);
}

// Where the transactions stand. Each at most once, and none that nobody sent.
std::string History::Place(const std::vector<FinalEntry>& ledger, Places* places) const {
  std::set<Digest> sent;
  for (const Write& write : writes_) sent.insert(write.signed_digest);
  for (const FinalEntry& item : ledger) {
    const auto place = ledger::SequencePlaceOf(item.entry.payload);
    if (!place) continue;
    const Digest digest = place->signed_digest;
    const uint64_t index = item.entry.header.index;
    if (!sent.contains(digest)) return fmt::format("entry {} holds a transaction that nobody sent", index);
    const auto [at, fresh] = places->emplace(digest, Placed{index, item.verdict});
    if (!fresh) return fmt::format("entries {} and {} hold the same transaction", at->second.index, index);
  }
  return "";
}

std::string History::CheckAcknowledged(const std::vector<FinalEntry>& ledger, const Places& places) const {
  for (const Write& write : writes_) {
    if (!write.acknowledged) continue;
    const auto found = places.find(write.signed_digest);
    if (found == places.end()) {
      return fmt::format("acknowledged and lost: transaction {} of {}, said to be entry {}", write.sequence,
                         write.agency, write.entry_index);
    }
    const ledger::EntryHeader& header = ledger[found->second.index - 1].entry.header;
    if (found->second.index != write.entry_index || found->second.verdict != ledger::Verdict::kAccepted ||
        (header.attestation_count != 0 && header.first_attestation_number != write.first_attestation)) {
      return fmt::format("transaction {} of {} was acknowledged as entry {} and stands at {}, {}",
                         write.sequence, write.agency, write.entry_index, found->second.index,
                         ledger::VerdictName(found->second.verdict));
    }
  }
  return "";
}

// A write that was acknowledged before another was begun comes before it.
std::string History::CheckOrder(const Places& places) const {
  Floor acknowledged;
  std::vector<std::pair<Time, uint64_t>> begun;
  for (const Write& write : writes_) {
    const auto found = places.find(write.signed_digest);
    if (found == places.end()) continue;
    begun.emplace_back(write.invoked, found->second.index);
    if (write.acknowledged) acknowledged.Say(*write.acknowledged, found->second.index);
  }
  std::sort(begun.begin(), begun.end());
  acknowledged.Sort();
  for (const auto& [when, index] : begun) {
    if (acknowledged.Before(when) >= index) {
      return fmt::format("I-10: entry {} was begun at {:.3f} s, after entry {} was acknowledged", index,
                         static_cast<double>(when) / kSecond, acknowledged.Before(when));
    }
  }
  return "";
}

std::string History::CheckReads(const Registers& registers) const {
  Floor seen;  // what was acknowledged, and what linearizable reads have shown
  for (const Write& write : writes_) {
    if (write.acknowledged) seen.Say(*write.acknowledged, write.entry_index);
  }
  std::vector<const Read*> reads;
  for (const Read& read : reads_) {
    reads.push_back(&read);
    if (read.freshness.mode == api::Freshness::Mode::kLinearizable) seen.Say(read.returned, read.as_of);
  }
  seen.Sort();
  std::stable_sort(reads.begin(), reads.end(), [](auto* a, auto* b) { return a->invoked < b->invoked; });
  for (const Read* read : reads) {
    if (Find(registers, read->attestation, read->as_of) != read->status) {
      return fmt::format("{}; the ledger of that size says {}", Describe(*read),
                         StatusText(Find(registers, read->attestation, read->as_of)));
    }
    const uint64_t floor = seen.Before(read->invoked);
    if (read->freshness.mode == api::Freshness::Mode::kLinearizable && read->as_of < floor) {
      return fmt::format("I-10: {}; {} was known before", Describe(*read), floor);
    }
    if (read->freshness.mode == api::Freshness::Mode::kAtLeast && read->as_of < read->freshness.index) {
      return fmt::format("R12: {}", Describe(*read));
    }
  }
  return "";
}

// The same once more without looking at any index.
std::string History::CheckGenerally(const Registers& registers, const std::vector<FinalEntry>& ledger,
                                    const Places& places, Coverage* coverage) const {
  std::map<uint64_t, std::vector<RegisterOperation>> by_attestation;
  const auto value = [](AttestationStatus status) {
    return status == AttestationStatus::kUnknown ? 0 : static_cast<int>(status) + 1;
  };
  std::map<uint64_t, const Write*> by_index;
  for (const Write& write : writes_) {
    if (const auto found = places.find(write.signed_digest); found != places.end()) {
      by_index[found->second.index] = &write;
    }
  }
  for (const auto& [attestation, changes] : registers) {
    for (const auto& [index, status] : changes) {
      const Write& write = *by_index.at(index);
      by_attestation[attestation].push_back(
          {true, value(status), write.invoked, write.acknowledged.value_or(kForever)});
    }
  }
  for (const Read& read : reads_) {
    if (read.freshness.mode != api::Freshness::Mode::kLinearizable) continue;
    by_attestation[read.attestation].push_back({false, value(read.status), read.invoked, read.returned});
  }
  for (const auto& [attestation, operations] : by_attestation) {
    if (operations.size() > kLongestGeneral) continue;
    if (operations.size() > 2) ++(*coverage)["registers checked by the general search"];
    if (!IsLinearizable(operations)) {
      return fmt::format("I-10: no order explains what was read of attestation {} (of {} entries)",
                         attestation, ledger.size());
    }
  }
  return "";
}

}  // namespace symbolon::simulation
