#include "storage/raft_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "storage/entry_rows.h"
#include "storage/keys.h"
#include "storage/stored_state.h"

namespace symbolon::storage {
namespace {

using consensus::EntryKind;
using consensus::HardState;
using consensus::Index;
using consensus::LogPosition;
using consensus::NodeId;
using consensus::Term;

uint64_t VoteNumber(const HardState& state) {
  return state.vote ? state.vote->value() : 0;
}

absl::StatusOr<std::string> LostLog(const Database& database, Index last, const Promises& promises) {
  if (last.value() < promises.last_index) {
    return fmt::format("the log ends at entry {} although this node has acknowledged entry {}", last,
                       promises.last_index);
  }
  if (promises.last_index == 0) return "";
  ASSIGN_OR_RETURN(const Term term, StoredTermAt(database, Index(promises.last_index)));
  if (term.value() == promises.last_index_term) return "";
  return fmt::format("entry {} is of term {} although this node has acknowledged one of term {}",
                     promises.last_index, term, promises.last_index_term);
}

std::string LostHardState(const std::optional<HardState>& stored, const LogPosition& last,
                          const Promises& promises) {
  if (!stored && last.index > Index(0)) {
    return fmt::format("the log has {} entries but no term and vote are stored", last.index);
  }
  const HardState state = stored.value_or(HardState{});
  const bool same_term = state.term.value() == promises.term;
  if (state.term.value() < promises.term ||
      (same_term && promises.vote != 0 && VoteNumber(state) != promises.vote)) {
    return fmt::format("the stored term {} and vote {} are behind the promised term {} and vote {}",
                       state.term, VoteNumber(state), promises.term, promises.vote);
  }
  if (state.term < last.term) {
    return fmt::format("the stored term {} is below the term {} of the last entry {}", state.term, last.term,
                       last.index);
  }
  return "";
}

}  // namespace

absl::StatusOr<Index> StoredLastIndex(const Database& database) {
  auto it = database.Iterate(Family::kHeaders);
  it->SeekToLast();
  RETURN_IF_ERROR(database.Convert(it->status(), "looking for the last entry"));
  if (!it->Valid()) return Index(0);
  const auto index = ParseU64Key(ToView(it->key()));
  if (!index || *index == 0) return absl::DataLossError("the last key of the entry headers is no index");
  return Index(*index);
}

absl::StatusOr<Term> StoredTermAt(const Database& database, Index index) {
  Bytes value;
  const absl::Status status = database.Get(Family::kHeaders, U64Key(index.value()), &value);
  if (absl::IsNotFound(status))
    return absl::DataLossError(fmt::format("entry {}: its header is missing", index));
  if (!status.ok()) return Annotate(status, fmt::format("entry {}", index));
  const auto decoded = DecodeHeaderValue(value);
  if (!decoded) return absl::DataLossError(fmt::format("entry {}: its stored header cannot be read", index));
  return decoded->term;
}

absl::StatusOr<std::vector<Index>> StoredConfigurationIndexes(const Database& database) {
  std::vector<Index> indexes;
  auto it = database.Iterate(Family::kRaft);
  for (it->Seek(ToSlice(kConfigurationPrefix)); it->Valid(); it->Next()) {
    const ByteView key = ToView(it->key());
    if (!key.starts_with(kConfigurationPrefix)) break;
    const auto index = ParseConfigurationKey(key);
    if (!index || *index == 0) return absl::DataLossError("a key of the configuration entries is no index");
    indexes.push_back(Index(*index));
  }
  RETURN_IF_ERROR(database.Convert(it->status(), "looking for the configuration entries"));
  return indexes;
}

absl::StatusOr<std::optional<HardState>> StoredHardState(const Database& database) {
  Bytes value;
  const absl::Status status = database.Get(Family::kRaft, kHardStateKey, &value);
  if (absl::IsNotFound(status)) return std::nullopt;
  RETURN_IF_ERROR(status);
  std::optional<HardState> state = DecodeHardState(value);
  if (!state) return absl::DataLossError("the stored term and vote cannot be read");
  return state;
}

std::optional<uint64_t> StoredIncarnation(const Database& database) {
  std::optional<uint64_t> newest;
  for (const Family family : {Family::kMeta, Family::kRaft}) {
    Bytes value;
    if (!database.Get(family, kIncarnationKey, &value).ok()) continue;
    if (const auto copy = ParseU64Key(value)) newest = std::max(newest.value_or(0), *copy);
  }
  return newest;
}

void PutIncarnation(const Database& database, uint64_t incarnation, rocksdb::WriteBatch* batch) {
  for (const Family family : {Family::kMeta, Family::kRaft}) {
    batch->Put(database.handle(family), ToSlice(kIncarnationKey), U64Key(incarnation));
  }
}

absl::StatusOr<PromiseCheck> ComparePromises(const Database& database, const Promises& promises) {
  LogPosition last;
  ASSIGN_OR_RETURN(last.index, StoredLastIndex(database));
  if (last.index > Index(0)) {
    ASSIGN_OR_RETURN(last.term, StoredTermAt(database, last.index));
  }
  PromiseCheck check;
  ASSIGN_OR_RETURN(check.lost_log, LostLog(database, last.index, promises));
  ASSIGN_OR_RETURN(const std::optional<HardState> stored, StoredHardState(database));
  check.lost_hard_state = LostHardState(stored, last, promises);
  check.binding = stored.value_or(HardState{});
  if (check.lost_hard_state.empty()) return check;
  // Of a term above the mark's nobody was told: no vote in it was given away.
  check.binding = {Term(promises.term), std::nullopt};
  if (promises.vote != 0) check.binding.vote = NodeId(promises.vote);
  if (last.term > check.binding.term) check.binding = {last.term, std::nullopt};
  return check;
}

absl::Status CheckPromises(const Database& database, const Promises& promises) {
  ASSIGN_OR_RETURN(const PromiseCheck check, ComparePromises(database, promises));
  const std::string& what = check.lost_log.empty() ? check.lost_hard_state : check.lost_log;
  if (what.empty()) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("{}: acknowledged data is lost or damaged. Keep a copy of the folder, and replace this "
                  "node under a new identity",
                  what));
}

absl::StatusOr<std::string> DropCutBranch(Database* database, const Promises& promises) {
  ASSIGN_OR_RETURN(const Index last, StoredLastIndex(*database));
  Index first = Next(last);
  for (; first > Index(1); first = Before(first)) {
    ASSIGN_OR_RETURN(const Term term, StoredTermAt(*database, Before(first)));
    if (term.value() <= promises.last_index_term) break;
  }
  if (first > last) return "";
  ASSIGN_OR_RETURN(const AppliedRow applied, LoadAppliedRow(*database));
  ASSIGN_OR_RETURN(const AppliedRow salvaged, LoadSalvagedAppliedRow(*database));
  if (std::max(applied.index, salvaged.index) >= first.value()) {
    return absl::FailedPreconditionError(fmt::format(
        "entry {} is applied, and of a later term than what the durable mark has for the last that "
        "this node has acknowledged, entry {} of term {}: the mark is older than the log",
        first, promises.last_index, promises.last_index_term));
  }
  rocksdb::WriteBatch batch;
  RETURN_IF_ERROR(DeleteEntries(*database, first, last, &batch));
  RETURN_IF_ERROR(database->Write(&batch, /*sync=*/true, "dropping a branch of the log that had been cut"));
  return fmt::format("entries {} to {}", first, last);
}

Bytes EncodeHeaderValue(const HeaderValue& value) {
  return Writer().U64(value.term.value()).U8(static_cast<uint8_t>(value.kind)).Raw(value.header).Take();
}

std::optional<HeaderValue> DecodeHeaderValue(ByteView bytes) {
  Reader r(bytes, "stored entry");
  HeaderValue out;
  out.term = Term(r.U64("term"));
  out.kind = static_cast<EntryKind>(r.U8("kind"));
  if (!r.ok() || out.kind > EntryKind::kConfiguration) return std::nullopt;
  out.header = r.Raw(r.remaining(), "header");
  return out;
}

Bytes EncodeHardState(const HardState& state) {
  return Writer().U64(state.term.value()).U8(state.vote ? 1 : 0).U64(VoteNumber(state)).Take();
}

std::optional<HardState> DecodeHardState(ByteView bytes) {
  Reader r(bytes, "hard state");
  HardState state;
  state.term = Term(r.U64("term"));
  const uint8_t has_vote = r.U8("has vote");
  const uint64_t vote = r.U64("vote");
  if (!r.ExpectEnd().ok() || has_vote > 1) return std::nullopt;
  if (has_vote == 1) state.vote = NodeId(vote);
  return state;
}

}  // namespace symbolon::storage
