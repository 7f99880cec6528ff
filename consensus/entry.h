#pragma once
// One position of the log. What an entry says is opaque here: the ledger gives it meaning.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/bytes.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// The exact bytes of an entry: stored, replicated and hashed as its leader made them, never re-encoded.
struct EntryData {
  Bytes header;
  Bytes body;

  friend bool operator==(const EntryData&, const EntryData&) = default;
};

// What Raft itself makes of an entry.
enum class EntryKind : uint8_t {
  kNoOp = 0,           // the first entry of each leader's term (thesis 6.4): lets older entries commit
  kNormal = 1,         // a proposal
  kConfiguration = 2,  // the whole set of voters and learners, in force as soon as appended (thesis 4.1)
};

// One position of the log (Raft paper 5.3): `index` and `term` are also in the bytes.
struct Entry {
  Index index;
  Term term;
  EntryKind kind = EntryKind::kNormal;
  std::shared_ptr<const EntryData> data;  // never null; shared by log, messages and driver, never changed

  // What the entry weighs against every limit in bytes: its data and a fixed overhead.
  size_t bytes() const { return data->header.size() + data->body.size() + kOverhead; }
  LogPosition position() const { return {index, term}; }

  static constexpr size_t kOverhead = 32;
};

// Makes the bytes of an entry that will stand at (index, term). The bytes name both, so only who appends
// knows them.
using EntryFactory = std::function<std::shared_ptr<const EntryData>(Index, Term)>;

}  // namespace symbolon::consensus
