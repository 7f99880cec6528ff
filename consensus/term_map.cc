#include "consensus/term_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/status_macros.h"

namespace symbolon::consensus {
namespace {

absl::StatusOr<Term> PersistedTerm(const LogView& log, Index index) {
  absl::StatusOr<Term> term = log.TermAt(index);
  if (!term.ok()) return Annotate(term.status(), fmt::format("reading the term of log entry {}", index));
  if (*term == Term(0)) return absl::DataLossError(fmt::format("log entry {} has term 0", index));
  return *term;
}

}  // namespace

absl::StatusOr<TermMap> TermMap::Load(const LogView& log) {
  TermMap map;
  const Index last = log.LastIndex();
  Term end;
  if (last > Index(0)) {
    ASSIGN_OR_RETURN(end, PersistedTerm(log, last));
  }
  for (Index first(1); first <= last;) {
    ASSIGN_OR_RETURN(Term term, PersistedTerm(log, first));
    if (term < map.last().term || term > end) {
      return absl::DataLossError(fmt::format(
          "terms fall along the log: entry {} has term {}, after term {} and before term {} at the end; "
          "the stored log is damaged",
          first, term, map.last().term, end));
    }
    map.runs_.push_back({first, term});
    // The run ends before the first index of a larger term: bisect in (first, last + 1].
    Index low = first, high = Next(last);
    while (high - low > 1) {
      const Index middle = low + (high - low) / 2;
      ASSIGN_OR_RETURN(Term at, PersistedTerm(log, middle));
      (at == term ? low : high) = middle;
    }
    map.last_index_ = low;
    first = high;
  }
  return map;
}

std::optional<Term> TermMap::At(Index index) const {
  if (index == Index(0)) return Term(0);
  if (index > last_index_) return std::nullopt;
  auto after = std::upper_bound(runs_.begin(), runs_.end(), index,
                                [](Index i, const LogPosition& run) { return i < run.index; });
  return std::prev(after)->term;
}

LogPosition TermMap::LastAtMost(Index from, Term term) const {
  const Index start = std::min(from, last_index_);
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    if (run->index > start || run->term > term) continue;
    const Index end = run == runs_.rbegin() ? last_index_ : Before(std::prev(run)->index);
    return {std::min(start, end), run->term};
  }
  return {};
}

Index TermMap::CommonEnd(const TermMap& other) const {
  Index end = std::min(last_index_, other.last_index_);
  const auto [mine, theirs] =
      std::mismatch(runs_.begin(), runs_.end(), other.runs_.begin(), other.runs_.end());
  if (mine != runs_.end()) end = std::min(end, Before(mine->index));
  if (theirs != other.runs_.end()) end = std::min(end, Before(theirs->index));
  return end;
}

void TermMap::Append(Term term) {
  assert(term >= last().term && term > Term(0));
  const bool new_run = term > last().term;
  last_index_ = Next(last_index_);
  if (new_run) runs_.push_back({last_index_, term});
}

void TermMap::TruncateFrom(Index first) {
  assert(first > Index(0));
  if (first > last_index_) return;
  last_index_ = Before(first);
  while (!runs_.empty() && runs_.back().index >= first) runs_.pop_back();
}

}  // namespace symbolon::consensus
