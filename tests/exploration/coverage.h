#pragma once
// What an exploration came across: a world that never sees a conflict proves nothing about conflicts.

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace symbolon::consensus::exploration {

enum class Rule : uint8_t {
  kElected,      // a candidate became leader
  kVoteGranted,  // a vote was given
  kVoteRefused,  // a vote request was refused
  kPreVoteGranted,
  kPreVoteRefused,
  kCandidateGaveUp,  // a candidate met the leader of its term
  kDeposed,          // a leader met a larger term
  kLeftByItself,     // a leader stepped down within its term: no quorum, or a disk that hangs
  kTermLearned,      // a larger term was adopted
  kOldTermAnswered,  // a leader of the past was told of the present
  kAppendAccepted,   // entries were appended
  kAppendKnown,      // a request held nothing new
  kAppendRefused,    // the entry before the request's is not there, or another
  kNoRoom,           // not all entries of a request were taken
  kCut,              // entries were cut from a log
  kDurableCut,       // ... that were durable
  kLateWrite,        // a write completed, some of whose entries had been cut since
  kUnsyncedLost,     // a crash lost writes on their way
  kCommitLed,        // a leader advanced its commit index
  kCommitOlderTerm,  // ... over an entry of an older term
  kCommitFollowed,   // a follower advanced its commit index
  kIgnored,          // a message changed nothing and was not answered
  kReadConfirmed,
  kReadFailed,
  kProposalCommitted,
  kProposalDropped,
  kProposalUnknown,
  kTransferDone,
  kTransferGivenUp,
  kChangeCommitted,  // a change of members was committed, on one node
  kChangeCut,        // ... was cut from a log
  kRemovedTold,      // a removed node was told so
  kCount,
};
constexpr size_t kRules = static_cast<size_t>(Rule::kCount);

std::string_view Name(Rule rule);

// The rules that one step fired.
class Coverage {
 public:
  void Add(Rule rule) { bits_ |= uint64_t{1} << static_cast<unsigned>(rule); }
  uint64_t bits() const { return bits_; }

 private:
  uint64_t bits_ = 0;
};

// How often each rule fired.
class Tally {
 public:
  void Add(uint64_t bits) {
    for (; bits != 0; bits &= bits - 1) ++counts_[static_cast<size_t>(std::countr_zero(bits))];
  }
  uint64_t operator[](Rule rule) const { return counts_[static_cast<size_t>(rule)]; }

 private:
  std::array<uint64_t, kRules> counts_ = {};
};

}  // namespace symbolon::consensus::exploration
