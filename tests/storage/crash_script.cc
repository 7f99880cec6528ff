#include "tests/storage/crash_script.h"

#include <fmt/format.h>

#include <random>

#include "base/status_macros.h"

namespace symbolon::storage {
namespace {

// Never the bytes of the script: the ledger calls it no header.
consensus::Entry LostEntry(uint64_t index, uint64_t term) {
  return {consensus::Index(index), consensus::Term(term), consensus::EntryKind::kNormal,
          std::make_shared<const consensus::EntryData>(
              consensus::EntryData{fmt::format("lost entry of term {}", term), std::string(700, 'x')})};
}

consensus::Entry NextOf(TestLedger& ledger) {
  const uint64_t index = ledger.last_index() + 1;
  switch (index % 6) {
    case 0:
      return ledger.NoOp();
    case 1:
      return ledger.Batch(1);
    case 2:
      return ledger.RejectedBatch(2);
    case 3:
      return ledger.Revoke(index / 6);
    default:
      return ledger.Batch(1 + index % 40, index % 3);
  }
}

}  // namespace

consensus::Entry CrashScript::At(uint64_t index, uint64_t term) {
  while (entries_.size() < index) entries_.push_back(NextOf(ledger_));
  consensus::Entry entry = entries_[index - 1];
  entry.term = consensus::Term(term);
  return entry;
}

absl::Status CrashScript::Run(TestNode& node, uint64_t seed, const std::function<bool()>& proceed,
                              const std::function<void(const Acknowledged&)>& acknowledge) {
  std::mt19937_64 random(seed);
  Acknowledged done{node.ledger->applied_index(), node.ledger->last_signed().size};
  uint64_t term = node.log->hard_state().term.value();
  while (proceed()) {
    const uint64_t first = done.persisted + 1;  // whatever is beyond may be of a lost leader
    LogWrite write;
    write.hard_state = consensus::HardState{consensus::Term(++term), consensus::NodeId(1 + random() % 3)};
    const bool lost = random() % 4 == 0;
    for (uint64_t i = 0; i <= random() % 5; ++i) {
      write.append.push_back(lost ? LostEntry(first + i, term) : At(first + i, term));
    }
    RETURN_IF_ERROR(node.log->Persist(write));
    if (lost) continue;
    done.persisted = write.append.back().index.value();
    acknowledge(done);
    if (random() % 3 == 0) continue;
    RETURN_IF_ERROR(node.ApplyTo(done.persisted));
    // What was signed outlives applied state that a loss of power took: nothing is signed until it is back.
    if (node.ledger->applied_index() >= node.ledger->last_signed().size) {
      RETURN_IF_ERROR(node.ledger->RecordSigned({node.ledger->applied_index(), node.ledger->applied_root()}));
    }
    done.applied = done.persisted;
    acknowledge(done);
  }
  return absl::OkStatus();
}

std::string CrashScript::Check(TestNode& node, const Acknowledged& acknowledged) {
  const uint64_t last = node.log->LastIndex().value();
  if (last < acknowledged.persisted)
    return fmt::format("log ends at {}, {} was acknowledged", last, acknowledged.persisted);
  if (last > 0) {
    const auto entries = node.log->Read(consensus::Index(1), consensus::Index(last), SIZE_MAX);
    if (!entries.ok()) return std::string(entries.status().message());
    if (entries->size() != last) return fmt::format("{} of {} entries were read", entries->size(), last);
    for (uint64_t index = 1; index <= acknowledged.persisted; ++index) {
      const consensus::Entry expected = At(index, 1);
      if (!(*(*entries)[index - 1].data == *expected.data))
        return fmt::format("entry {} has other bytes", index);
    }
  }
  const uint64_t applied = node.ledger->applied_index();
  if (applied > last) return fmt::format("applied {} of {}", applied, last);
  if (applied > 0) At(applied, 1);
  const ledger::State replayed =
      Replay(ledger_, {entries_.begin(), entries_.begin() + static_cast<long>(applied)});
  if (replayed.Fingerprint() != node.state->Fingerprint())
    return fmt::format("the state at {} is not what a replay gives", applied);
  if (replayed.LedgerRoot() != node.ledger->applied_root())
    return fmt::format("the root at {} is not what a replay gives", applied);
  if (node.ledger->last_signed().size < acknowledged.applied) return "a signed checkpoint was forgotten";
  return "";
}

}  // namespace symbolon::storage
