#include "storage/raft_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"
#include "consensus/term_map.h"
#include "storage/database.h"
#include "storage/durable_mark.h"
#include "storage/entry_reader.h"
#include "storage/entry_rows.h"
#include "storage/keys.h"
#include "storage/raft_state.h"
#include "storage/stored_state.h"

namespace symbolon::storage {
namespace {

using consensus::Entry;
using consensus::HardState;
using consensus::Index;
using consensus::Term;
using consensus::TermMap;

uint64_t VoteNumber(const HardState& state) {
  return state.vote ? state.vote->value() : 0;
}

// What is on disk, as a LogView: from this TermMap learns the terms at start.
class StoredTerms final : public consensus::LogView {
 public:
  StoredTerms(const Database& database, Index last) : database_(database), last_(last) {}
  Index LastIndex() const override { return last_; }
  absl::StatusOr<Term> TermAt(Index index) const override { return StoredTermAt(database_, index); }
  absl::StatusOr<std::vector<Index>> ConfigurationIndexes() const override {
    return StoredConfigurationIndexes(database_);
  }
  absl::StatusOr<std::vector<Entry>> Read(Index, Index, size_t) const override {
    return absl::UnimplementedError("only terms are read here");
  }

 private:
  const Database& database_;
  const Index last_;
};

bool HoldsProposals(std::span<const LogWrite> writes) {
  const auto is_proposal = [](const Entry& entry) { return entry.kind == consensus::EntryKind::kNormal; };
  return std::any_of(writes.begin(), writes.end(), [&](const LogWrite& write) {
    return std::any_of(write.append.begin(), write.append.end(), is_proposal);
  });
}

absl::Status CheckFollows(const HardState& now, const HardState& next) {
  const bool term_falls = next.term < now.term;
  const bool vote_changes = next.term == now.term && now.vote && next.vote != now.vote;
  if (!term_falls && !vote_changes) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("term {} and vote {} cannot follow term {} and vote {}",
                                                next.term, VoteNumber(next), now.term, VoteNumber(now)));
}

}  // namespace

struct RaftLog::State {
  TermMap terms;
  std::vector<Index> configurations;  // ascending
  HardState hard_state;
};

// What a Persist is going to do: the state after it, and the batch that brings it about.
struct RaftLog::Plan {
  State next;
  rocksdb::WriteBatch batch;
  std::optional<Index> lowest_cut;

  absl::Status Add(const Database& database, const LogWrite& write);
  absl::Status Append(const Database& database, const std::vector<Entry>& entries);
};

absl::Status RaftLog::Plan::Add(const Database& database, const LogWrite& write) {
  if (write.hard_state) {
    RETURN_IF_ERROR(CheckFollows(next.hard_state, *write.hard_state));
    next.hard_state = *write.hard_state;
    batch.Put(database.handle(Family::kRaft), ToSlice(kHardStateKey), EncodeHardState(next.hard_state));
  }
  return write.append.empty() ? absl::OkStatus() : Append(database, write.append);
}

absl::Status RaftLog::Plan::Append(const Database& database, const std::vector<Entry>& entries) {
  const Index first = entries.front().index;
  const Index last = next.terms.last().index;
  if (first == Index(0) || first > Next(last)) {
    return absl::InvalidArgumentError(fmt::format("entry {} would leave a gap after entry {}", first, last));
  }
  if (first <= last) {
    // Cut and append are one write: a crash leaves either log, never a hole (RB-23).
    RETURN_IF_ERROR(DeleteEntries(database, first, last, &batch));
    next.terms.TruncateFrom(first);
    while (!next.configurations.empty() && next.configurations.back() >= first)
      next.configurations.pop_back();
    lowest_cut = std::min(lowest_cut.value_or(first), first);
  }
  for (const Entry& entry : entries) {
    const consensus::LogPosition before = next.terms.last();
    if (entry.index != Next(before.index)) {
      return absl::InvalidArgumentError(
          fmt::format("entry {} cannot follow entry {}", entry.index, before.index));
    }
    if (entry.term == Term(0) || entry.term < before.term || entry.term > next.hard_state.term) {
      return absl::InvalidArgumentError(
          fmt::format("entry {} has term {}, between term {} of the entry before and term {} of this node "
                      "it cannot be",
                      entry.index, entry.term, before.term, next.hard_state.term));
    }
    PutEntry(database, entry, &batch);
    next.terms.Append(entry.term);
    if (entry.kind == consensus::EntryKind::kConfiguration) next.configurations.push_back(entry.index);
  }
  return absl::OkStatus();
}

RaftLog::RaftLog(Store* store) : store_(store), state_(std::make_unique<State>()) {}
RaftLog::~RaftLog() = default;

absl::StatusOr<std::unique_ptr<RaftLog>> RaftLog::Open(Store* store) {
  auto log = std::unique_ptr<RaftLog>(new RaftLog(store));
  const Database& database = store->database();
  ASSIGN_OR_RETURN(const Index last, StoredLastIndex(database));
  ASSIGN_OR_RETURN(log->state_->terms, TermMap::Load(StoredTerms(database, last)));
  ASSIGN_OR_RETURN(log->state_->configurations, StoredConfigurationIndexes(database));
  ASSIGN_OR_RETURN(const std::optional<HardState> hard_state, StoredHardState(database));
  log->state_->hard_state = hard_state.value_or(HardState{});
  log->recovering_ = store->report().standing == Standing::kRecovering;
  // A crash may have come between a write and its mark. What is on the disk beyond the mark will be vouched
  // for without another write: a vote said again, entries that a leader finds to be there. So it is promised
  // now.
  if (store->mark() != nullptr && store->report().missing.empty()) {
    RETURN_IF_ERROR(Annotate(log->RaiseMark(*log->state_), "raising the durable mark to the log's end"));
  }
  return log;
}

Index RaftLog::LastIndex() const {
  std::lock_guard lock(mutex_);
  return state_->terms.last().index;
}

HardState RaftLog::hard_state() const {
  std::lock_guard lock(mutex_);
  return state_->hard_state;
}

absl::StatusOr<Term> RaftLog::TermAt(Index index) const {
  std::lock_guard lock(mutex_);
  const std::optional<Term> term = index == Index(0) ? std::nullopt : state_->terms.At(index);
  if (!term) {
    return absl::OutOfRangeError(
        fmt::format("no entry {}: the log ends at {}", index, state_->terms.last().index));
  }
  return *term;
}

absl::StatusOr<std::vector<Index>> RaftLog::ConfigurationIndexes() const {
  std::lock_guard lock(mutex_);
  return state_->configurations;
}

absl::StatusOr<std::vector<Entry>> RaftLog::Read(Index first, Index last, size_t max_bytes) const {
  if (first == Index(0) || first > last) {
    return absl::InvalidArgumentError(fmt::format("entries {} to {} are no range", first, last));
  }
  // Headers and bodies of one moment, also while a cut is being written.
  const ScopedSnapshot snapshot(store_->database());
  EntryReader reader(store_->database(), first.value(), snapshot.get(), /*large_scan=*/false);
  std::vector<Entry> entries;
  size_t bytes = 0;
  for (Index index = first; index <= last; index = Next(index)) {
    absl::StatusOr<StoredEntry> stored = reader.Next();
    if (absl::IsOutOfRange(stored.status())) {
      return absl::DataLossError(fmt::format("entry {} is missing at the end of the log", index));
    }
    RETURN_IF_ERROR(stored.status());
    Entry entry{index, stored->term, stored->kind,
                std::make_shared<const consensus::EntryData>(
                    consensus::EntryData{std::move(stored->header), std::move(stored->body)})};
    bytes += entry.bytes();
    if (!entries.empty() && bytes > max_bytes) break;
    entries.push_back(std::move(entry));
  }
  return entries;
}

absl::Status RaftLog::Persist(std::span<const LogWrite> writes) {
  Database& database = store_->database();
  RETURN_IF_ERROR(database.failure());
  Plan plan;
  {
    std::lock_guard lock(mutex_);
    plan.next = *state_;
  }
  for (const LogWrite& write : writes) RETURN_IF_ERROR(plan.Add(database, write));
  if (plan.batch.Count() == 0) return absl::OkStatus();
  if (HoldsProposals(writes)) RETURN_IF_ERROR(store_->CheckReserve(plan.batch.GetDataSize()));
  if (plan.lowest_cut) RETURN_IF_ERROR(PrepareCut(*plan.lowest_cut));

  RETURN_IF_ERROR(database.Write(&plan.batch, /*sync=*/true, "appending to the log"));
  RETURN_IF_ERROR(database.Latch(RaiseMark(plan.next), "raising the durable mark"));
  std::lock_guard lock(mutex_);
  *state_ = std::move(plan.next);
  return absl::OkStatus();
}

// A log that lacks what was acknowledged leaves that in the mark until it ends at or past it: the next start
// must find the old promise (L14). consensus/recovery.cc says why that is enough.
absl::Status RaftLog::RaiseMark(const State& state) {
  consensus::LogPosition last = state.terms.last();
  if (recovering_) {
    const Promises promises = store_->mark()->promises();
    const consensus::LogPosition promised{Index(promises.last_index), Term(promises.last_index_term)};
    recovering_ = !IsUpToDate(last, promised);
    if (recovering_) last = promised;
  }
  return store_->mark()->SetLog(last.index.value(), last.term.value(), state.hard_state.term.value(),
                                VoteNumber(state.hard_state));
}

// Before entries go that the mark covers, the mark is lowered: a crash between the two must not look like
// loss.
absl::Status RaftLog::PrepareCut(Index first) {
  Database& database = store_->database();
  ASSIGN_OR_RETURN(const AppliedRow applied, LoadAppliedRow(database));
  if (first.value() <= applied.index) {
    return absl::InvalidArgumentError(
        fmt::format("entry {} is applied up to {} and cannot be cut: the leader and this node disagree about "
                    "what is committed",
                    first, applied.index));
  }
  const Promises promises = store_->mark()->promises();
  if (recovering_ || first.value() > promises.last_index) return absl::OkStatus();
  const Index before = Before(first);
  Term term;
  if (before > Index(0)) {
    ASSIGN_OR_RETURN(term, TermAt(before));
  }
  return database.Latch(store_->mark()->SetLog(before.value(), term.value(), promises.term, promises.vote),
                        "lowering the durable mark");
}

}  // namespace symbolon::storage
