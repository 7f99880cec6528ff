#include "consensus/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/status_macros.h"

namespace symbolon::consensus {
namespace {

// Takes the prefix of `entries` that fits, at least one when nothing was taken before.
class Budget {
 public:
  explicit Budget(size_t max_bytes) : left_(max_bytes) {}
  bool Take(const Entry& entry) {
    const size_t bytes = entry.bytes();
    if (bytes > left_ && !first_) return false;
    left_ -= std::min(bytes, left_);
    first_ = false;
    return true;
  }
  bool spent() const { return left_ == 0; }
  size_t left() const { return left_; }

 private:
  size_t left_;
  bool first_ = true;
};

}  // namespace

Log::Log(const LogView* view, size_t cache_bytes, TermMap terms)
    : view_(view),
      cache_bytes_(cache_bytes),
      terms_(std::move(terms)),
      durable_(terms_.last().index),
      handed_(terms_.last().index) {}

absl::StatusOr<Log> Log::Open(const LogView* view, size_t cache_bytes) {
  ASSIGN_OR_RETURN(TermMap terms, TermMap::Load(*view));
  return Log(view, cache_bytes, std::move(terms));
}

void Log::Append(Entry entry) {
  assert(entry.index == Next(last().index) && entry.data != nullptr);
  terms_.Append(entry.term);
  tail_bytes_ += entry.bytes();
  unpersisted_bytes_ += entry.bytes();
  tail_.push_back(std::move(entry));
}

void Log::TruncateFrom(Index first) {
  while (!tail_.empty() && tail_.back().index >= first) {
    const size_t bytes = tail_.back().bytes();
    tail_bytes_ -= bytes;
    if (tail_.back().index > durable_) unpersisted_bytes_ -= bytes;
    tail_.pop_back();
  }
  terms_.TruncateFrom(first);
  durable_ = std::min(durable_, last().index);
  handed_ = std::min(handed_, last().index);
}

const Entry* Log::InTail(Index index) const {
  if (index < TailBegin() || index > last().index) return nullptr;
  return &tail_[index - TailBegin()];
}

absl::StatusOr<std::vector<Entry>> Log::Read(Index first, Index last_wanted, size_t max_bytes) const {
  assert(Index(1) <= first && first <= last_wanted && last_wanted <= last().index);
  Budget budget(max_bytes);
  std::vector<Entry> out;
  if (first < TailBegin()) {
    const Index stop = std::min(last_wanted, Before(TailBegin()));
    absl::StatusOr<std::vector<Entry>> read = view_->Read(first, stop, max_bytes);
    if (!read.ok()) return Annotate(read.status(), fmt::format("reading log entries {} to {}", first, stop));
    for (Entry& entry : *read) {
      const Index expected = first + out.size();
      if (entry.index != expected || entry.index > stop || TermAt(expected) != entry.term || !entry.data) {
        return absl::DataLossError(fmt::format(
            "the stored log gave entry {} of term {} where entry {} of term {} must be; it is damaged",
            entry.index, entry.term, expected, TermAt(expected).value_or(Term())));
      }
      if (!budget.Take(entry)) return out;
      out.push_back(std::move(entry));
    }
    if (out.empty())
      return absl::DataLossError(fmt::format("the stored log gave nothing for entry {}", first));
    if (out.back().index < stop) return out;
  }
  for (Index i = first + out.size(); i <= last_wanted && !(budget.spent() && !out.empty()); i = Next(i)) {
    const Entry& entry = *InTail(i);
    if (!budget.Take(entry)) break;
    out.push_back(entry);
  }
  return out;
}

std::vector<Entry> Log::HandOut() {
  std::vector<Entry> out;
  for (Index i = Next(handed_); i <= last().index; i = Next(i)) out.push_back(*InTail(i));
  handed_ = last().index;
  return out;
}

void Log::MarkDurable(Index index) {
  index = std::min(index, handed_);
  for (; durable_ < index; durable_ = Next(durable_)) unpersisted_bytes_ -= InTail(Next(durable_))->bytes();
  TrimCache();
}

void Log::TrimCache() {
  while (!tail_.empty() && tail_.front().index <= durable_ &&
         tail_bytes_ - unpersisted_bytes_ > cache_bytes_) {
    tail_bytes_ -= tail_.front().bytes();
    tail_.pop_front();
  }
}

}  // namespace symbolon::consensus
