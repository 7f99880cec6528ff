#pragma once
// What a node keeps through a crash, in memory: its log as a LogView, and its hard state.

#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "consensus/configuration.h"
#include "consensus/effects.h"
#include "consensus/log_view.h"

namespace symbolon::consensus {

inline std::shared_ptr<const EntryData> MakeData(std::string header, std::string body = "") {
  return std::make_shared<const EntryData>(EntryData{std::move(header), std::move(body)});
}

// Bytes that name their place, as an entry's do.
inline std::shared_ptr<const EntryData> NoOpData(Index index, Term term) {
  return MakeData(fmt::format("no-op at ({}, {})", index, term));
}

inline Entry MakeEntry(uint64_t index, uint64_t term, std::string header = "") {
  if (header.empty()) header = fmt::format("entry ({}, {})", index, term);
  return {Index(index), Term(term), EntryKind::kNormal, MakeData(std::move(header))};
}

// A configuration entry: "members at (3, 2): voters 1 2 3 learners 4", as what follows the colon can be read.
inline std::shared_ptr<const EntryData> ConfigurationData(Index index, Term term,
                                                          const Configuration& members) {
  return MakeData(fmt::format("members at ({}, {}): voters {} learners {}", index, term,
                              fmt::join(members.voters(), " "), fmt::join(members.learners(), " ")));
}

inline absl::StatusOr<Configuration> ReadConfigurationData(const EntryData& data) {
  const size_t colon = data.header.find(": voters");
  if (colon == std::string::npos) return absl::InvalidArgumentError("no configuration: " + data.header);
  std::istringstream words(data.header.substr(colon + 2));
  std::vector<NodeId> voters, learners;
  std::vector<NodeId>* list = nullptr;
  for (std::string word; words >> word;) {
    if (word == "voters") {
      list = &voters;
    } else if (word == "learners") {
      list = &learners;
    } else {
      list->push_back(NodeId(std::stoull(word)));
    }
  }
  return Configuration(std::move(voters), std::move(learners));
}

inline Entry MakeChange(uint64_t index, uint64_t term, const Configuration& members) {
  return {Index(index), Term(term), EntryKind::kConfiguration,
          ConfigurationData(Index(index), Term(term), members)};
}

class MemoryLog : public LogView {
 public:
  MemoryLog() = default;
  // One entry for each term given.
  explicit MemoryLog(const std::vector<uint64_t>& terms) {
    for (size_t i = 0; i < terms.size(); ++i) entries_.push_back(MakeEntry(i + 1, terms[i]));
  }

  // Cuts at the first index written, then appends.
  void Write(const std::vector<Entry>& entries) {
    if (entries.empty()) return;
    entries_.resize(std::min<size_t>(entries_.size(), entries.front().index.value() - 1));
    entries_.insert(entries_.end(), entries.begin(), entries.end());
  }

  Index LastIndex() const override { return Index(entries_.size()); }
  absl::StatusOr<Term> TermAt(Index index) const override {
    if (!read_error_.ok()) return read_error_;
    return entries_.at(index.value() - 1).term;
  }
  absl::StatusOr<std::vector<Entry>> Read(Index first, Index last, size_t max_bytes) const override {
    ++reads_;
    if (!read_error_.ok()) return read_error_;
    std::vector<Entry> out;
    size_t bytes = 0;
    for (Index i = first; i <= last; i = Next(i)) {
      const Entry& entry = entries_.at(i.value() - 1);
      bytes += entry.bytes();
      if (!out.empty() && bytes > max_bytes) break;
      out.push_back(entry);
    }
    return out;
  }

  absl::StatusOr<std::vector<Index>> ConfigurationIndexes() const override {
    if (!read_error_.ok()) return read_error_;
    std::vector<Index> out;
    for (const Entry& entry : entries_) {
      if (entry.kind == EntryKind::kConfiguration) out.push_back(entry.index);
    }
    return out;
  }

  LogPosition Last() const { return entries_.empty() ? LogPosition{} : entries_.back().position(); }
  std::optional<Term> TermOrNone(Index index) const {
    if (index == Index(0)) return Term(0);
    if (index > LastIndex()) return std::nullopt;
    return entries_[index.value() - 1].term;
  }
  const std::vector<Entry>& entries() const { return entries_; }
  std::vector<Entry>& mutable_entries() { return entries_; }
  void set_read_error(absl::Status status) { read_error_ = std::move(status); }
  size_t reads() const { return reads_; }

 private:
  std::vector<Entry> entries_;
  absl::Status read_error_;
  mutable size_t reads_ = 0;
};

// The terms of a log, for comparing.
inline std::vector<uint64_t> Terms(const std::vector<Entry>& entries) {
  std::vector<uint64_t> out;
  for (const Entry& entry : entries) out.push_back(entry.term.value());
  return out;
}

}  // namespace symbolon::consensus
