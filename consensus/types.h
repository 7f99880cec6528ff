#pragma once
// The numbers of Raft as distinct types, so that a term cannot be passed where an index is meant.

#include <fmt/format.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>

namespace symbolon::consensus {

// A 64-bit number that mixes with no other kind. Regular, ordered, hashable, printable; zero by default.
template <typename Tag>
class Number {
 public:
  constexpr Number() = default;
  constexpr explicit Number(uint64_t value) : value_(value) {}
  constexpr uint64_t value() const { return value_; }

  friend constexpr auto operator<=>(Number, Number) = default;
  template <typename H>
  friend H AbslHashValue(H h, Number n) {
    return H::combine(std::move(h), n.value_);
  }
  friend std::ostream& operator<<(std::ostream& out, Number n) { return out << n.value_; }

 private:
  uint64_t value_ = 0;
};

// A period with at most one leader (Raft paper 5.1). 0 is before the first election.
using Term = Number<struct TermTag>;

// A position in the log, from 1. 0 is the empty log (or genesis, where a configuration is meant).
using Index = Number<struct IndexTag>;

// A node, as numbered once and for ever by the registry; never reused (thesis 4.4 needs identities, not
// addresses).
using NodeId = Number<struct NodeIdTag>;

// Names a linearizable read; chosen by the caller of Raft::ReadIndex, unique while the read is pending.
using ReadId = Number<struct ReadIdTag>;

// Names a batch of things to persist. Tokens grow; 0 means "nothing to persist".
using PersistToken = Number<struct PersistTokenTag>;

constexpr Term Next(Term t) {
  return Term(t.value() + 1);
}
constexpr Index Next(Index i) {
  return Index(i.value() + 1);
}

// The position before i; i must not be 0.
constexpr Index Before(Index i) {
  return Index(i.value() - 1);
}
constexpr Index operator+(Index i, uint64_t n) {
  return Index(i.value() + n);
}

// How many positions lie in (b, a]; a must not be below b.
constexpr uint64_t operator-(Index a, Index b) {
  return a.value() - b.value();
}

// What names an entry for ever: no two entries of one (index, term) ever differ (Raft paper 5.3, log
// matching).
struct LogPosition {
  Index index;
  Term term;

  friend constexpr bool operator==(const LogPosition&, const LogPosition&) = default;
  friend std::ostream& operator<<(std::ostream& out, const LogPosition& p) {
    return out << '(' << p.index << ", term " << p.term << ')';
  }
};

// Raft paper 5.4.1: a log that ends at `a` is at least as up-to-date as one that ends at `b` when its last
// term is larger, or equal and its last index not smaller. In that order.
constexpr bool IsUpToDate(LogPosition a, LogPosition b) {
  return a.term != b.term ? a.term > b.term : a.index >= b.index;
}

}  // namespace symbolon::consensus

template <typename Tag>
struct std::hash<symbolon::consensus::Number<Tag>> {
  size_t operator()(symbolon::consensus::Number<Tag> n) const { return std::hash<uint64_t>()(n.value()); }
};

template <typename Tag>
struct fmt::formatter<symbolon::consensus::Number<Tag>> : fmt::formatter<uint64_t> {
  auto format(symbolon::consensus::Number<Tag> n, fmt::format_context& context) const {
    return fmt::formatter<uint64_t>::format(n.value(), context);
  }
};
